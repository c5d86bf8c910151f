"""Checks of what the browser gets: JavaScript's truth, old spellings, whose addresses are."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from selfhost.catalog.endpoints import kind_of_host, private_name, same_owner
from selfhost.controls.model import Check, Cited, Verdict, fail, passed, unknown
from selfhost.controls.predicates import (
    Judge,
    View,
    configs,
    first_unknown,
    judge_setting,
)
from selfhost.effective.addresses import beginning
from selfhost.effective.config import Config, key_text
from selfhost.effective.server import Server
from selfhost.effective.web import NOT_GIVEN, NOT_OF_PAGE
from selfhost.readers.tree import Node, Path, Unknown

#: Ends the risk of a control whose key a meeting link can set.
BY_LINK = (
    "A link can set this key again for the person who opens it, so the setting is a default and "
    "not a barrier: what enforces it is the server, which must not offer the service, and the "
    "Content-Security-Policy."
)

KINDS = {
    "tracker": "a statistics service",
    "stun": "a public STUN server",
    "avatar": "an avatar service",
    "video": "a video platform",
    "gif": "a picture service",
    "assets": "a content network",
    "calendar": "a calendar or sign-in service",
    "storage": "a storage service",
    "jaas": "8x8's hosted service",
    "jitsi": "the Jitsi project",
    "store": "an app shop",
    "page": "a page of someone else",
    "ai": "an AI service",
}


def web(server: Server) -> tuple[Config, ...]:
    """``config`` of every ``config.js``."""
    return server.web


def interface(server: Server) -> tuple[Config, ...]:
    """``interfaceConfig`` of each ``interface_config.js`` that is served."""
    return server.interface


# -- truth ----------------------------------------------------------------------------------------


def is_true(value: object) -> bool:
    """Truth as in JavaScript: an empty list or object is true, and so is the text ``"false"``."""
    return isinstance(value, list | dict) or bool(value)


def falsy(why: str) -> Judge:
    """Must be false, 0, empty text or null."""

    def judge(value: object) -> str | None:
        if not is_true(value):
            return None
        quoted = isinstance(value, str) and value.strip().lower() in ("false", "no", "off", "0")
        return f"{why} (the text {value!r} counts as true)" if quoted else why

    return judge


def truthy(why: str) -> Judge:
    """Must be anything but false, 0, empty text and null."""

    def judge(value: object) -> str | None:
        if isinstance(value, str) and value.strip().lower() in ("false", "no", "off"):
            return f"{why} (it is the text {value!r})"
        return None if is_true(value) else why

    return judge


def unset(why: str) -> Judge:
    """Must hold nothing: false, null, empty text, an empty list or object."""

    def judge(value: object) -> str | None:
        return why if is_true(value) and value not in ([], {}) else None

    return judge


def without(words: Sequence[str], why: str) -> Judge:
    """A list that must not hold any of these (a word ending in ``.`` stands for a beginning)."""

    def judge(value: object) -> str | None:
        items = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
        found = [
            item
            for item in items
            if any(item.startswith(w) if w.endswith(".") else item == w for w in words)
        ]
        return f"{why} ({', '.join(found[:5])})" if found else None

    return judge


# -- checks put together --------------------------------------------------------------------------


def every(*checks: Check) -> Check:
    """All that these checks say."""

    def check(server: Server) -> Iterator[Verdict]:
        for one in checks:
            yield from one(server)

    return check


def either(first: str, wins: bool, old: str, judge: Judge, view: View = web) -> Check:
    """A key and its old spelling, judged as the client puts them together.

    ``wins``: the old spelling is taken whenever it is there; otherwise only where ``first``
    is not set.
    """

    def check(server: Server) -> Iterator[Verdict]:
        for config in configs(view, server):
            order = (old, first) if wins else (first, old)
            found = {key: node for key in order if (node := config.get(key)) is not None}
            # Of a file that only adds to another, what it sets itself is what is known.
            own = [key for key, node in found.items() if not _elsewhere(node)]
            chosen = next(iter(own or found), first)
            yield judge_setting(config, chosen, judge, None)

    return check


def _elsewhere(node: Node) -> bool:
    return isinstance(node.value, Unknown) and node.value.reason.endswith((NOT_GIVEN, NOT_OF_PAGE))


# -- addresses ------------------------------------------------------------------------------------


class Owner(Enum):
    """Whose a host is."""

    OWN = "own"
    FOREIGN = "foreign"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose a host is, and why that is thought (a clause)."""

    owner: Owner
    why: str


_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_STUN = re.compile(r"^(?:stun|stuns|turn|turns):(?://)?(\[[^\]]+\]|[^:?/]+)", re.IGNORECASE)
_UNFILLED = re.compile(r"[{}<>$%@]|__[A-Z]")
_HOST = re.compile(r"^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9_][a-z0-9_-]*\.?$", re.I)


def host_of(address: str) -> str | None:
    """The host that an address leads to, in lower case; ``None`` for a place on the same host.

    Raises ``ValueError`` where an address cannot be made out.
    """
    address = address.strip()
    if stun := _STUN.match(address):
        return stun.group(1).lower().strip("[]")
    if _SCHEME.match(address) and not address.startswith("//"):
        scheme = address.partition(":")[0].lower()
        if scheme in ("data", "blob", "about", "javascript", "mailto", "tel"):
            return None
        if scheme not in ("http", "https", "ws", "wss"):
            raise ValueError(address)
    elif not address.startswith("//"):
        return None
    host = urlsplit(address).hostname
    if not host:
        raise ValueError(address)
    return host.lower()


def whose(server: Server, host: str, names: Iterable[str] = ()) -> Whose:
    """Whose a host is, by the catalogue of third parties and the names this server goes by.

    ``names``: further names of its own.
    """
    kind = kind_of_host(host)
    if kind:
        return Whose(Owner.FOREIGN, f"{host} belongs to {KINDS[kind]}")
    own = server.own_hosts | frozenset(names)
    if any(same_owner(host, name) for name in own):
        return Whose(Owner.OWN, f"{host} is the server's own")
    if _UNFILLED.search(host):
        return Whose(Owner.UNCLEAR, f"{host} has yet to be filled in")
    if private_name(host):
        return Whose(Owner.OWN, f"{host} is inside")
    if not _HOST.match(host) or re.fullmatch(r"[0-9.]+", host) or ":" in host:
        return Whose(Owner.UNCLEAR, f"{host} is an address, and its owner cannot be told")
    public = sorted(name for name in own if not private_name(name))
    if not public:
        return Whose(
            Owner.UNCLEAR, f"the server's own name is not known, so nor is whose {host} is"
        )
    if not server.all_names_seen:
        what = f"not all of the server's names could be read, so whose {host} is cannot be told"
        return Whose(Owner.UNCLEAR, what)
    return Whose(Owner.FOREIGN, f"{host} is outside {public[0]}")


def judge_address(
    server: Server, key: str, node: Node, why: str, names: Iterable[str] = ()
) -> Verdict:
    """One address of one key: own, foreign or unclear. Nothing at all is good."""
    hole = first_unknown(node)
    value = node.plain() if hole is None else beginning(server, node)
    if hole is not None and value is None:
        reason = hole.value.reason if isinstance(hole.value, Unknown) else "it is a function"
        return unknown(f"{key} cannot be told: {reason}", Cited.node(key, hole))
    cited = Cited.node(key, node)
    if not is_true(value) or value in ([], {}):
        return passed(f"{key} is empty", cited)
    if not isinstance(value, str):
        return unknown(f"{key} is no address: {value!r}"[:200], cited)
    try:
        host = host_of(value)
    except ValueError:
        return unknown(f"{key} is no address that is understood: {value!r}"[:200], cited)
    if host is None:
        return passed(f"{key} is on the server itself", cited)
    found = whose(server, host, names)
    if found.owner is Owner.OWN:
        return passed(f"{key}: {found.why}", cited)
    if found.owner is Owner.UNCLEAR:
        return unknown(f"{key}: {found.why}; {why}", cited)
    return fail(f"{key}: {found.why}; {why}", cited)


def own_addresses(why: str, *paths: str | Path, view: View = web) -> Check:
    """Every given key, where set, must lead to the server's own hosts. Lists are judged by item."""

    def check(server: Server) -> Iterator[Verdict]:
        for config in configs(view, server):
            for path in paths:
                yield from _addresses(server, config, path, why)

    return check


def _addresses(server: Server, config: Config, path: str | Path, why: str) -> Iterator[Verdict]:
    key = key_text(path)
    broken = config.unreadable
    if broken is not None or config.get(path) is None:
        yield judge_setting(config, path, unset(why), None)
        return
    node = config.get(path)
    assert node is not None  # noqa: S101 - for the type checker; said above
    for leaf in leaves(node):
        yield judge_address(server, key, leaf, why)


def leaves(node: Node) -> Iterable[Node]:
    """The values inside lists and objects; the node itself where it is neither or is empty."""
    children: Sequence[Node] = ()
    if isinstance(node.value, dict):
        children = tuple(node.value.values())
    elif isinstance(node.value, list | tuple):
        children = tuple(node.value)
    if node.rest is not None:
        yield Node(node.rest, node.origin)
    elif not children:
        yield node
    for child in children:
        yield from leaves(child)
