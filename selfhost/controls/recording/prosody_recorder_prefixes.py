from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty
from selfhost.controls.prosody_predicates import no_option

CONTROL = Control(
    id="prosody-recorder-prefixes",
    title="No account counts as recorder or transcriber",
    category=Category.RECORDING,
    severity=Severity.MEDIUM,
    component="prosody",
    needs=("prosody.config",),
    risk=(
        "Whoever logs in under such a prefix is treated as recorder or "
        "transcriber and is hidden from many checks."
    ),
    upstream_default="recorder@recorder. and transcriber@recorder. in code",
    fix=Fix(by_hand=("Remove recorder_prefixes and transcriber_prefixes and restart prosody.")),
    references=("jitsi/jitsi-meet: resources/prosody-plugins/util.lib.lua",),
    surfaces=("prosody-recorder-prefixes",),
    check=no_option(
        "recorder_prefixes",
        "transcriber_prefixes",
        judge=empty("accounts with these prefixes count as recorders"),
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    recorder_prefixes = { "bot@" }\n'
                )
            },
            at=2,
        ),
    ),
    good=(
        Example({"prosody.config": 'VirtualHost "meet.example.org"\n'}),
        Example({"prosody.config": 'VirtualHost "meet.example.org"\n    recorder_prefixes = {}\n'}),
        Example({}, absent=("prosody.config",), note="not installed"),
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    '-- VirtualHost "meet.example.org"\n'
                    '--     recorder_prefixes = { "bot@" }\n'
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    recorder_prefixes = prefixes()\n'
                )
            }
        ),
    ),
)
