from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Fix, Severity, Verdict
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, unset
from selfhost.effective.server import Server

WHY = "files are uploaded to it and stay there"


def check(server: Server) -> Iterator[Verdict]:
    """A link can supply the switch, but not the address: the address is what matters."""
    for config in server.web:
        yield judge_setting(config, "fileSharing.apiUrl", unset(WHY), None)


CONTROL = Control(
    id="web-file-sharing",
    title="Files are not stored on a server",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "Files dropped into the chat are uploaded to a service and stay there "
        "under the meeting's name. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(
        variable="web_file_sharing", value="false", by_hand="Remove fileSharing from config.js."
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/file-sharing/functions.any.ts",
    ),
    gdpr="Art. 5(1)(e)",
    surfaces=("web-file-sharing",),
    check=check,
    bad=(
        served(
            "var config = {\n"
            "  fileSharing: {\n"
            "    enabled: true,\n"
            "    apiUrl: 'https://files.example.org',\n"
            "  },\n"
            "};\n",
            at=4,
        ),
        served(
            "var config = {};\nconfig.fileSharing = { apiUrl: 'https://files.example.org' };\n",
            at=2,
            note="a link can switch it on",
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = { fileSharing: { enabled: true, maxFileSize: 50 } };\n",
            note="without an address it is off",
        ),
        served(
            "var config = {\n  // fileSharing: { apiUrl: 'https://example.com' },\n};\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { fileSharing: { enabled: true, apiUrl: api } };\n"),
        BROKEN,
    ),
)
