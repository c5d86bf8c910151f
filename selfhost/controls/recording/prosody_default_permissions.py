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
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    HOST,
    NO_PROSODY,
    ROOMS,
    prosody,
)
from selfhost.controls.prosody_predicates import loads, settings, whole
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

OPTION = "jitsi_default_permissions"
#: Rights that upstream gives every moderator who has no token.
RIGHTS = ("livestreaming", "recording", "transcription", "live-translation", "outbound-call")


def _check(server: Server) -> Iterator[Verdict]:
    if not loads(server, "jitsi_permissions"):
        yield passed("nothing gives moderators rights by default", *whole(server))
        return
    found = list(settings(server, OPTION))
    for section, node in found:
        where = f"{OPTION} ({section.name})"
        if isinstance(node.value, Unknown) or (node.rest is not None):
            yield unknown(f"{where} cannot be told", Cited.node(OPTION, node))
            continue
        rights: Mapping[str, Node] = node.value if isinstance(node.value, Mapping) else {}
        for right in RIGHTS:
            given = rights.get(right)
            if given is None or given.value is None or given.value is False:
                continue
            if isinstance(given.value, Unknown):
                yield unknown(f"{where}: {right} cannot be told", Cited.node(right, given))
            else:
                yield fail(f"{where}: every moderator has {right}", Cited.node(right, given))
    if not found and server.prosody.fragment:
        yield unknown(f"{OPTION} may be set in the global section, which was not given")
    elif not found:
        yield fail(
            f"{OPTION} is not set: moderators without a token may record, stream and transcribe",
            *whole(server)[:1],
        )
    yield passed("moderators have none of these rights by default", *whole(server))


_MUC = ROOMS + '    modules_enabled = { "muc_meeting_id" }\n'
_NONE = (
    f"{OPTION} = {{\n    recording = false;\n    transcription = false;\n"
    '    ["live-translation"] = false;\n    ["create-polls"] = true;\n}\n'
)

CONTROL = Control(
    id="prosody-default-permissions",
    title="Moderators may not record, stream or transcribe by default",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk="muc_meeting_id loads jitsi_permissions, which gives every moderator without a token the "
    "right to record, stream, transcribe, translate and call out; whoever joins first is one.",
    upstream_default="all of them, since 2025",
    fix=Fix(
        by_hand=f"Set {OPTION} in the global section to a table in which recording, livestreaming,"
        " transcription, live-translation and outbound-call are false; restart prosody."
    ),
    references=(
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_jitsi_permissions.lua",
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_muc_meeting_id.lua",
    ),
    surfaces=("prosody-default-permissions", "prosody-filter-rayo-metadata"),
    check=_check,
    bad=(
        prosody(_MUC, note="absent is not off"),
        prosody(_NONE.replace("recording = false", "recording = true") + _MUC, at=2),
        prosody(_NONE.replace("transcription = false", 'transcription = "no"') + _MUC, at=3),
        prosody("--" + _NONE.replace("\n", "\n--") + "\n" + _MUC, note="a comment"),
    ),
    good=(
        prosody(_NONE + _MUC),
        prosody(HOST, note="the module is not loaded"),
        prosody(f"{OPTION} = {{}}\n{_MUC}", note="an empty table gives nothing"),
        NO_PROSODY,
    ),
    unclear=(
        prosody(f"{OPTION} = {{ recording = os.getenv('REC') }}\n{_MUC}"),
        BROKEN_PROSODY,
    ),
)
