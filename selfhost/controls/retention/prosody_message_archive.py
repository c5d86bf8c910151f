from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-message-archive",
    title="Chat is not archived",
    category=Category.RETENTION,
    severity=Severity.CRITICAL,
    component="prosody",
    needs=("prosody.config",),
    risk=("With muc_mam every room's chat is written to disk, by default for a week."),
    upstream_default="commented out in Prosody's sample",
    fix=Fix(
        by_hand=(
            "Remove mam, muc_mam and muc_log from modules_enabled, delete "
            "the archives under /var/lib/prosody, and restart prosody."
        )
    ),
    references=("prosody: plugins/mod_muc_mam.lua",),
    gdpr="Art. 5(1)(e)",
    surfaces=(
        "prosody-mam",
        "prosody-muc-log-options",
    ),
    check=no_module(
        "mam", "muc_mam", "muc_log", "muc_log_http", "message_logging", why="chat messages are kept"
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "roster"; "mam" }\nVirtualHost "meet.example.org"\n'
                )
            },
            at=1,
        ),
        Example(
            {
                "prosody.config": (
                    'Component "conference.meet.example.org" "muc"\n'
                    '    modules_enabled = { "muc_mam" }\n'
                )
            },
            at=2,
        ),
    ),
    good=(
        Example(
            {"prosody.config": ('modules_enabled = { "roster" }\nVirtualHost "meet.example.org"\n')}
        ),
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "roster"; -- "mam";\n}\nVirtualHost "meet.example.org"\n'
                )
            },
            note="a comment is not a setting",
        ),
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "roster"; "mam" }\n'
                    'modules_disabled = { "mam" }\n'
                    'VirtualHost "meet.example.org"\n'
                )
            },
            note="disabled again",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example({"prosody.config": 'VirtualHost "meet.example.org\n'}, note="does not parse"),
    ),
)
