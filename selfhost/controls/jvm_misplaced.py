"""Keys of the focus and the bridge that protect, written where no program reads them."""

from collections.abc import Callable

from selfhost.controls.model import Cited, Verdict, fail
from selfhost.readers.tree import Node

_Protects = Callable[[object], bool]


def _is(word: str) -> _Protects:
    return lambda value: str(value).lower() == word


def _empty(value: object) -> bool:
    return value in ([], "", None)


#: The end of a key by which it is known, when it protects, and where it is read.
_KEYS: tuple[tuple[tuple[str, ...], _Protects, tuple[str, ...]], ...] = (
    (("enable-auto-owner",), _is("false"), ("jicofo.conference.enable-auto-owner",)),
    (("enable-moderator-checks",), _is("true"), ("jicofo.conference.enable-moderator-checks",)),
    (("trusted-domains",), _empty, ("jicofo.xmpp.trusted-domains",)),
    (
        ("disable-certificate-verification",),
        _is("false"),
        (
            "jicofo.xmpp.client.disable-certificate-verification",
            "jicofo.xmpp.service.disable-certificate-verification",
        ),
    ),
    (
        ("redact-remote-addresses",),
        _is("true"),
        ("ice4j.redact-remote-addresses", "videobridge.redact-remote-addresses"),
    ),
    (("aws", "enabled"), _is("false"), ("ice4j.harvest.mapping.aws.enabled",)),
    (("stun", "addresses"), _empty, ("ice4j.harvest.mapping.stun.addresses",)),
    (("stun", "enabled"), _is("false"), ("ice4j.harvest.mapping.stun.enabled",)),
    (("shutdown", "enabled"), _is("false"), ("videobridge.rest.shutdown.enabled",)),
)


def misplaced(path: tuple[str, ...], node: Node) -> Verdict | None:
    """That a key which would protect stands where nobody reads it."""
    if isinstance(node.value, dict):
        return None
    key = ".".join(path)
    plain = tuple(step.replace("_", "-").lower() for step in path)
    for end, protects, read in _KEYS:
        if plain[-len(end) :] != end or key in read:
            continue
        if protects(node.plain()):
            where = " or ".join(read)
            return fail(f"{key} protects nobody: what is read is {where}", Cited.node(key, node))
    return None
