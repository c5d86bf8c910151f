from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import loopback, setting
from selfhost.controls.recorder_predicates import jibri

EXTERNAL = "jibri.api.http.external-api-host"
INTERNAL = "jibri.api.http.internal-api-host"

CONTROL = Control(
    id="jibri-http-interface",
    title="A recorder takes orders over HTTP from its own machine only",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="jibri",
    needs=("jibri.config",),
    risk=(
        "Who reaches the interface starts and stops recordings, streams and calls without any "
        "password; the internal one shuts the recorder down."
    ),
    upstream_default="127.0.0.1, ports 2222 and 3333",
    fix=Fix(by_hand="Set both hosts of jibri.api.http to 127.0.0.1 and restart jibri."),
    references=("jitsi/jibri: src/main/resources/reference.conf",),
    gdpr="Art. 32",
    surfaces=("jibri-http-external", "jibri-http-internal"),
    check=setting(jibri, EXTERNAL, INTERNAL, judge=loopback("the interface listens on")),
    bad=(
        Example(
            {
                "jibri.config": "jibri {\n  api {\n    http {\n"
                '      external-api-host = "0.0.0.0"\n    }\n  }\n}\n'
            },
            at=4,
        ),
        Example({"jibri.config": f"{INTERNAL} = 192.0.2.4\n"}, at=1),
    ),
    good=(
        Example({"jibri.config": "jibri { api { http { external-api-port = 2222 } } }\n"}),
        Example({"jibri.config": f'{EXTERNAL} = "127.0.0.1"\n{INTERNAL} = localhost\n'}),
        Example({"jibri.config": f'{EXTERNAL} = "0.0.0.0"\n{EXTERNAL} = "::1"\n'}, note="the last"),
        Example({}, absent=("jibri.config",), note="not installed"),
    ),
    unclear=(Example({"jibri.config": f"{EXTERNAL} = ${{HOST}}\n"}),),
)
