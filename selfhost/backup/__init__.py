"""Backups: what a site needs to come back on another machine, in one encrypted file."""
