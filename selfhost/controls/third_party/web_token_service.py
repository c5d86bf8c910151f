from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import own_addresses

CONTROL = Control(
    id="web-token-service",
    title="Signing in does not go through a stranger",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk="The sign-in service learns the room, the tenant and every setting that a "
    "link carried. A common identity provider is a choice, yet it is a third "
    "party in each meeting.",
    upstream_default="not set",
    fix=Fix(by_hand="Point tokenAuthUrl, tokenLogoutUrl and sso at your own identity provider."),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-token-auth-url",
        "web-sso-service",
    ),
    check=own_addresses(
        "it learns who joins which room",
        "tokenAuthUrl",
        "tokenLogoutUrl",
        "sso.tokenService",
        "sso.ssoService",
    ),
    bad=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  tokenAuthUrl: 'https://login.example.com/{room}',\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  tokenAuthUrl: 'https://id.example.org/auth/{room}?state={state}',\n"
            "};\n"
        ),
        NO_WEB,
        Example(
            {
                "web.config": (
                    "var config = {};\n"
                    "// var config = {\n"
                    "//   hosts: { domain: 'meet.example.org' },\n"
                    "//   tokenAuthUrl: 'https://login.example.com/{room}',\n"
                    "// };\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        served("var config = { tokenAuthUrl: loginBase + '/{room}' };\n"),
        BROKEN,
    ),
)
