"""How a server is asked: its programs and files."""

import os
import subprocess
from typing import Any, Dict, Optional

SECONDS = 8

Facts = Dict[str, Any]


def run(*argv: str, stdin: bytes = b"") -> Optional[str]:
    """What a program says on standard output; None when it is missing, fails or takes long."""
    try:
        done = subprocess.run(
            argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def read(path: str, limit: int = 1024 * 1024, tail: bool = False) -> Optional[str]:
    """A file's text; None when it cannot be read."""
    try:
        with open(path, "rb") as stream:
            if tail:
                stream.seek(max(0, os.fstat(stream.fileno()).st_size - limit))
            return stream.read(limit).decode("utf-8", "replace")
    except OSError:
        return None


def modified(path: str) -> Optional[float]:
    """When a file was last written; None when it is not there."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return None


def unpacked(path: str) -> Optional[float]:
    """When a package's file came here; its modification time is that of the package's making."""
    try:
        return os.stat(path).st_ctime
    except OSError:
        return None
