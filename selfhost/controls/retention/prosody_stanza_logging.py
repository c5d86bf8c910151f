from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-stanza-logging",
    title="No module logs traffic",
    category=Category.RETENTION,
    severity=Severity.CRITICAL,
    component="prosody",
    needs=("prosody.config",),
    risk="All signalling with the text of the chat ends up in the log.",
    upstream_default="absent",
    fix=Fix(by_hand="Remove these modules from modules_enabled and restart prosody."),
    references=("jitsi/docker-jitsi-meet: prosody/rootfs/defaults/prosody.cfg.lua",),
    surfaces=(
        "prosody-raw-stanza-logging",
        "prosody-log-ringbuffer",
        "prosody-debug-traceback",
    ),
    check=no_module(
        "stanza_debug",
        "raw_log",
        "log_messages",
        "log_ringbuffer",
        "debug_traceback",
        "stanzadebug",
        why="messages are written to the log",
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "stanza_debug" }\nVirtualHost "meet.example.org"\n'
                )
            },
            at=1,
        ),
    ),
    good=(
        Example(
            {"prosody.config": ('modules_enabled = { "roster" }\nVirtualHost "meet.example.org"\n')}
        ),
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "log_auth" }\nVirtualHost "meet.example.org"\n'
                )
            },
            note="another module",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example({"prosody.config": 'VirtualHost "meet.example.org\n'}, note="does not parse"),
    ),
)
