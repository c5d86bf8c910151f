from collections.abc import Iterator, Mapping

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.prosody_examples import BROKEN_PROSODY, HOST, NO_PROSODY, prosody
from selfhost.controls.prosody_predicates import whole
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

SINKS = {
    "*syslog": "goes to syslog, and with it wherever that is sent",
    "syslog": "goes to syslog, and with it wherever that is sent",
}


def _check(server: Server) -> Iterator[Verdict]:
    # Prosody reads the option in the global section only (core/loggingmanager.lua).
    node = server.prosody.sections[0].options.get(("log",))
    if node is None:
        yield passed("log is not set: Prosody writes nothing below info", *whole(server))
        return
    yield from _judged(node)
    yield passed("the log says little and stays here", Cited.node("log", node))


def _judged(node: Node) -> Iterator[Verdict]:
    if isinstance(node.value, Unknown):
        yield unknown(f"log cannot be told: {node.value.reason}", Cited.node("log", node))
        return
    if node.rest is not None:
        yield unknown(f"log cannot be told: {node.rest.reason}", Cited.node("log", node))
    if isinstance(node.value, Mapping):
        entries = list(node.value.items())
    elif isinstance(node.value, tuple | list):
        entries = [(str(i), item) for i, item in enumerate(node.value, 1)]
    else:
        entries = [("1", node)]
    for level, sink in entries:
        yield from _sink(level, sink)


def _sink(level: str, sink: Node) -> Iterator[Verdict]:
    """``debug = "file"``, ``"*syslog"``, or ``{ levels = { min = "debug" }, to = "file" }``."""
    target = sink
    levels = [level]
    if isinstance(sink.value, Mapping):
        target = sink.value.get("to", sink)
        least = sink.value.get("levels")
        levels = _levels(least) if least is not None else ["debug"]
    if isinstance(target.value, Unknown):
        yield unknown("where the log goes cannot be told", Cited.node("log", target))
        return
    if "debug" in levels and target.value != "*console":
        yield fail("the log holds messages (debug)", Cited.node("log", sink))
    if isinstance(target.value, str) and target.value in SINKS:
        yield fail(f"the log {SINKS[target.value]}", Cited.node("log", target))


def _levels(node: Node) -> list[str]:
    """``{ min = "info" }`` goes from there up; a list names each."""
    if isinstance(node.value, Mapping):
        least = node.value.get("min")
        return [str(least.value)] if least is not None else ["debug"]
    if isinstance(node.value, tuple | list):
        return [str(item.value) for item in node.value]
    return [str(node.value)]


CONTROL = Control(
    id="prosody-log",
    title="The chat server's log holds no messages and stays on the server",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk="At the level debug stanzas with parts of messages land in the log; syslog passes "
    "names of rooms and addresses on to wherever it is sent.",
    upstream_default='info to a file; Debian adds errors to "*syslog"',
    fix=Fix(
        variable="prosody_log_level",
        value="warn",
        by_hand="Set log to a table with warn and error only, each to a file, in the global "
        "section, and reload prosody.",
    ),
    references=(
        "bjc/prosody: prosody.cfg.lua.dist",
        "bjc/prosody: core/loggingmanager.lua",
    ),
    gdpr="Art. 5(1)(c), 5(1)(e)",
    surfaces=("prosody-log-level", "prosody-syslog"),
    check=_check,
    bad=(
        prosody(f'log = {{\n    debug = "/var/log/prosody/prosody.log";\n}}\n{HOST}', at=2),
        prosody(f'log = {{ warn = "x.log"; "*syslog" }}\n{HOST}', at=1),
        prosody(
            'log = {\n  { levels = { min = "debug" }, to = "file", filename = "p.log" };\n}\n'
            + HOST,
            at=2,
        ),
        prosody(f'log = {{ info = "x" }}\nlog = {{ debug = "x" }}\n{HOST}', at=2, note="later"),
    ),
    good=(
        prosody(f'log = {{ info = "/var/log/prosody/prosody.log"; error = "x.err" }}\n{HOST}'),
        prosody(f'log = {{ warn = "x.log"; -- "*syslog";\n}}\n{HOST}', note="a comment"),
        prosody(f'log = {{ debug = "x" }}\nlog = {{ warn = "x" }}\n{HOST}', note="overridden"),
        prosody(
            f'log = {{ warn = "x" }}\n{HOST}    log = {{ debug = "y" }}\n',
            note="not read from a host",
        ),
        prosody(f'log = {{ {{ levels = {{ "error" }}; to = "console" }} }}\n{HOST}'),
        prosody(HOST, note="nothing set"),
        NO_PROSODY,
    ),
    unclear=(prosody(f"log = {{ info = os.getenv('LOG') }}\n{HOST}"), BROKEN_PROSODY),
)
