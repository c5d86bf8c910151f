from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-forced-transcription",
    title="No module switches transcription on for every room",
    category=Category.TRANSCRIPTION,
    severity=Severity.CRITICAL,
    component="prosody",
    needs=("prosody.config",),
    risk=(
        "A few lines of Lua flag every room for transcription: no button "
        "is pressed and nothing is shown."
    ),
    upstream_default="absent",
    fix=Fix(by_hand=("Remove force_async_transcription from modules_enabled and restart prosody.")),
    references=("jitsi/handbook: docs/devops-guide/transcription.md",),
    gdpr="Art. 6, 9",
    surfaces=("prosody-force-transcription",),
    check=no_module(
        "force_async_transcription",
        "muc_transcription",
        "muc_transcription_filter",
        "async_transcription",
        why="rooms are flagged for transcription",
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'Component "conference.meet.example.org" "muc"\n'
                    "    modules_enabled = {\n"
                    '        "muc_meeting_id";\n'
                    '        "force_async_transcription";\n'
                    "    }\n"
                )
            },
            at=4,
        ),
    ),
    good=(
        Example(
            {
                "prosody.config": (
                    'Component "conference.meet.example.org" "muc"\n'
                    '    modules_enabled = { "muc_meeting_id" }\n'
                )
            }
        ),
        Example(
            {
                "prosody.config": (
                    'Component "conference.meet.example.org" "muc"\n'
                    "    modules_enabled = {\n"
                    '        -- "force_async_transcription";\n'
                    "    }\n"
                )
            },
            note="a comment is not a setting",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example({"prosody.config": 'VirtualHost "meet.example.org\n'}, note="does not parse"),
    ),
)
