"""Runs on the server, as root: lists, sets and removes accounts of one of Prosody's hosts.

Sent through one SSH session; the order comes on standard input, so no password is on a command
line. Standard library only. How Prosody keeps accounts is known by the roles' own module
``prosody_account``, whose text comes with the order.
"""

import json
import os
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DATA = Path("/var/lib/prosody")
_SECONDS = 30


class OrderError(Exception):
    """Why the order could not be carried out; ``kind`` says what sort of reason it is."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Accounts:
    """The accounts of one host. ``library``: the module that knows how they are stored."""

    def __init__(self, host: str, library: dict[str, Any], data: Path = DATA) -> None:
        self.host, self.data = host, data
        self._encoded, self._holds = library["encoded"], library["holds"]
        self.folder: Path = data / self._encoded(host) / "accounts"

    def users(self) -> list[dict[str, str]]:
        """Names, and when each account was last changed."""
        found = []
        for file in sorted(self.folder.glob("*.dat")):
            changed = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(file.stat().st_mtime))
            found.append({"name": urllib.parse.unquote(file.stem), "changed": changed})
        return found

    def file(self, name: str) -> Path:
        """Where an account is stored."""
        return self.folder / (str(self._encoded(name)) + ".dat")

    def add(self, name: str, password: str) -> None:
        """A new account."""
        if self.file(name).exists():
            raise OrderError("exists", f"{name} has an account already")
        self._store("adduser", name, password)

    def reset(self, name: str, password: str) -> None:
        """Another password; whoever is logged in with the old one is put out."""
        self._required(name)
        self._store("passwd", name, password)
        _shell("c2s", "close", f"{name}@{self.host}")

    def remove(self, name: str) -> None:
        """The account, its sessions and all that is stored for it."""
        self._required(name)
        # By the running server, not by prosodyctl itself: only that one closes sessions.
        said = _shell("user", "delete", f"{name}@{self.host}")
        if self.file(name).exists():
            raise OrderError("refused", f"prosody did not remove {name}: {_last(said)}")
        # Prosody 13 keeps a file of its own beside the folders.
        for store in filter(Path.is_dir, (self.data / self._encoded(self.host)).iterdir()):
            for ending in (".dat", ".list", ".lidx"):
                (store / (str(self._encoded(name)) + ending)).unlink(missing_ok=True)

    def _required(self, name: str) -> None:
        if not self.file(name).exists():
            raise OrderError("missing", f"{name} has no account")

    def _store(self, command: str, name: str, password: str) -> None:
        """Have prosodyctl store a password, and look whether it is the one that logs in."""
        said = _run(["prosodyctl", command, f"{name}@{self.host}"], f"{password}\n{password}\n")
        try:
            stored = self.file(name).read_text(encoding="latin-1")
        except OSError:
            stored = ""
        if not self._holds(stored, password):
            why = _last(said).replace(password, "(secret)")
            raise OrderError("refused", f"prosody did not store the password of {name}: {why}")


def _shell(*words: str) -> str:
    return _run(["prosodyctl", "shell", *words], "")


def _run(command: Sequence[str], answers: str) -> str:
    try:
        done = subprocess.run(
            command,
            input=answers,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except FileNotFoundError:
        raise OrderError("absent", "prosody is not installed") from None
    except subprocess.TimeoutExpired:
        raise OrderError("refused", f"{command[0]} {command[1]} does not end") from None
    return done.stdout + done.stderr


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def carry_out(order: dict[str, Any], data: Path = DATA) -> dict[str, Any]:
    """The answer to an order: ``{"users": [...]}``, or ``{"failed": kind, "message": why}``."""
    library: dict[str, Any] = {"__name__": "prosody_account"}
    exec(compile(order["library"], "<prosody_account>", "exec"), library)  # noqa: S102 - ours
    accounts = Accounts(order["host"], library, data)
    try:
        if order["action"] == "add":
            accounts.add(order["name"], order["password"])
        elif order["action"] == "reset":
            accounts.reset(order["name"], order["password"])
        elif order["action"] == "remove":
            accounts.remove(order["name"])
        return {"users": accounts.users()}
    except OrderError as failure:
        return {"failed": failure.kind, "message": str(failure)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(carry_out(json.load(sys.stdin))) + "\n")
