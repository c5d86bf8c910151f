"""Disposable servers in containers: real systemd, sshd, apt; for tests and demonstrations."""

from selfhost.lab.server import clean, down, reset, run, snapshot, ssh_command, up
from selfhost.lab.state import LabServer, get, list_servers

__all__ = [
    "LabServer",
    "clean",
    "down",
    "get",
    "list_servers",
    "reset",
    "run",
    "snapshot",
    "ssh_command",
    "up",
]
