"""Runs on the web server, as root: puts the page's files in their places, and has nginx use them.

Sent through one SSH session; the order comes on standard input as JSON. Standard library only.
Each file appears whole; a page that is not in the order goes first. Files that are as they should
be are left alone, and then nginx too.

The server's own watch puts a page of its own there (``found.*``) while what it finds is worse. It
stays until an audit that is younger than what it is about.
"""

import base64
import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Optional

#: What the server's own watch puts there begins so.
FOUND = "found."
#: nginx's map that has the page of the watch served; its first line says of when that is.
FOUND_MAP = "found.map"
FOUND_NOTICE = "notice-found.map"
_PREFIX = "selfhost-privacy-"
_UNREAD = ".unread"
_SECONDS = 30
_ROOT = Path("/")
_AT = re.compile(rb"# ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n")


class OrderError(Exception):
    """Why the order could not be carried out; ``kind`` says what sort of reason it is."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def place(name: str, domain: str, root: Path = _ROOT) -> Path:
    """Where a file goes: maps to nginx's settings, all else to what it serves."""
    if name.endswith(".map"):
        return root / "etc/nginx/snippets" / f"{_PREFIX}{name}"
    return root / "etc/jitsi/meet" / f"{domain}-privacy" / name


def stamp(moment: datetime) -> str:
    """As ISO, UTC; two of them are compared as texts."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def publish(
    files: dict[str, bytes], domain: str, checked: str, root: Path = _ROOT
) -> tuple[bool, str]:
    """Whether anything was changed, and of when a younger page of the watch is that stays; empty
    where there is none. ``checked``: of when the audit is; ISO, UTC. Raises OrderError."""
    if not (root / "etc/nginx/conf.d/selfhost-privacy.conf").exists():
        raise OrderError("settings", "the web server is not set up to serve the page")
    folder = place("", domain, root)
    folder.mkdir(mode=0o755, exist_ok=True)
    with _alone(folder):
        found = _found_at(place(FOUND_MAP, domain, root))
        younger = found if found > checked else ""
        gone = {
            name: None
            for name in _there(domain, root)
            if name not in files and not (younger and _of_watch(name))
        }
        return _replace({**gone, **files}, domain, root), younger


def found(files: dict[str, bytes], domain: str, root: Path = _ROOT) -> bool:
    """The page of the server's own watch, or without files none. Whether anything was changed;
    where nothing was published, nothing is. Raises OrderError."""
    folder = place("", domain, root)
    if not folder.is_dir():
        return False
    with _alone(folder):
        gone = {
            name: None for name in _there(domain, root) if name not in files and _of_watch(name)
        }
        return _replace({**gone, **files}, domain, root)


def _there(domain: str, root: Path) -> Iterator[str]:
    for path in place("", domain, root).glob("*.html"):
        yield path.name
    for path in place(".map", domain, root).parent.glob(f"{_PREFIX}*.map"):
        yield path.name[len(_PREFIX) :]


def _of_watch(name: str) -> bool:
    return name.startswith(FOUND) or name == FOUND_NOTICE


def _found_at(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            match = _AT.match(stream.read(100))
    except OSError:
        return ""
    return match[1].decode() if match else ""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The watch and an admin may both be at it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(wanted: dict[str, Optional[bytes]], domain: str, root: Path) -> bool:
    """Contents by name; without one, the file goes."""
    before: dict[Path, Optional[bytes]] = {}
    # Of one that was ended before nginx had read what it wrote.
    unread = place(_UNREAD, domain, root)
    again = unread.exists()
    try:
        # First pages that go; maps last: until then, and until nginx reads them, what was listed
        # holds.
        for name in sorted(wanted, key=lambda one: (one.endswith(".map"), wanted[one] is not None)):
            path = place(name, domain, root)
            was = path.read_bytes() if path.exists() else None
            if was != wanted[name]:
                unread.touch()
                before[path] = was
                _put(path, wanted[name])
        if before or again:
            _command(["nginx", "-t", "-q"])
            _command(["systemctl", "reload", "nginx.service"])
            unread.unlink(missing_ok=True)
    except (OrderError, OSError) as error:
        for path, content in before.items():
            if path.suffix == ".map":
                with suppress(OSError):
                    _put(path, content)
        if isinstance(error, OSError) and not again:  # nginx was not asked yet
            with suppress(OSError):
                unread.unlink()
        raise
    return bool(before) or again


def _put(path: Path, content: Optional[bytes]) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    temporary = path.with_name(f".{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from None  # a full disk names no file


def _command(words: list[str]) -> None:
    try:
        done = subprocess.run(words, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OrderError("nginx", f"{words[0]} did not answer: {error}") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise OrderError("nginx", f"{' '.join(words)} failed: {said[0] if said else 'no reason'}")


def main() -> None:
    """The order on standard input, the answer on standard output."""
    order = json.load(sys.stdin)
    files = {name: base64.b64decode(content) for name, content in order["files"].items()}
    try:
        changed, younger = publish(files, order["domain"], order["checked"])
        answer: dict[str, Any] = {"changed": changed, "found": younger}
    except OrderError as error:
        answer = {"failed": error.kind, "message": str(error)}
    except OSError as error:
        answer = {"failed": "file", "message": f"{error.filename}: {error.strerror}"}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
