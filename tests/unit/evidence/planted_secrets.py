"""Secrets planted where a Jitsi server keeps them, and whether any is shown somewhere."""

import base64
import gzip
import io
import re
import tarfile
import zlib
from pathlib import Path
from typing import Any

import yaml

PLACES: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "planted_secrets.yml").read_text("utf-8")
)
_WORD, _RANDOM = "swordfish{:03d}canary", "K9x{:03d}CaNaRyB7fQ2mTz8w"


def planted(text: str, number: int) -> str:
    """A text of the table, with secrets that occur nowhere else."""
    word = _WORD.format(number)
    coded = base64.b64encode(word.encode()).decode()
    for sign, secret in (("§", word), ("¤", coded), ("%%", _RANDOM.format(number))):
        text = text.replace(sign, secret)
    return text


def _inside_base64(text: bytes) -> list[bytes]:
    """How base64 writes the text, wherever in the coded bytes it stands."""
    coded = [base64.b64encode(b"x" * shift + text) for shift in range(3)]
    return [coded[0][:-4], coded[1][2:-4], coded[2][3:-4]]


_SHOWN = re.compile(
    b"|".join(
        [
            rb"swordfish\d\d\dcanary",
            rb"K9x\d\d\dCaNaRy",
            b"swordfish".hex().encode(),
            *map(re.escape, [*_inside_base64(b"swordfish"), *_inside_base64(b"CaNaRyB7fQ2mTz8w")]),
        ]
    )
)


def shown(content: bytes | str) -> list[str]:
    """The planted secrets in an output: as they are, in base64, in hexadecimal."""
    raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    return [
        raw[max(0, m.start() - 60) : m.end() + 9].decode("utf-8", "replace") for m in _found(raw)
    ]


def _found(raw: bytes) -> list[Any]:
    return list(_SHOWN.finditer(raw))


def shown_in_file(path: Path) -> list[str]:
    """The planted secrets in a file, packed or not, and in its name."""
    raw = path.read_bytes()
    found = shown(path.name) + shown(raw)
    if raw[:2] == b"\x1f\x8b":
        found += shown(gzip.decompress(raw))
        with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
            for member in archive.getmembers():
                stream = archive.extractfile(member) if member.isfile() else None
                found += shown(member.name) + (shown(stream.read()) if stream is not None else [])
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", raw):  # what a database keeps packed
        try:
            found += shown(zlib.decompressobj().decompress(raw[start.start() :], 1 << 24))
        except zlib.error:
            continue
    return found
