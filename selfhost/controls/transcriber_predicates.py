"""Checks of a gateway's settings (Jigasi) that several controls share."""

from collections.abc import Callable, Iterator

from selfhost.controls.model import Check, Cited, Verdict, passed, unknown
from selfhost.controls.predicates import Judge, setting
from selfhost.controls.recorder_predicates import unread
from selfhost.controls.web_predicates import judge_address
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

PREFIX = "org.jitsi.jigasi."
ENABLE = PREFIX + "ENABLE_TRANSCRIPTION"


def jigasi(server: Server) -> tuple[Config, ...]:
    """Every gateway's settings."""
    return server.jigasi


def key(*names: str) -> tuple[tuple[str, ...], ...]:
    """Paths of flat keys, without the prefix that they share."""
    return tuple((PREFIX + name,) for name in names)


def java_true(value: object) -> bool:
    """``Boolean.parseBoolean``: ``yes`` and ``1`` are false."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def not_true(why: str) -> Judge:
    """Must not be ``true``."""
    return lambda value: why if java_true(value) else None


def nothing(why: str) -> Judge:
    """Must hold nothing."""
    return lambda value: why if str(value if value is not None else "").strip() else None


def each(*names: str, judge: Judge, absent: str | None = None) -> Check:
    """Every given key (without the prefix) must be judged good."""
    return setting(jigasi, *key(*names), judge=judge, absent=absent)


def transcribes(config: Config) -> bool | None:
    """Whether a gateway transcribes; ``None`` where it cannot be told."""
    node = config.get((ENABLE,))
    if node is None:
        return False
    return None if isinstance(node.value, Unknown) else java_true(node.value)


def per_gateway(judge: Callable[[Server, Config], Iterator[Verdict]]) -> Check:
    """Each gateway that can be read at all is judged."""

    def check(server: Server) -> Iterator[Verdict]:
        for config in jigasi(server):
            broken = unread(config, ENABLE)
            if broken is not None:
                yield broken
            else:
                yield from judge(server, config)

    return check


def own_names(config: Config) -> tuple[str, ...]:
    """Domains that a gateway itself says it belongs to."""
    found = []
    for path, node in config.walk():
        if path[-1].endswith(("DOMAIN_BASE", "MUC_SERVICE_ADDRESS")) and isinstance(
            node.value, str
        ):
            found.append(node.value.strip().removeprefix("conference.").removeprefix("muc."))
    return tuple(found)


def own_address(server: Server, config: Config, name: str, why: str) -> Verdict:
    """An address must be the server's own; not set is good."""
    node = config.get((PREFIX + name,))
    if node is None:
        return passed(f"{name} is not set", Cited(config.place, PREFIX + name))
    return judge_address(server, PREFIX + name, node, why, own_names(config))


def cannot_tell(name: str, node: Node) -> Verdict:
    """For a value that is not known."""
    reason = node.value.reason if isinstance(node.value, Unknown) else "it is not a text"
    return unknown(f"{name} cannot be told: {reason}", Cited.node(PREFIX + name, node))
