"""What ``java.util.logging`` would write, from a program's ``logging.properties``."""

from collections.abc import Iterator

from selfhost.controls.model import Check, Cited, Verdict, fail, passed, unknown
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

#: Levels by how much they let through.
LEVELS = ("OFF", "SEVERE", "WARNING", "INFO", "CONFIG", "FINE", "FINER", "FINEST", "ALL")
#: What a handler lets through when it is told nothing.
HANDLER_DEFAULT = {"FileHandler": "ALL"}


def _rank(node: Node | None, default: str) -> int | None:
    """Place in ``LEVELS``; ``None`` where it cannot be told."""
    if node is None:
        return LEVELS.index(default)
    if isinstance(node.value, Unknown):
        return None
    word = str(node.value).strip().upper()
    return LEVELS.index(word) if word in LEVELS else None


def logger_level(config: Config, logger: str) -> Node | None:
    """The setting that decides for a logger: its own, or the nearest above it."""
    name = logger
    while name:
        node = config.get((f"{name}.level",))
        if node is not None:
            return node
        name = name.rpartition(".")[0]
    return config.get((".level",))


def written(config: Config, logger: str, level: str) -> Verdict | None:
    """Whether a logger's lines of a level reach any handler; ``None`` if none does."""
    wanted = LEVELS.index(level)
    node = logger_level(config, logger)
    rank = _rank(node, "INFO")
    handlers = config.get(("handlers",))
    cited = (
        Cited.node("level", node) if node is not None else Cited(config.place, f"{logger}.level")
    )
    if rank is None:
        return unknown(f"the level of {logger} cannot be told", cited)
    if rank < wanted:
        return None
    names = str(handlers.plain()).replace(",", " ").split() if handlers is not None else []
    for name in names or ["java.util.logging.ConsoleHandler"]:
        own = config.get((f"{name}.level",))
        threshold = _rank(own, HANDLER_DEFAULT.get(name.rpartition(".")[2], "INFO"))
        if threshold is None:
            return unknown(f"the level of {name} cannot be told", cited)
        if threshold >= wanted:
            return fail(f"{LEVELS[rank]} lines of {logger} are written by {name}", cited)
    return None


def not_written(source: str, logger: str, level: str, why: str) -> Check:
    """No line of this level of a logger may be written."""

    def check(server: Server) -> Iterator[Verdict]:
        for config in server.properties(source):
            verdict = written(config, logger, level)
            if verdict is None:
                place = Cited(config.place, f"{logger}.level")
                yield passed(f"{logger} writes less than {level}", place)
            else:
                yield Verdict(verdict.status, f"{verdict.message}: {why}", verdict.cited)

    return check
