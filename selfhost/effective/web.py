"""The web client's settings, as a browser would have them."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from selfhost.catalog.client_keys import client_keys
from selfhost.catalog.endpoints import private_name
from selfhost.effective import outside
from selfhost.effective.addresses import beginning
from selfhost.effective.config import Config
from selfhost.effective.seen import NoAnswer, Unseen
from selfhost.evidence.model import Document
from selfhost.readers import template
from selfhost.readers.embedding import is_embedding, read_embedded
from selfhost.readers.html import inline_scripts
from selfhost.readers.javascript import read_client_config
from selfhost.readers.javascript_ssi import REASON as SSI
from selfhost.readers.tree import Node, Origin, Source, Tree, Unknown

#: How the reason ends when a key may be in a file that is not here.
NOT_GIVEN = "was not given"
#: The same, of a server of which only a page that embeds its meetings is here.
NOT_OF_PAGE = "is not part of it"
#: A value that a server puts in: the reader takes a template's for one of those.
_ECHO = '<!--# echo var="template" -->'
_HOST = re.compile(r"(?:(?:https?|wss?):)?//([\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:/|$)", re.IGNORECASE)
_INCLUDE = re.compile(r"<!--#\s*include\b[^>]*-->")
#: docker-jitsi-meet makes ``config.js`` of this file and of ``settings-config.js``.
_BEGINNING = "system-config.js"
#: Branches of a condition that are read one by one.
_MAX_BRANCHES = 4

if TYPE_CHECKING:
    from selfhost.effective.server import Server


def client_configs(server: "Server") -> tuple[Config, ...]:
    """One ``Config`` per ``config.js``. docker-jitsi-meet appends ``custom-config.js`` to its own,
    so a file of that name is read as the end of the one beside it."""
    documents = server.required("web.config", "web")
    custom = [d for d in documents if d.path.rsplit("/", 1)[-1].startswith("custom-")]
    main = [d for d in documents if d not in custom] or custom
    configs: list[Config] = []
    for document in main:
        if is_embedding(document.text):
            configs.extend(_embedded(document, supposed=server.supposed))
            continue
        folder = document.path.rpartition("/")[0]
        scripts = [
            document,
            *(d for d in custom if d.path.rpartition("/")[0] == folder and d != document),
        ]
        if server.evidence.scope is not None and len(scripts) == 1:
            configs.append(given_file(document, "config", supposed=server.supposed))
            continue
        sources = [Source(script.path, script.text) for script in scripts]
        tree = read_client_config(sources)
        configs.append(Config("web", Origin(document.path), (tree,)))
    return tuple(configs)


def given_file(document: Document, variable: str, *, supposed: bool = False) -> Config:
    """A script that was given without the rest of its server: it may be a template, or only the
    end or the beginning of another file."""
    config = _given(document, variable, supposed=supposed)
    if not posixpath.basename(document.path).startswith(_BEGINNING):
        return config
    (tree,) = config.layers
    root = tree.root
    rest = root.rest or Unknown(f"the settings-config.js that comes behind it {NOT_GIVEN}")
    opened = Tree(Node(root.value, root.origin, root.overrides, rest), tree.problems)
    return Config(config.name, config.place, (opened,))


def _given(document: Document, variable: str, *, supposed: bool) -> Config:
    text = document.text
    if text.lstrip()[:1] == "<" and not text.lstrip().startswith("<!--#"):
        text = _INCLUDE.sub("", inline_scripts(document.text))
    source = Source(document.path, text)
    below = beneath(text, variable)
    tree = read_client_config([source], variable=variable, beneath=below)
    if template.is_template(text):
        if _stops(tree):
            return _as_template(source, variable, below, tree, supposed=supposed)
        tree = template.doubt(tree, frozenset())
    return Config("web", Origin(document.path), (tree,))


def _embedded(document: Document, *, supposed: bool) -> Iterator[Config]:
    """Each meeting of a page that embeds some. Newer clients take only some keys from such a page,
    older ones took more: what only those take is supposed."""
    elsewhere = f"the config.js of the server that this page embeds {NOT_OF_PAGE}"
    for meeting in read_embedded(Source(document.path, document.text), elsewhere):
        root = meeting.settings.root
        if not supposed:
            root = _settable(root, ())
        if meeting.host is not None and isinstance(root.value, Mapping):
            hosts = Node({"domain": meeting.host}, meeting.host.origin, (), Unknown(elsewhere))
            root = Node({**root.value, "hosts": hosts}, root.origin, root.overrides, root.rest)
        yield Config("web", Origin(document.path), (Tree(root),))


def _settable(node: Node, path: tuple[str, ...]) -> Node:
    if not isinstance(node.value, Mapping):
        return node
    keys = client_keys()
    inside: dict[str, Node] = {}
    for key, child in node.value.items():
        whole = keys.settable_when_embedded((*path, key))
        kept = child if whole else _settable(child, (*path, key))
        if whole or (isinstance(kept.value, Mapping) and kept.value):
            inside[key] = kept
    return Node(inside, node.origin, node.overrides, node.rest)


def _as_template(
    source: Source, variable: str, below: str, plain: Tree, *, supposed: bool
) -> Config:
    """A file that a template engine has yet to fill. A value that has a line to itself may hold
    any statements: what stands above such a line is only supposed."""
    place = Origin(source.path)
    filled = _filled(source, variable, below, None)
    if filled is not None:
        return Config("web", place, (filled,))
    without = _filled(source, variable, below, "")
    if without is None:
        return Config("web", place, (plain,))
    last = max(template.lone_values(source.text), default=0)
    if supposed or 0 < last < without.root.origin.line:
        return Config("web", place, (without,))
    return Config("web", place, (Tree(Node(Unknown(template.VALUE), Origin(source.path, last))),))


def _filled(source: Source, variable: str, below: str, alone: str | None) -> Tree | None:
    """With every branch of its conditions at once, or else what each branch alone agrees on."""

    def read(branch: int | None) -> tuple[Tree, template.Filled]:
        filled = template.fill(source.text, _ECHO, _ECHO, branch=branch, alone=alone)
        tree = read_client_config(
            [Source(source.path, filled.text)], variable=variable, beneath=below
        )
        return template.doubt(tree, filled.doubtful, SSI), filled

    whole, filled = read(None)
    if not _stops(whole):
        return whole
    count = min(filled.branches, _MAX_BRANCHES)
    trees = [tree for tree, _ in map(read, range(count)) if not _stops(tree)]
    return template.settle(trees) if trees else None


def _stops(tree: Tree) -> bool:
    return isinstance(tree.root.value, Unknown) or any(p.fatal for p in tree.problems)


def beneath(text: str, variable: str) -> str:
    """Why what is below a file is not known: it only adds to a file that was not given."""
    from_itself = rf"(?!\s*\{{\s*\.\.\.{variable}\b|\s*Object\.assign\([\s{{}},]*{variable}\b)"
    sets = re.search(rf"(?m)(?:^|[;\s.]){variable}\s*={from_itself}[^=]", text)
    adds = re.search(rf"\b{variable}\s*(?:\.|\[|=)", text)
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
    if server.evidence.scope is not None and names and all(map(private_name, names)):
        names.update(_signalling(server))
    with suppress(NoAnswer):
        for block in server.nginx.servers():
            for directive in block.block or ():
                if directive.name == "server_name":
                    names.update(n.lower() for n in directive.arguments if "." in n)
    with suppress(NoAnswer):
        names.update(s.name.lower() for s in server.prosody.sections if s.kind == "VirtualHost")
    return frozenset(names - {""})


def _signalling(server: "Server") -> Iterator[str]:
    """The host that the client signals through: where its domain is a name inside, as in Docker,
    that is all that a lone file says of the server that it belongs to."""
    with suppress(NoAnswer):
        for config in server.web:
            for key in ("bosh", "websocket"):
                node = config.get(key)
                if node is None:
                    continue
                address = node.value if isinstance(node.value, str) else beginning(server, node)
                match = _HOST.match(address or "")
                if match:
                    yield match[1].lower()
                    break
