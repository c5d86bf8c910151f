import re
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import unset
from selfhost.effective.config import Config
from selfhost.effective.server import Server

#: Names of what must be known to nobody. Keys of vendors' scripts are public by their nature.
SECRET = re.compile(r"(?:password|passwd|passphrase|secret|credential|private_?key)s?$", re.I)


def _check(server: Server) -> Iterator[Verdict]:
    for config in server.web:
        yield from _judged(config)


def _judged(config: Config) -> Iterator[Verdict]:
    if config.unreadable is not None:
        yield judge_setting(config, "config", unset("unread"), None)
        return
    for path, node in config.walk():
        if isinstance(node.value, str) and node.value.strip() and SECRET.search(path[-1]):
            key = ".".join(path)
            yield fail(f"{key} can be read by everybody", Cited.node(key, node))
    yield passed("no secret is in the file", Cited(config.place))


CONTROL = Control(
    id="web-secrets-in-configuration",
    title="No secret is in config.js",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="config.js is public: whoever opens the site can read and use what stands in it.",
    upstream_default="none",
    fix=Fix(by_hand="Remove the secret from config.js and change it wherever it is used."),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet/jitsi-meet.example",),
    surfaces=("nginx-config-js-readable",),
    check=_check,
    bad=(
        served("var config = {\n  app_secret: 'REDACTED_00000000',\n};\n", at=2),
        served(
            "var config = { p2p: { iceServers: [\n"
            "  { urls: 'turn:meet.example.org', credential: 'REDACTED_00000000' }] } };\n",
            at=2,
        ),
    ),
    good=(
        served("var config = { hosts: { domain: 'meet.example.org' } };\n"),
        served("var config = { secret: '', passwordRequired: true };\n", note="nothing in it"),
        served("var config = {};\n// config.app_secret = 'x';\n", note="a comment"),
        served("var config = { roomPasswordNumberOfDigits: 10 };\n", note="a number of digits"),
        NO_WEB,
    ),
    unclear=(BROKEN,),
)
