from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty
from selfhost.controls.prosody_predicates import no_option

CONTROL = Control(
    id="prosody-message-counts",
    title="Conference names go to no statistics vendor",
    category=Category.TELEMETRY,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk=("Tenant, conference name and message counts are posted to Amplitude."),
    upstream_default="absent",
    fix=Fix(by_hand=("Remove amplitude_api_key and measure_message_count, and restart prosody.")),
    references=(("jitsi/jitsi-meet: resources/prosody-plugins/mod_measure_message_count.lua"),),
    surfaces=("prosody-amplitude-messages",),
    check=no_option(
        "amplitude_api_key",
        "amplitude_endpoint",
        judge=empty("conference names are sent to a vendor"),
        of=("measure_message_count",),
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    '    modules_enabled = { "measure_message_count" }\n'
                    '    amplitude_api_key = "REDACTED_00000000"\n'
                )
            },
            at=3,
        ),
    ),
    good=(
        Example({"prosody.config": 'VirtualHost "meet.example.org"\n'}),
        Example(
            {"prosody.config": '-- amplitude_api_key = "x"\nVirtualHost "meet.example.org"\n'},
            note="a comment is not a setting",
        ),
        Example(
            {
                "prosody.config": (
                    'amplitude_api_key = "REDACTED_00000000"\nVirtualHost "meet.example.org"\n'
                )
            },
            note="nothing reads it",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "measure_message_count" }\n'
                    'amplitude_api_key = os.getenv("KEY")\nVirtualHost "meet.example.org"\n'
                )
            }
        ),
    ),
)
