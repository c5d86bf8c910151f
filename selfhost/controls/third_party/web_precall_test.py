from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import own_addresses

CONTROL = Control(
    id="web-precall-test",
    title="The test before a call uses no stranger's relay",
    category=Category.THIRD_PARTY,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk="Before joining, the browser fetches access to a relay from this address "
    "and runs a call through it.",
    upstream_default="off",
    fix=Fix(
        by_hand="Remove prejoinConfig.preCallTestEnabled and preCallTestICEUrl from config.js."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=("web-precall-test",),
    check=own_addresses("browsers test their connection there", "prejoinConfig.preCallTestICEUrl"),
    bad=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  prejoinConfig: { preCallTestICEUrl: 'https://ice.example.com/' },\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { prejoinConfig: { enabled: true, preCallTestICEUrl: '' } };\n"),
        NO_WEB,
        Example(
            {
                "web.config": (
                    "var config = {};\n"
                    "// var config = {\n"
                    "//   hosts: { domain: 'meet.example.org' },\n"
                    "//   prejoinConfig: { preCallTestICEUrl: 'https://ice.example.com/' },\n"
                    "// };\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        served(
            "var config = { prejoinConfig: { preCallTestICEUrl: 'https://ice.example.com/' } };\n",
            note="the server's own name is not known",
        ),
        BROKEN,
    ),
)
