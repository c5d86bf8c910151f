"""Checks of programs that are told everything by variables."""

from collections.abc import Callable, Iterator

from selfhost.controls.model import Check, Cited, Verdict, passed, unknown
from selfhost.controls.predicates import Judge, View, judge_setting
from selfhost.controls.recorder_predicates import unread
from selfhost.controls.web_predicates import judge_address
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

TRUE = ("y", "yes", "true", "1")


def of(component: str) -> View:
    """The variables of each running program, or of each of its files."""
    return lambda server: server.variables(component)


def variables(component: str, *names: str, judge: Judge, absent: str | None = None) -> Check:
    """Every named variable must be judged good. An empty one counts as absent."""

    def one(config: Config, name: str) -> Verdict:
        node = config.get((name,))
        if node is not None and node.value == "" and absent is not None:
            return judge_setting(config, (name,), lambda _: f"empty, so {absent}", absent)
        return judge_setting(config, (name,), judge, absent)

    def check(server: Server) -> Iterator[Verdict]:
        for config in server.variables(component):
            for name in names:
                yield one(config, name)

    return check


def per_program(component: str, judge: Callable[[Server, Config], Iterator[Verdict]]) -> Check:
    """Each program whose variables can be read at all is judged."""

    def check(server: Server) -> Iterator[Verdict]:
        for config in server.variables(component):
            broken = unread(config, "")
            if broken is not None:
                yield broken
            else:
                yield from judge(server, config)

    return check


def text(config: Config, name: str) -> str | None:
    """A variable's text, empty where it is not set; ``None`` where it is not known."""
    node = config.get((name,))
    if node is None:
        return ""
    return None if isinstance(node.value, Unknown) else str(node.plain() or "").strip()


def cite(config: Config, name: str) -> Cited:
    """Where a variable is set, or where it would be."""
    node = config.get((name,))
    return Cited(config.place, name) if node is None else Cited.node(name, node)


def hidden(config: Config, name: str) -> Verdict:
    """For a variable whose value is not known."""
    return unknown(f"{name} cannot be told", cite(config, name))


def own_url(server: Server, config: Config, name: str, why: str) -> Verdict:
    """The address in a variable must be the server's own; not set is good."""
    node = config.get((name,))
    if node is None:
        return passed(f"{name} is not set", Cited(config.place, name))
    return judge_address(server, name, node, why)


def own_host(server: Server, config: Config, name: str, why: str) -> Verdict:
    """As ``own_url``, for a bare host name with or without a port."""
    node = config.get((name,))
    if node is None or not isinstance(node.value, str) or "://" in node.value:
        return own_url(server, config, name, why)
    bare = node.value.strip()
    return judge_address(server, name, Node(f"http://{bare}" if bare else "", node.origin), why)


def python_true(why: str) -> Judge:
    """Must not be what Skynet takes for true."""
    return lambda value: why if str(value).strip().lower() in TRUE else None


def exactly(word: str, why: str) -> Judge:
    """Must not be exactly this word: what the proxy compares with."""
    return lambda value: why if str(value) == word else None


def given(why: str) -> Judge:
    """Must hold nothing."""
    return lambda value: why if str(value if value is not None else "").strip() else None
