from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Status,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import first_unknown
from selfhost.controls.recording import prosody_default_permissions
from selfhost.effective.seen import NotInstalled, OutOfScope
from selfhost.effective.server import Server

KEY = "jicofo.conference.enable-auto-owner"


def _check(server: Server) -> Iterator[Verdict]:
    node = server.jicofo.get(KEY)
    cited = Cited.node(KEY, node) if node is not None else Cited(server.jicofo.place, KEY)
    if node is not None and first_unknown(node) is not None:
        yield unknown(f"{KEY} cannot be told", cited)
    elif node is not None and str(node.plain()).lower() == "false":
        yield passed("nobody becomes moderator by being first", cited)
    elif _may_nothing(server):
        yield passed("whoever is first becomes moderator, who may not record or transcribe", cited)
    else:
        yield fail("whoever is first becomes moderator, who may record and transcribe", cited)


def _may_nothing(server: Server) -> bool:
    """Whether Prosody was seen to give moderators no right to record and the like."""
    try:
        if not server.evidence.in_scope("prosody.config"):
            return False
        said = list(prosody_default_permissions.CONTROL.check(server))
    except (NotInstalled, OutOfScope):
        return False
    return bool(said) and all(verdict.status is Status.PASS for verdict in said)


_OFF = "jitsi_default_permissions = { }\n"
_ROOMS = (
    'Component "conference.meet.example.org" "muc"\n    modules_enabled = { "muc_meeting_id" }\n'
)

CONTROL = Control(
    id="jicofo-auto-owner",
    title="Being first in a room gives no right to record",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="jicofo",
    needs=("jicofo.config",),
    risk="The first person in a room becomes its moderator and gets the moderators' default rights "
    "to record, stream and transcribe.",
    upstream_default="on",
    fix=Fix(
        by_hand=f"Set {KEY} = false in jicofo.conf, or take these rights from moderators by "
        "jitsi_default_permissions in Prosody's configuration; restart the service."
    ),
    references=(
        "jitsi/jicofo: jicofo/src/main/resources/reference.conf",
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_jitsi_permissions.lua",
    ),
    surfaces=("jicofo-auto-owner",),
    check=_check,
    bad=(
        Example({"jicofo.config": f"{KEY} = true\n"}, at=1),
        Example({"jicofo.config": "jicofo {}\n"}, note="absent means on"),
        Example({"jicofo.config": "jicofo {}\n", "prosody.config": _ROOMS}, note="with all rights"),
    ),
    good=(
        Example({"jicofo.config": f"{KEY} = false\n"}),
        Example({"jicofo.config": "jicofo {}\n", "prosody.config": _OFF + _ROOMS}),
        Example({}, absent=("jicofo.config",), note="not installed"),
        Example(
            {
                "jicofo.config": (
                    "jicofo.conference.enable-auto-owner = false\n"
                    "# jicofo.conference.enable-auto-owner = true\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"jicofo.config": f"{KEY} = ${{OWNER}}\n"}),),
)
