"""The web client's settings, as a browser would have them."""

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from selfhost.effective import outside
from selfhost.effective.config import Config
from selfhost.effective.seen import NoAnswer, Unseen
from selfhost.evidence.model import Document
from selfhost.readers import template
from selfhost.readers.javascript import read_client_config
from selfhost.readers.javascript_ssi import REASON as SSI
from selfhost.readers.tree import Origin, Source, Tree, Unknown

#: How the reason ends when a key may be in a file that is not here.
NOT_GIVEN = "was not given"
#: A value that a server puts in: the reader takes a template's for one of those.
_ECHO = '<!--# echo var="template" -->'

if TYPE_CHECKING:
    from selfhost.effective.server import Server


def client_configs(server: "Server", source: str, variable: str) -> tuple[Config, ...]:
    """One ``Config`` per file. docker-jitsi-meet appends ``custom-config.js`` to its ``config.js``,
    so a file of that name is read as the end of the one beside it."""
    documents = server.required(source, "web")
    custom = [d for d in documents if d.path.rsplit("/", 1)[-1].startswith("custom-")]
    main = [d for d in documents if d not in custom] or custom
    configs = []
    for document in main:
        folder = document.path.rpartition("/")[0]
        scripts = [
            document,
            *(d for d in custom if d.path.rpartition("/")[0] == folder and d != document),
        ]
        alone = server.evidence.scope is not None and len(scripts) == 1
        below = beneath(document, variable) if alone else ""
        sources = [Source(script.path, script.text) for script in scripts]
        tree = read_client_config(sources, variable=variable, beneath=below)
        if alone and isinstance(tree.root.value, Unknown):
            tree = _as_template(document, variable, below) or tree
        configs.append(Config("web", Origin(document.path), (tree,)))
    return tuple(configs)


def _as_template(document: Document, variable: str, below: str) -> Tree | None:
    """A file that a template engine has yet to fill; ``None`` if it is none or cannot be read."""
    if not template.is_template(document.text):
        return None
    filled = template.fill(document.text, _ECHO, _ECHO)
    tree = read_client_config(
        [Source(document.path, filled.text)], variable=variable, beneath=below
    )
    if isinstance(tree.root.value, Unknown):
        return None
    return template.doubt(tree, filled.doubtful, SSI)


def beneath(document: "Document", variable: str) -> str:
    """Why what is below a file is not known: it only adds to a file that was not given."""
    sets = re.search(rf"(?m)(?:^|[;\s.]){variable}\s*=[^=]", document.text)
    adds = re.search(rf"\b{variable}\s*(?:\.|\[)", document.text)
    name = {"config": "config.js", "interfaceConfig": "interface_config.js"}[variable]
    return f"the {name} that this file adds to {NOT_GIVEN}" if adds and not sets else ""


def all_names_seen(server: "Server") -> bool:
    """Whether ``own_hosts`` could be asked for wherever a whole server may keep a name of its own.

    What was given as files is what there is.
    """
    if server.evidence.scope is not None:
        return True
    for ask in (lambda: server.web, lambda: server.nginx, lambda: server.prosody):
        try:
            ask()
        except Unseen:
            return False
        except NoAnswer:
            continue
    return True


def own_hosts(server: "Server") -> frozenset[str]:
    """``hosts.domain`` of the client, the names nginx answers to, Prosody's virtual hosts."""
    names: set[str] = set(outside.names(server))
    with suppress(NoAnswer):
        domains = (config.get("hosts.domain") for config in server.web)
        names.update(n.value.lower() for n in domains if n is not None and isinstance(n.value, str))
    with suppress(NoAnswer):
        for block in server.nginx.servers():
            for directive in block.block or ():
                if directive.name == "server_name":
                    names.update(n.lower() for n in directive.arguments if "." in n)
    with suppress(NoAnswer):
        names.update(s.name.lower() for s in server.prosody.sections if s.kind == "VirtualHost")
    return frozenset(names - {""})
