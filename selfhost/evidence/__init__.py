"""Evidence: what was looked at on a server, what was found there, and what could not be seen."""
