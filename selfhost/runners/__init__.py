"""The audit inside what runs other checks: Ansible, pytest. And what they share with the CLI."""
