"""Short ways to write what was seen of a server from outside."""

import json
from typing import Any

from selfhost.controls.model import Example

PAGE = "web.page https://meet.example.org/"


def seen(source: str, *entries: dict[str, Any], at: int = 0, note: str = "") -> Example:
    """Answers of one source of a server that is called meet.example.org."""
    lines = "".join(json.dumps(entry, sort_keys=True) + "\n" for entry in entries)
    return Example({source: lines, PAGE: "<html></html>\n"}, at=at, note=note)


def page(status: int = 200, **headers: str) -> dict[str, Any]:
    """The page itself. Underscores of header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = "https://meet.example.org/"
    return {"what": "page", "url": url, "status": status, "headers": named, "left": ""}


def path(path: str, status: int, kind: str = "text/html", what: str = "path") -> dict[str, Any]:
    """Another address of the server."""
    url = path if "://" in path else f"https://meet.example.org{path}"
    headers = {"content-type": kind}
    return {"what": what, "url": url, "status": status, "headers": headers, "left": ""}


def login(refused: str = "") -> dict[str, Any]:
    """An anonymous login."""
    return {"ask": "login", "of": "meet.example.org", "refused": refused}


def info(of: str, *identities: str, features: tuple[str, ...] = ()) -> dict[str, Any]:
    """A service that answers."""
    entry: dict[str, Any] = {"ask": "info", "of": of, "refused": ""}
    return {**entry, "identities": list(identities), "features": list(features)}


def refused(of: str, why: str, ask: str = "info") -> dict[str, Any]:
    """A service that does not."""
    return {"ask": ask, "of": of, "refused": why}
