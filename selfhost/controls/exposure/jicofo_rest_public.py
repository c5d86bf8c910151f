from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import loopback, setting

CONTROL = Control(
    id="jicofo-rest-public",
    title="The focus answers only on the machine itself",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="jicofo",
    needs=("jicofo.config",),
    risk=(
        "Statistics, the list of rooms and calls that move participants "
        "would answer to the network."
    ),
    upstream_default="127.0.0.1",
    fix=Fix(
        by_hand=("Remove rest.host from jicofo.conf, or set it to 127.0.0.1, and restart jicofo.")
    ),
    references=("jitsi/jicofo: jicofo/src/main/resources/reference.conf",),
    surfaces=(
        "jicoco-debug-logging-api",
        "jicofo-rest-host",
        "jicofo-rest-debug",
        "jicofo-pin-move-api",
        "jicofo-rest-metrics",
        "jicofo-rest-rtcstats",
    ),
    check=setting(
        lambda server: server.jicofo,
        "jicofo.rest.host",
        judge=loopback("the focus listens on"),
    ),
    bad=(
        Example({"jicofo.config": 'jicofo {\n  rest { host = "0.0.0.0" }\n}\n'}, at=2),
        Example({"jicofo.config": 'jicofo.rest.host = "::"\n'}),
    ),
    good=(
        Example({"jicofo.config": 'jicofo.rest.host = "127.0.0.1"\n'}),
        Example({"jicofo.config": "jicofo {}\n"}),
        Example(
            {"jicofo.config": 'jicofo { xmpp { client { hostname = "203.0.113.4" } } }\n'},
            note="another host key",
        ),
        Example({}, absent=("jicofo.config",), note="not installed"),
    ),
    unclear=(Example({"jicofo.config": "jicofo.rest.host = ${HOST}\n"}),),
)
