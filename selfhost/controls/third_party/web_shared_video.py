from collections.abc import Iterator

from selfhost.controls.model import Category, Cited, Control, Fix, Severity, Verdict, fail, passed
from selfhost.controls.predicates import first_unknown, judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import judge_address, leaves
from selfhost.effective.server import Server
from selfhost.readers.tree import Node

KEY = "sharedVideoAllowedURLDomains"


def check(server: Server) -> Iterator[Verdict]:
    """The switch for all third parties also takes the button away; without it the list counts."""
    for config in server.web:
        switch = config.get("disableThirdPartyRequests")
        if switch is not None and switch.value is True:
            yield passed("videos cannot be shared", Cited.node("disableThirdPartyRequests", switch))
            continue
        node = config.get(KEY)
        if node is None or config.unreadable is not None or first_unknown(node) is not None:
            yield judge_setting(config, KEY, lambda _value: None, None)
            continue
        for leaf in leaves(node):
            host = leaf.value
            if host == "*":
                yield fail(f"{KEY}: videos of any host", Cited.node(KEY, leaf))
            elif isinstance(host, str) and host:
                address = Node(f"https://{host}/", leaf.origin, leaf.overrides)
                yield judge_address(server, KEY, address, "every browser fetches videos there")
            else:
                yield passed(f"{KEY} is empty", Cited.node(KEY, leaf))


CONTROL = Control(
    id="web-shared-video",
    title="Videos are not shared from other hosts",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="A participant shares a video, and every other browser fetches it from the "
    "platform: its operator sees who watches. YouTube is always among the "
    "allowed ones unless requests to third parties are off.",
    upstream_default="YouTube only",
    fix=Fix(
        variable="web_third_party_requests",
        value="false",
        by_hand="Set config.disableThirdPartyRequests = true and remove foreign hosts from "
        "sharedVideoAllowedURLDomains in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/shared-video/functions.ts",
    ),
    surfaces=("web-shared-video",),
    check=check,
    bad=(
        served("var config = {\n  sharedVideoAllowedURLDomains: ['*'],\n};\n", at=2),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  sharedVideoAllowedURLDomains: ['video.example.org', 'vimeo.com'],\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = {};\n", note="YouTube is the concern of the switch for third parties"),
        served(
            "var config = { sharedVideoAllowedURLDomains: ['*'], "
            "disableThirdPartyRequests: true };\n"
        ),
        served(
            "var config = { hosts: { domain: 'meet.example.org' }, "
            "sharedVideoAllowedURLDomains: ['video.example.org'] };\n"
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { sharedVideoAllowedURLDomains: [window.videoHost] };\n"),
        BROKEN,
    ),
)
