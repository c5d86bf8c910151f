"""``interface_config.js`` as the web server puts it together for a browser."""

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from selfhost.effective.config import Config
from selfhost.effective.seen import NoAnswer, NotInstalled
from selfhost.effective.web import given_file
from selfhost.evidence.model import Document
from selfhost.readers.javascript import read_client_config
from selfhost.readers.tree import Origin, Source

if TYPE_CHECKING:
    from selfhost.effective.server import Server

URI = "/interface_config.js"
#: A line by which the web server puts another file in.
_INCLUDE = re.compile(
    r"""^[ \t]*<!--#[ \t]*include[ \t]+virtual=["']([^"']*)["'][ \t]*-->[ \t]*$"""
)


def configs(server: "Server") -> tuple[Config, ...]:
    """``interfaceConfig`` of the file that is served, with the files that it includes.

    Where there is no nginx to say which one that is, each file stands for itself. Raises as
    ``Server.required`` does, and ``Unseen`` where a server's nginx could not be read.
    """
    documents = {d.path: d for d in server.required("web.interface", "web")}
    aliases = _aliases(server)
    served = documents.get(aliases.get(URI, ""))
    if served is None:
        given = server.evidence.scope is not None
        return tuple(
            _config([document], alone=given, supposed=server.supposed)
            for document in documents.values()
        )
    included = [
        documents[path]
        for uri in _includes(served)
        if (path := aliases.get(uri, "")) in documents and path != served.path
    ]
    return (_config([*included, served], {uri for uri in aliases if aliases[uri] in documents}),)


def _aliases(server: "Server") -> dict[str, str]:
    """Files by the exact place under which nginx serves them."""
    found: dict[str, str] = {}
    given = server.evidence.scope is not None
    with suppress(NoAnswer if given else NotInstalled):
        for around, directive in server.nginx.walk():
            place = around[-1] if around else None
            if directive.name != "alias" or place is None or len(directive.arguments) != 1:
                continue
            if place.name == "location" and place.arguments[:1] == ("=",):
                found[place.arguments[1]] = directive.arguments[0]
    return found


def _includes(document: Document) -> list[str]:
    matches = (_INCLUDE.match(line) for line in document.text.splitlines())
    return [match[1] for match in matches if match]


def _config(
    documents: list[Document],
    known: set[str] | frozenset[str] = frozenset(),
    *,
    alone: bool = False,
    supposed: bool = False,
) -> Config:
    """Included files run before the one that includes them: an include stands at its beginning."""
    if alone and len(documents) == 1:
        return given_file(documents[0], "interfaceConfig", supposed=supposed)
    sources = [Source(d.path, _without_includes(d.text, known)) for d in documents]
    tree = read_client_config(sources, variable="interfaceConfig")
    return Config("web", Origin(documents[-1].path), (tree,))


def _without_includes(text: str, known: set[str] | frozenset[str]) -> str:
    """Includes of files that were read are blanked out while nothing but includes came before."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        match = _INCLUDE.match(line.rstrip("\r"))
        if match and match[1] in known:
            lines[number] = ""
        elif line.strip():
            break
    return "\n".join(lines)
