from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.effective.server import Server
from selfhost.readers.numbers import whole
from selfhost.readers.properties import read_properties
from selfhost.readers.tree import Source

LOGGER = "org.jitsi.jicofo.xmpp.muc.ChatRoomImpl"
QUIET = ("WARNING", "SEVERE", "OFF")


def _check(server: Server) -> Iterator[Verdict]:
    for document in server.required("jicofo.logging", "jicofo"):
        tree = read_properties(Source(document.path, document.text))
        steps = LOGGER.split(".")
        for length in range(len(steps), -1, -1):
            name = ".".join(steps[:length])
            node = tree.get((f"{name}.level",))
            if node is None:
                continue
            cited = Cited.node(f"{name}.level", node)
            level = str(node.plain()).strip().upper()
            if level in QUIET or (whole(level) or 0) >= 900:
                yield passed("metadata of rooms is not written down", cited)
            else:
                yield fail(f"metadata of rooms is written to the log ({level})", cited)
            return
        place = Cited(tree.root.origin, ".level")
        yield fail("metadata of rooms is written to the log (INFO by default)", place)


CONTROL = Control(
    id="jicofo-metadata-log",
    title="The focus does not write down the metadata of rooms",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="jicofo",
    needs=("jicofo.logging",),
    risk="At INFO every change of a room's metadata is logged: lists of people, and headers with "
    "keys of AI services.",
    upstream_default="INFO",
    fix=Fix(
        variable="jicofo_log_level",
        value="WARNING",
        by_hand=f"Set {LOGGER}.level=WARNING in /etc/jitsi/jicofo/logging.properties and restart.",
    ),
    references=("jitsi/jicofo: ChatRoomImpl.kt", "jitsi/jicofo: lib/logging.properties"),
    gdpr="Art. 5(1)(c)",
    surfaces=("jicofo-log-metadata",),
    check=_check,
    bad=(
        Example({"jicofo.logging": ".level=INFO\n"}, at=1),
        Example({"jicofo.logging": "handlers=x\n"}, note="absent means INFO"),
        Example({"jicofo.logging": ".level=WARNING\norg.jitsi.jicofo.level=FINE\n"}, at=2),
        Example({"jicofo.logging": ".level=WARNING\n.level=ALL\n"}, at=2, note="the last wins"),
        Example({"jicofo.logging": f"#{LOGGER}.level=OFF\n.level=INFO\n"}, at=2, note="a comment"),
    ),
    good=(
        Example({"jicofo.logging": ".level=WARNING\n"}),
        Example({"jicofo.logging": f".level=INFO\n{LOGGER}.level = WARNING\n"}),
        Example({"jicofo.logging": ".level=INFO\norg.jitsi.jicofo.xmpp.level=SEVERE\n"}),
        Example({}, absent=("jicofo.logging",), note="not installed"),
        Example({"jicofo.logging": ".level=WARNING\n# .level=INFO\n"}, note="a comment"),
    ),
    unclear=(Example({"jicofo.logging": "\x00\n"}, note="not a text file"),),
)
