"""Checks that many controls share: one setting of one program, judged with its default."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from selfhost.controls.model import Check, Cited, Verdict, fail, passed, unknown
from selfhost.effective.config import Config, key_text
from selfhost.effective.server import Server
from selfhost.readers.tree import Function, Node, Path, Unknown

View = Callable[[Server], Config | Iterable[Config]]
Judge = Callable[[object], str | None]
"""Given a setting's plain value: why it is bad, or ``None`` if it is good."""


def configs(view: View, server: Server) -> tuple[Config, ...]:
    """The configurations that a view gives, one or many."""
    found = view(server)
    return (found,) if isinstance(found, Config) else tuple(found)


def setting(view: View, *paths: str | Path, judge: Judge, absent: str | None = None) -> Check:
    """Every given key must be judged good.

    ``absent``: why a missing key is bad (upstream's default is on); ``None`` if missing is good.
    A value that holds anything unknown is judged ``unknown``, and so is a file with parts that
    the reader did not understand when the key was not found in it.
    """

    def check(server: Server) -> Iterator[Verdict]:
        for config in configs(view, server):
            for path in paths:
                yield judge_setting(config, path, judge, absent)

    return check


def judge_setting(config: Config, path: str | Path, judge: Judge, absent: str | None) -> Verdict:
    """One key of one configuration."""
    key = key_text(path)
    broken = config.unreadable
    if broken is not None and isinstance(broken.value, Unknown):
        fatal = next((problem for problem in config.problems if problem.fatal), None)
        origin = fatal.origin if fatal is not None else broken.origin
        reason = fatal.message if fatal is not None else broken.value.reason
        return unknown(f"{origin}: {reason}", Cited(origin, key))
    node = config.get(path)
    if node is None:
        place = Cited(config.place, key)
        if absent is not None:
            return fail(f"{key} is not set: {absent}", place)
        return passed(f"{key} is not set", place)
    hole = first_unknown(node)
    if hole is not None:
        reason = hole.value.reason if isinstance(hole.value, Unknown) else "it is a function"
        return unknown(f"{key} cannot be told: {reason}", Cited.node(key, hole))
    why = judge(node.plain())
    if why is not None:
        return fail(f"{key}: {why}", Cited.node(key, node))
    return passed(f"{key} is as it should be", Cited.node(key, node))


def first_unknown(node: Node) -> Node | None:
    """The first part of a value that is not known."""
    if isinstance(node.value, Unknown | Function):
        return node
    if node.rest is not None:
        return Node(node.rest, node.origin)
    children: Sequence[Node] = ()
    if isinstance(node.value, dict):
        children = tuple(node.value.values())
    elif isinstance(node.value, list | tuple):
        children = tuple(node.value)
    return next((hole for child in children if (hole := first_unknown(child))), None)


def off(why: str) -> Judge:
    """Must be falsy, as JavaScript and Jitsi's own code see it: false, 0, empty, null."""

    def judge(value: object) -> str | None:
        if isinstance(value, str) and value.strip().lower() in ("", "false", "0", "no", "off"):
            return None
        return why if value else None

    return judge


def on(why: str) -> Judge:
    """Must be true."""

    def judge(value: object) -> str | None:
        truth = value is True or (isinstance(value, str) and value.lower() in ("true", "yes", "on"))
        return None if truth else why

    return judge


def empty(why: str) -> Judge:
    """Must be absent in substance: an empty string, list or object, or null."""

    def judge(value: object) -> str | None:
        return None if value is None or value is False or value in ("", [], {}) else why

    return judge


def one_of(allowed: Sequence[object], why: str) -> Judge:
    """Must be one of these values."""

    def judge(value: object) -> str | None:
        return None if value in allowed else why

    return judge


LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def loopback(why: str) -> Judge:
    """Must be an address of the machine itself; ``why`` is completed with the address."""

    def judge(value: object) -> str | None:
        return None if str(value).lower() in LOOPBACK else f"{why} {value}"

    return judge
