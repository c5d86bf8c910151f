from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty, setting

CONTROL = Control(
    id="jicofo-jibri-brewery",
    title="The focus can call no recorder",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="jicofo",
    needs=("jicofo.config",),
    risk=(
        "With this key the focus finds recorders in that room and starts "
        "them when a moderator asks for a recording or a live stream."
    ),
    upstream_default="not set",
    fix=Fix(
        by_hand=(
            "Remove jibri.brewery-jid and jibri-sip.brewery-jid from "
            "jicofo.conf and restart jicofo."
        ),
        variable="jicofo_jibri_brewery",
        value="''",
    ),
    references=("jitsi/jicofo: jicofo/src/main/resources/reference.conf",),
    surfaces=(
        "jicofo-jibri-brewery",
        "jicofo-jibri-sip-brewery",
    ),
    check=setting(
        lambda server: server.jicofo,
        "jicofo.jibri.brewery-jid",
        "jicofo.jibri-sip.brewery-jid",
        judge=empty("recorders are looked for there"),
    ),
    bad=(
        Example(
            {
                "jicofo.config": (
                    "jicofo {\n"
                    "  jibri {\n"
                    '    brewery-jid = "JibriBrewery@internal.auth.meet.example.org"\n'
                    "  }\n"
                    "}\n"
                )
            },
            at=3,
        ),
        Example(
            {
                "jicofo.config": (
                    'jicofo.jibri-sip.brewery-jid = "SipBrewery@internal.auth.meet.example.org"\n'
                )
            },
            at=1,
        ),
    ),
    good=(
        Example({"jicofo.config": "jicofo { jibri { pending-timeout = 90 seconds } }\n"}),
        Example(
            {
                "jicofo.config": (
                    "jicofo { bridge { brewery-jid = "
                    '"JvbBrewery@internal.auth.meet.example.org" } }\n'
                )
            },
            note="the bridges' own brewery",
        ),
        Example({}, absent=("jicofo.config",), note="not installed"),
    ),
    unclear=(Example({"jicofo.config": 'include "recorder.conf"\njicofo {}\n'}),),
)
