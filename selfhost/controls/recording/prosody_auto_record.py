from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-auto-record",
    title="No module starts recordings or feeds recorders",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="prosody",
    needs=("prosody.config",),
    risk=(
        "Recording begins as soon as somebody who is allowed to record "
        "enters, or the recorder is given the identity of who asked."
    ),
    upstream_default="absent",
    fix=Fix(by_hand="Remove these modules from modules_enabled and restart prosody."),
    references=(("jitsi-contrib/prosody-plugins: jibri_autostart/mod_jibri_autostart.lua"),),
    surfaces=(
        "prosody-auto-record",
        "prosody-jibri-session",
        "prosody-contrib-modules",
    ),
    check=no_module(
        "jibri_autostart",
        "jibri_session",
        "jibri_queue_component",
        "jibri_queue",
        why="recordings are started or prepared by the server",
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'Component "conference.meet.example.org" "muc"\n'
                    '    modules_enabled = { "jibri_autostart" }\n'
                )
            },
            at=2,
        ),
    ),
    good=(
        Example(
            {
                "prosody.config": (
                    'Component "conference.meet.example.org" "muc"\n'
                    '    modules_enabled = { "muc_rate_limit" }\n'
                )
            }
        ),
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    modules_enabled = { "filter_iq_jibri" }\n'
                )
            },
            note="that module restricts recorders",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example({"prosody.config": 'VirtualHost "meet.example.org\n'}, note="does not parse"),
    ),
)
