"""Checks of the focus's and the bridge's keys as a whole."""

import re
from collections.abc import Callable, Iterator

from selfhost.catalog.endpoints import kind_of_host
from selfhost.catalog.server_keys import server_keys
from selfhost.controls.jvm_misplaced import misplaced
from selfhost.controls.model import Check, Cited, Verdict, fail, passed, unknown
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_predicates import KINDS, host_of
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node

ADDRESS = re.compile(r"(?:https?|wss?|rtmps?)://[^\s/]", re.IGNORECASE)
#: Where -D arguments of Java and of the old properties end up.
NOT_THEIRS = ("java", "sun", "jdk", "net", "user", "file", "org", "com", "config", "log4j", "io")


def no_unknown_key(view: Callable[[Server], Config]) -> Check:
    """No key of a program that looks relevant by its name, or holds an address, is unknown."""

    def check(server: Server) -> Iterator[Verdict]:
        yield from judged_keys(view(server))

    return check


def judged_keys(config: Config) -> Iterator[Verdict]:
    """What there is to say of one configuration's keys as a whole."""
    if config.unreadable is not None:
        yield judge_setting(config, config.name, lambda _: None, None)
        return
    told: list[tuple[str, ...]] = []
    for path, node in config.walk():
        if path[0] in NOT_THEIRS or any(path[: len(above)] == above for above in told):
            continue
        if node.rest is not None:
            yield unknown(f"{'.'.join(path)} may hold keys that cannot be seen", _cite(path, node))
            told.append(path)
            continue
        verdict = misplaced(path, node) or judged_key(path, node)
        if verdict is not None:
            yield verdict
            told.append(path)
    for tree in config.layers:
        if tree.root.rest is not None:
            yield unknown(f"keys cannot be seen: {tree.root.rest.reason}", Cited(tree.root.origin))
    yield passed("every key that looks relevant is one of upstream's", Cited(config.place))


def judged_key(path: tuple[str, ...], node: Node) -> Verdict | None:
    """What there is to say of one key; ``None`` if it is known or of no concern."""
    known = server_keys()
    if isinstance(node.value, dict) or known.knows(path):
        return None
    if node.value in (None, False, "", (), "false", "off"):
        return None
    key = ".".join(path)
    if isinstance(node.value, str) and ADDRESS.match(node.value):
        return _address(key, path, node)
    if not any(known.looks_relevant(step) for step in path):
        return None
    why = f"{key} is not a key of upstream's: what it does is not known"
    return unknown(why, _cite(path, node))


def _address(key: str, path: tuple[str, ...], node: Node) -> Verdict:
    try:
        kind = kind_of_host(host_of(str(node.value)) or "")
    except ValueError:
        kind = ""
    if kind in ("ai", "tracker", "jaas"):
        return fail(f"{key} is unknown and leads to {KINDS[kind]}", _cite(path, node))
    return unknown(f"{key} is unknown and holds an address", _cite(path, node))


def _cite(path: tuple[str, ...], node: Node) -> Cited:
    return Cited.node(".".join(path), node)
