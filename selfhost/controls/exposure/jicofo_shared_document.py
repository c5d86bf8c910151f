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
    unknown,
)
from selfhost.controls.predicates import first_unknown
from selfhost.effective.server import Server

KEY = "jicofo.conference.shared-document.use-random-name"
PAD = "etherpad_base"


def _check(server: Server) -> Iterator[Verdict]:
    node = server.jicofo.get(KEY)
    cited = Cited.node(KEY, node) if node is not None else Cited(server.jicofo.place, KEY)
    pads = [(config.get(PAD), config) for config in server.web]
    if node is not None and str(node.plain()).lower() == "true":
        yield passed("notes have a name that cannot be guessed", cited)
        return
    for pad, config in pads:
        if pad is None or pad.plain() in ("", None, False):
            yield passed("there are no shared notes", Cited(config.place, PAD))
        elif first_unknown(pad) is not None:
            yield unknown(f"{PAD} cannot be told", Cited.node(PAD, pad))
        elif node is not None and first_unknown(node) is not None:
            yield unknown(f"{KEY} cannot be told", cited)
        else:
            yield fail("the shared notes of a meeting are named after its room", cited)


def _both(jicofo: str, web: str, at: int = 0, note: str = "") -> Example:
    return Example({"jicofo.config": jicofo, "web.config": web}, at=at, note=note)


_PAD = f"var config = {{ {PAD}: 'https://meet.example.org/pad/' }};\n"
_NONE = "var config = {};\n"

CONTROL = Control(
    id="jicofo-shared-document",
    title="Shared notes cannot be found by the name of the room",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="jicofo",
    needs=("jicofo.config", "web.config"),
    risk="Whoever knows or guesses the name of a room can read its notes on the pad server.",
    upstream_default="named after the room",
    fix=Fix(by_hand=f"Set {KEY} = true in jicofo.conf and restart jicofo."),
    references=("jitsi/jicofo: jicofo/src/main/resources/reference.conf",),
    surfaces=("jicofo-shared-document",),
    check=_check,
    bad=(
        _both(f"{KEY} = false\n", _PAD, at=1),
        _both("jicofo {}\n", _PAD, note="absent means the room's name"),
    ),
    good=(
        _both(f"{KEY} = true\n", _PAD),
        _both("jicofo {}\n", _NONE, note="no notes"),
        _both("jicofo {}\n", f"var config = {{ // {PAD}: '/pad/'\n}};\n", note="a comment"),
        Example({}, absent=("web.config",), note="nothing of it is there"),
    ),
    unclear=(_both(f"{KEY} = ${{NAME}}\n", _PAD),),
)
