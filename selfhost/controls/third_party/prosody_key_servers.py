from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import own_hosts_only

CONTROL = Control(
    id="prosody-key-servers",
    title="Keys for tokens come from this server",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk=("Whoever controls the key server can mint tokens with any right, recording included."),
    upstream_default="absent",
    fix=Fix(
        by_hand=(
            "Remove asap_key_server and cache_keys_url, or name your own "
            "server, and restart prosody."
        )
    ),
    references=("jitsi/jitsi-meet: resources/prosody-plugins/token/util.lib.lua",),
    surfaces=("prosody-token-key-fetch",),
    check=own_hosts_only(
        "asap_key_server",
        "cache_keys_url",
        "muc_prosody_egress_url",
        "muc_prosody_jitsi_access_manager_url",
        "reservations_api_prefix",
        "visitors_queue_service",
        why="requests go to another party",
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    '    asap_key_server = "https://keys.example.com/asap"\n'
                )
            },
            at=2,
        ),
    ),
    good=(
        Example({"prosody.config": 'VirtualHost "meet.example.org"\n'}),
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    '    asap_key_server = "https://meet.example.org/keys"\n'
                )
            },
            note="the deployment's own name",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    asap_key_server = os.getenv("ASAP")\n'
                )
            }
        ),
    ),
)
