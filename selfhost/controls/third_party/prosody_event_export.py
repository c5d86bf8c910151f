from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-event-export",
    title="Joins and rooms are reported to nobody",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk=("Room names, joins, names and e-mail addresses are posted to an address on every event."),
    upstream_default="absent",
    fix=Fix(by_hand="Remove these modules and restart prosody."),
    references=(
        ("jitsi-contrib/prosody-plugins: event_sync/mod_event_sync_component.lua"),
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_reservations.lua",
    ),
    gdpr="Art. 5(1)(b), 28",
    surfaces=(
        "prosody-event-sync",
        "prosody-reservations",
        "prosody-auth-ban",
        "prosody-egress-url",
    ),
    check=no_module(
        "event_sync_component",
        "event_sync",
        "reservations",
        "muc_auth_ban",
        "webhook",
        "muc_webhook",
        "http_webhook",
        "muc_events",
        "external_events",
        why="events of rooms are sent to an address",
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'Component "event_sync.meet.example.org" "event_sync_component"\n'
                    '    api_prefix = "https://events.example.com"\n'
                )
            },
            at=1,
        ),
    ),
    good=(
        Example({"prosody.config": 'VirtualHost "meet.example.org"\n'}),
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    modules_enabled = { "muc_meeting_id" }\n'
                )
            },
            note="fires events inside the server only",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example({"prosody.config": 'VirtualHost "meet.example.org\n'}, note="does not parse"),
    ),
)
