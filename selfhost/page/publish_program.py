"""Runs on the web server, as root: puts the page's files in their places, and has nginx use them.

Sent through one SSH session; the order comes on standard input as JSON. Standard library only.
Each file appears whole; a page that is not in the order goes first. Files that are as they should
be are left alone, and then nginx too.
"""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_SECONDS = 30
_ROOT = Path("/")


class OrderError(Exception):
    """Why the order could not be carried out; ``kind`` says what sort of reason it is."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def place(name: str, domain: str, root: Path = _ROOT) -> Path:
    """Where a file goes: maps to nginx's settings, all else to what it serves."""
    if name.endswith(".map"):
        return root / "etc/nginx/snippets" / f"selfhost-privacy-{name}"
    return root / "etc/jitsi/meet" / f"{domain}-privacy" / name


def publish(files: dict[str, bytes], domain: str, root: Path = _ROOT) -> bool:
    """Whether anything was changed. Raises OrderError."""
    if not (root / "etc/nginx/conf.d/selfhost-privacy.conf").exists():
        raise OrderError("settings", "the web server is not set up to serve the page")
    folder = place("", domain, root)
    folder.mkdir(mode=0o755, exist_ok=True)
    changed = False
    for old in folder.glob("*.html"):
        if old.name not in files:
            old.unlink()
            changed = True
    before: dict[Path, bytes | None] = {}
    # Maps last: until then, and until nginx reads them, what was listed before holds.
    for name in sorted(files, key=lambda one: (one.endswith(".map"), one)):
        path = place(name, domain, root)
        was = path.read_bytes() if path.exists() else None
        if was != files[name]:
            before[path] = was
            _put(path, files[name])
    try:
        if before:
            _command(["nginx", "-t", "-q"])
            _command(["systemctl", "reload", "nginx.service"])
    except OrderError:
        for path, content in before.items():
            if path.suffix == ".map" and content is not None:
                _put(path, content)
            elif path.suffix == ".map":
                path.unlink()
        raise
    return changed or bool(before)


def _put(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(temporary, flags, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.chmod(0o644)
    temporary.replace(path)


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
        answer: dict[str, Any] = {"changed": publish(files, order["domain"])}
    except OrderError as error:
        answer = {"failed": error.kind, "message": str(error)}
    except OSError as error:
        answer = {"failed": "file", "message": f"{error.filename}: {error.strerror}"}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
