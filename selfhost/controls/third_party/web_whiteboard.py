from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, every, own_addresses, unset, web

CONTROL = Control(
    id="web-whiteboard",
    title="Drawings stay on an own server",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "Drawings pass through the collaboration server and, where a storage "
        "address is set, stay there. Its rooms are named after the meeting. " + BY_LINK
    ),
    upstream_default="not set",
    fix=Fix(
        by_hand="Remove whiteboard from config.js, or point collabServerBaseUrl at your "
        "own server and remove storageBackendUrl."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-whiteboard",
        "web-whiteboard-storage",
        "web-whiteboard-static-page",
    ),
    check=every(
        own_addresses(
            "drawings pass through it", "whiteboard.collabServerBaseUrl", "whiteboard.limitUrl"
        ),
        setting(web, "whiteboard.storageBackendUrl", judge=unset("drawings are kept")),
    ),
    bad=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  whiteboard: { enabled: true, collabServerBaseUrl: "
            "'https://draw.example.com' },\n"
            "};\n",
            at=3,
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  whiteboard: { storageBackendUrl: 'https://meet.example.org/boards' },\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  whiteboard: { enabled: true, collabServerBaseUrl: "
            "'https://meet.example.org' },\n"
            "};\n"
        ),
        served("var config = { whiteboard: { enabled: false } };\n"),
        NO_WEB,
        Example(
            {
                "web.config": (
                    "var config = {};\n"
                    "// var config = {\n"
                    "//   hosts: { domain: 'meet.example.org' },\n"
                    "//   whiteboard: { collabServerBaseUrl: 'https://draw.example.com' },\n"
                    "// };\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        served(
            "var config = { whiteboard: { collabServerBaseUrl: 'https://draw.example.com' } };\n",
            note="the server's own name is not known",
        ),
        BROKEN,
    ),
)
