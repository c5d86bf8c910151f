from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Fix, Severity, Verdict
from selfhost.controls.predicates import first_unknown, judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, is_true, judge_address, truthy
from selfhost.effective.server import Server

WHY = "a hash of each e-mail address goes to an avatar service"


def check(server: Server) -> Iterator[Verdict]:
    """Switched off, or led to an own service."""
    for config in server.web:
        switch = config.get("gravatar.disabled")
        base = config.get("gravatar.baseUrl") or config.get("gravatarBaseURL")
        off = switch is not None and first_unknown(switch) is None and is_true(switch.plain())
        if off or base is None:
            yield judge_setting(config, "gravatar.disabled", truthy(WHY), WHY)
        else:
            key = "gravatar.baseUrl" if config.get("gravatar.baseUrl") else "gravatarBaseURL"
            yield judge_address(server, key, base, WHY)


CONTROL = Control(
    id="web-gravatar",
    title="Avatars are not fetched from Gravatar",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "Once a participant has typed an e-mail address, every other browser asks "
        "Gravatar for a picture by the address's hash: the company learns who is "
        "in a meeting with whom. " + BY_LINK
    ),
    upstream_default="fetched from www.gravatar.com",
    fix=Fix(
        variable="web_gravatar",
        value="false",
        by_hand="Set config.gravatar = { disabled: true } in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/base/participants/functions.ts",
    ),
    gdpr="Art. 44",
    surfaces=("web-gravatar",),
    check=check,
    bad=(
        served("var config = {};\n", note="absent means on"),
        served("var config = {\n  gravatar: { disabled: false },\n};\n", at=2),
        served(
            "var config = { hosts: { domain: 'meet.example.org' } };\n"
            "config.gravatar = { baseUrl: 'https://avatars.example.com/' };\n",
            at=2,
        ),
        served("var config = { gravatarDisabled: true };\n", note="no such key"),
    ),
    good=(
        served("var config = { gravatar: { disabled: true } };\n"),
        served(
            "var config = { hosts: { domain: 'meet.example.org' }, gravatar: { "
            "baseUrl: 'https://avatars.example.org/' } };\n",
            note="an own service",
        ),
        served(
            "var config = { gravatar: { disabled: false } };\nconfig.gravatar.disabled = true;\n",
            note="overridden later",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { gravatar: { disabled: consent === false } };\n"),
        BROKEN,
    ),
)
