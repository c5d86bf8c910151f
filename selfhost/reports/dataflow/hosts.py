"""The outside hosts that findings name."""

import re
from collections.abc import Iterator, Sequence

from selfhost.audit.model import Report, Result
from selfhost.catalog.endpoints import kind_of_host, private_name, same_owner

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}"
#: A name after a scheme, or before a port.
_SURE = re.compile(
    rf"(?:\b(?:https?|wss?|stuns?|turns?|rtmps?|ldaps?|xmpp|tcp|udp|s3|grpc)://?(?:[^\s/@\"']*@)?"
    rf"|\b(?:stuns?|turns?):)({_NAME}|{_ADDRESS})"
    rf"|(?<![\w.-])({_NAME}|{_ADDRESS}):\d{{2,5}}\b",
    re.IGNORECASE,
)
#: Anything that looks like one; what the catalogue of endpoints knows is.
_LIKE = re.compile(rf"(?<![\w.@/-])({_NAME})(?![\w-])", re.IGNORECASE)
_MAX_TEXT = 4000
#: Documents whose names tell the deployment's own domain.
_OWN = re.compile(
    r"(?:/etc/jitsi/meet/(?P<meet>[^/]+)-config\.js"
    r"|/etc/prosody/conf\.(?:d|avail)/(?P<prosody>[^/]+)\.cfg\.lua)$"
)
_TARGET = re.compile(rf"(?:^|//)(?:[^\s/@]*@)?({_NAME})(?::\d+)?(?:/|$)", re.IGNORECASE)


def own(report: Report) -> tuple[str, ...]:
    """Names of the deployment: of its targets, and those in the names of its settings' files."""
    found = [match[1] for target in report.targets if (match := _TARGET.search(target.target))]
    found += [
        match["meet"] or match["prosody"]
        for target in report.targets
        for document in target.documents
        if (match := _OWN.search(document.path))
    ]
    return tuple(dict.fromkeys(name.lower() for name in found if "." in name))


def named(result: Result, ours: Sequence[str]) -> tuple[str, ...]:
    """Hosts that a finding names and that are not ``ours``: of its message, or else of the lines
    that it cites."""
    for texts in ([result.message], [cited.excerpt for cited in result.evidence]):
        found = dict.fromkeys(
            host for text in texts for host in _hosts(text) if not _inside(host, ours)
        )
        if found:
            return tuple(found)
    return ()


def _hosts(text: str) -> Iterator[str]:
    text = text[:_MAX_TEXT]
    for match in _SURE.finditer(text):
        yield (match[1] or match[2]).lower()
    for match in _LIKE.finditer(text):
        if kind_of_host(match[1]):
            yield match[1].lower()


def _inside(host: str, ours: Sequence[str]) -> bool:
    return private_name(host) or any(same_owner(host, name) for name in ours)
