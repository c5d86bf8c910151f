"""A server as it looks from outside."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selfhost.effective.seen import Unseen
from selfhost.readers.outside import Seen, read_seen
from selfhost.readers.tree import Source

if TYPE_CHECKING:
    from selfhost.effective.server import Server


def seen(server: "Server", source: str) -> tuple[Seen, ...]:
    """The answers of a source. Raises ``Unseen`` where one is not understood."""
    found: list[Seen] = []
    for document in server.documents(source):
        items, problems = read_seen(Source(document.path, document.text))
        if problems:
            raise Unseen(f"{problems[0].origin}: {problems[0].message}", (document,))
        found.extend(items)
    return tuple(found)


def names(server: "Server") -> frozenset[str]:
    """The host that was looked at, where one was."""
    hosts = (urlsplit(d.path).hostname for d in server.evidence.of("web.page") if "://" in d.path)
    return frozenset(host.lower() for host in hosts if host)
