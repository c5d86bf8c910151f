from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty
from selfhost.controls.prosody_predicates import no_option

CONTROL = Control(
    id="prosody-lobby-bypass",
    title="No domain passes the lobby by itself",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="prosody",
    needs=("prosody.config",),
    risk=("A recorder or transcriber enters rooms behind a lobby without anybody's approval."),
    upstream_default=("commented out on Debian; set by Docker with recording or transcription"),
    fix=Fix(by_hand="Remove muc_lobby_whitelist and restart prosody."),
    references=(("jitsi/jitsi-meet: resources/prosody-plugins/mod_muc_lobby_rooms.lua"),),
    surfaces=("prosody-lobby-bypass",),
    check=no_option(
        "muc_lobby_whitelist",
        judge=empty("users of these domains pass the lobby"),
        of=("muc_lobby_rooms",),
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    '    modules_enabled = { "muc_lobby_rooms" }\n'
                    '    muc_lobby_whitelist = { "recorder.meet.example.org" }\n'
                )
            },
            at=3,
        ),
    ),
    good=(
        Example({"prosody.config": 'VirtualHost "meet.example.org"\n'}),
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    '    modules_enabled = { "muc_lobby_rooms" }\n'
                    '    -- muc_lobby_whitelist = { "recorder.meet.example.org" }\n'
                )
            },
            note="a comment is not a setting",
        ),
        Example(
            {"prosody.config": 'VirtualHost "meet.example.org"\n    muc_lobby_whitelist = {}\n'}
        ),
        Example(
            {
                "prosody.config": (
                    'muc_lobby_whitelist = { "x.example.org" }\nVirtualHost "meet.example.org"\n'
                )
            },
            note="there are no lobbies",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    '    modules_enabled = { "muc_lobby_rooms" }\n'
                    '    muc_lobby_whitelist = { os.getenv("HIDDEN") }\n'
                )
            }
        ),
    ),
)
