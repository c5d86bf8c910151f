from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import loopback, setting

CONTROL = Control(
    id="videobridge-private-api-public",
    title="The bridge's private interface answers only on the machine itself",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="videobridge",
    needs=("videobridge.config",),
    risk=("Statistics, debug calls and draining of the bridge would answer to the network."),
    upstream_default="127.0.0.1",
    fix=Fix(
        by_hand=(
            "Remove http-servers.private.host from jvb.conf, or set it to "
            "127.0.0.1, and restart jitsi-videobridge2."
        )
    ),
    references=("jitsi/jitsi-videobridge: jvb/src/main/resources/reference.conf",),
    surfaces=(
        "jicoco-debug-logging-api",
        "jvb-private-http",
        "jvb-rest-debug",
        "jvb-rest-rtcstats",
        "jvb-metrics",
    ),
    check=setting(
        lambda server: server.videobridge,
        "videobridge.http-servers.private.host",
        judge=loopback("the private interface listens on"),
    ),
    bad=(
        Example(
            {
                "videobridge.config": (
                    'videobridge {\n  http-servers {\n    private { host = "0.0.0.0" }\n  }\n}\n'
                )
            },
            at=3,
        ),
    ),
    good=(
        Example({"videobridge.config": 'videobridge.http-servers.private.host = "127.0.0.1"\n'}),
        Example({"videobridge.config": "videobridge {}\n"}),
        Example(
            {"videobridge.config": 'videobridge.http-servers.public.host = "0.0.0.0"\n'},
            note="the public server is another key",
        ),
        Example({}, absent=("videobridge.config",), note="not installed"),
    ),
    unclear=(Example({"videobridge.config": "videobridge.http-servers.private.host = ${X}\n"}),),
)
