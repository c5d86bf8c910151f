"""Disposable servers in containers: real systemd, sshd, apt; for tests and demonstrations."""

from selfhost.lab.cleaning import clean
from selfhost.lab.server import down, exec_command, is_running, run, ssh_command, up
from selfhost.lab.snapshots import reset, snapshot, snapshots
from selfhost.lab.state import LabServer, get, list_servers

__all__ = [
    "LabServer",
    "clean",
    "down",
    "exec_command",
    "get",
    "is_running",
    "list_servers",
    "reset",
    "run",
    "snapshot",
    "snapshots",
    "ssh_command",
    "up",
]
