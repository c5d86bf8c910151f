"""Where statements come from: a file, a folder, a URL. Everything bounded; nothing run.

A chain is one file of JSON lines, an envelope in each (in-toto's bundle, ``.intoto.jsonl``).
"""

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from selfhost import named_file
from selfhost.attest.chain import Sealed
from selfhost.errors import TargetError, UsageError
from selfhost.loopback import is_loopback
from selfhost.targets.outside_http import NoResponseError, Place, get

#: In an inventory, and in a folder that a web server serves.
NAME = "statements.intoto.jsonl"
WELL_KNOWN = f"/.well-known/selfhost/{NAME}"
MAX_BYTES = 16 * 1024 * 1024
MAX_STATEMENTS = 20_000
MAX_FILES = 2_000
SECONDS = 60.0
_ENDINGS = (".jsonl", ".json")


def read(given: str) -> tuple[tuple[Sealed, ...], str]:
    """The envelopes, and the host that they have to be of (empty unless a URL tells it).

    Raises UsageError for what is not there, TargetError for what does not answer.
    """
    if given.startswith(("https://", "http://")):
        return _fetched(given)
    path = Path(given)
    if path.is_dir():
        return tuple(_folder(path)), ""
    return envelopes(content(path), path.name), ""


def _folder(folder: Path) -> Iterator[Sealed]:
    try:
        names = sorted(one for one in folder.iterdir() if one.suffix in _ENDINGS and one.is_file())
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from None
    if not names:
        raise UsageError(f"{folder} holds no statement", hint=f"such as {NAME}")
    if len(names) > MAX_FILES:
        raise UsageError(f"{folder} holds more than {MAX_FILES} files")
    left = MAX_BYTES
    for name in names:
        found = content(name, left)
        left -= len(found)
        yield from envelopes(found, name.name)


def content(path: Path, most: int = MAX_BYTES) -> bytes:
    """A file of statements. Raises UsageError."""
    return named_file.content(path, most, "a chain of statements can be")


def _fetched(url: str) -> tuple[tuple[Sealed, ...], str]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        _ = parts.port
    except ValueError:
        host = ""
    if not host:
        raise UsageError(f"{url[:200]!r} is not a URL")
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError("statements are fetched over https only", hint=f"https://{host}")
    path = WELL_KNOWN if parts.path in ("", "/") else parts.path
    asked = f"{parts.scheme}://{parts.netloc}{path}" + (f"?{parts.query}" if parts.query else "")
    try:
        place = Place(host, True, time.monotonic() + SECONDS, limit=MAX_BYTES)
        answer = get(asked, place)
    except NoResponseError as error:
        raise TargetError(f"{asked} was not got: {error}") from None
    if answer.left:
        raise TargetError(f"{asked} leads to another host", hint="ask that one, if you mean it")
    if answer.status != 200:
        raise TargetError(
            f"{asked} was not got: HTTP {answer.status}",
            hint="does this server publish statements? Give the whole URL if they are elsewhere",
        )
    return envelopes(answer.body, path.rpartition("/")[2]), "" if is_loopback(host) else host


def envelopes(found: bytes, name: str) -> tuple[Sealed, ...]:
    """One envelope however it is laid out, or one in each line. Raises UsageError."""
    text = found.decode("utf-8", "replace")
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise UsageError(f"{name} is empty")
    if lines[0][1].strip() in ("{", "[") or len(lines) == 1:
        return (Sealed(text.strip(), name, name),)
    if len(lines) > MAX_STATEMENTS:
        raise UsageError(f"{name} holds more than {MAX_STATEMENTS} statements")
    return tuple(Sealed(line, f"{name}:{number}", name) for number, line in lines)
