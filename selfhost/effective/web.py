"""The web client's settings, as a browser would have them."""

from contextlib import suppress
from typing import TYPE_CHECKING

from selfhost.effective.config import Config
from selfhost.effective.seen import NoAnswer
from selfhost.readers.javascript import read_client_config
from selfhost.readers.tree import Origin, Source

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
        tree = read_client_config(
            [Source(script.path, script.text) for script in scripts], variable=variable
        )
        configs.append(Config("web", Origin(document.path), (tree,)))
    return tuple(configs)


def own_hosts(server: "Server") -> frozenset[str]:
    """``hosts.domain`` of the client, the names nginx answers to, Prosody's virtual hosts."""
    names: set[str] = set()
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
