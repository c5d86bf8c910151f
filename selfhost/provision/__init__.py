"""From settings to a server: preflight checks, and ansible-playbook run and told."""
