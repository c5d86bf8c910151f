"""Checks of recorders' settings that several controls share."""

from collections.abc import Callable, Iterator

from selfhost.controls.model import Check, Cited, Verdict, passed, unknown
from selfhost.controls.predicates import first_unknown
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

ENVIRONMENTS = "jibri.api.xmpp.environments"
JudgeEnvironment = Callable[[Server, str, Node], Verdict | None]
"""Given the server, an environment's key and its node: a verdict, or ``None`` if it is good."""


def jibri(server: Server) -> tuple[Config, ...]:
    """Every recorder's settings."""
    return server.jibri


def unread(config: Config, key: str) -> Verdict | None:
    """What to say of a configuration that cannot be read at all; ``None`` if it can."""
    broken = config.unreadable
    if broken is None:
        return None
    fatal = next((problem for problem in config.problems if problem.fatal), None)
    origin = fatal.origin if fatal is not None else broken.origin
    message = fatal.message if fatal is not None else "cannot be read"
    return unknown(f"{origin}: {message}", Cited(origin, key))


def each_environment(judge: JudgeEnvironment, good: str) -> Check:
    """Every XMPP environment that a recorder serves must be judged good."""

    def check(server: Server) -> Iterator[Verdict]:
        for config in jibri(server):
            broken = unread(config, ENVIRONMENTS)
            if broken is not None:
                yield broken
                continue
            yield from _judged(server, config, judge)
            yield passed(good, Cited(config.place, ENVIRONMENTS))

    return check


def _judged(server: Server, config: Config, judge: JudgeEnvironment) -> Iterator[Verdict]:
    node = config.get(ENVIRONMENTS)
    if node is None:
        return
    if not isinstance(node.value, list | tuple):
        hole = first_unknown(node)
        at = hole or node
        reason = at.value.reason if isinstance(at.value, Unknown) else "it is no list"
        yield unknown(f"{ENVIRONMENTS} cannot be told: {reason}", Cited.node(ENVIRONMENTS, at))
        return
    for index, item in enumerate(node.value):
        verdict = judge(server, f"{ENVIRONMENTS}.{index}", item)
        if verdict is not None:
            yield verdict


def field(node: Node, *path: str) -> Node | None:
    """A field below an environment; ``Unknown`` where it may be there unseen."""
    for step in path:
        if isinstance(node.value, Unknown):
            return node
        if not isinstance(node.value, dict):
            return None
        child = node.value.get(step)
        if child is None:
            return Node(node.rest, node.origin) if node.rest else None
        node = child
    return node
