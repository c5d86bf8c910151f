from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-room-spies",
    title="No module tells strangers about rooms",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk=(
        "These modules answer over HTTP who is in which room, speak into "
        "rooms, remove people or hand out relay credentials."
    ),
    upstream_default="absent",
    fix=Fix(by_hand="Remove these modules from modules_enabled and restart prosody."),
    references=(
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_muc_size.lua",
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_muc_census.lua",
        ("jitsi/jitsi-meet: resources/prosody-plugins/mod_test_observer_http.lua"),
    ),
    surfaces=(
        "prosody-muc-size-api",
        "prosody-muc-census",
        "prosody-test-observer",
        "prosody-password-check-api",
        "prosody-jigasi-invite-api",
        "prosody-moderation-http-apis",
    ),
    check=no_module(
        "muc_size",
        "muc_census",
        "test_observer",
        "test_observer_http",
        "muc_password_check",
        "muc_jigasi_invite",
        "system_chat_message",
        "muc_kick_participant",
        "muc_end_meeting",
        "turncredentials_http",
        "muc_flip",
        why="rooms can be seen or steered over HTTP",
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    modules_enabled = { "muc_size" }\n'
                )
            },
            at=2,
        ),
    ),
    good=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    modules_enabled = { "muc_hide_all" }\n'
                )
            }
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    '    modules_enabled = { "muc_hide_all" }\n'
                    '-- VirtualHost "meet.example.org"\n'
                    '--     modules_enabled = { "muc_size" }\n'
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        Example({"prosody.config": 'VirtualHost "meet.example.org\n'}, note="does not parse"),
    ),
)
