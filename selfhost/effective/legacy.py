"""What old properties make of today's keys: ``org.jitsi.jicofo.jibri.BREWERY`` and the like."""

from collections.abc import Mapping

from selfhost.catalog.legacy_keys import LegacyKey, legacy_keys
from selfhost.readers.tree import Node, Path, Unknown, Value

#: A value that has no effect on the key.
_NOTHING = object()


def translated(component: str, properties: Mapping[str, Node]) -> list[tuple[Path, Node]]:
    """Old properties as settings of today, in the order of the properties."""
    found: list[tuple[Path, Node]] = []
    for name, node in properties.items():
        for key in legacy_keys(component):
            rest = key.rest(name)
            if rest is None:
                continue
            unknown = isinstance(node.value, Unknown)
            value = node.value if unknown else _value(key, str(node.value).strip(), node)
            if value is _NOTHING:
                continue
            for path in key.new:
                steps = (*path.split("."), *_below(rest)) if key.prefix else tuple(path.split("."))
                found.append((steps, Node(value, node.origin, node.overrides)))  # type: ignore[arg-type]
    return found


def _below(rest: str) -> Path:
    """``shard.HOSTNAME`` as two steps; without an id, upstream takes an empty one."""
    name, dot, last = rest.partition(".")
    return (name, last) if dot else ("", rest)


def _value(key: LegacyKey, text: str, node: Node) -> object:
    truth = text.lower() == "true"
    value: Value | object = text if text else _NOTHING
    if key.kind == "number":
        value = int(text) if text.isdecimal() and len(text) < 10 else _NOTHING
    elif key.kind == "list":
        value = tuple(Node(item.strip(), node.origin) for item in text.split(",") if item.strip())
    elif key.kind == "boolean":
        value = truth
    elif key.kind == "inverted":
        value = not truth
    elif key.kind == "present":
        value = True
    elif key.kind == "false-only":
        value = _NOTHING if truth else False
    elif key.kind == "login-type":
        value = {"XMPP": "XMPP", "EXT_JWT": "JWT"}.get(text.partition(":")[0], "NONE")
    elif key.kind == "login-host":
        value = text.removeprefix("XMPP:").removeprefix("EXT_JWT:")
    return value
