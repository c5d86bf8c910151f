from collections.abc import Iterator

from selfhost.controls import csp
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    not_applicable,
    passed,
    unknown,
)
from selfhost.controls.nginx_predicates import cited, hole, page_blocks, text
from selfhost.controls.predicates import first_unknown
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.nginx import NginxConfig
from selfhost.readers.nginx_syntax import Directive

KEY = "disableIframeAPI"
POLICY, OLDER = "content-security-policy", "x-frame-options"


def check(server: Server) -> Iterator[Verdict]:
    """The client may refuse to be steered; else the web server must say who may frame it."""
    clients, config = server.web, server.nginx
    refusals = [verdict for client in clients if (verdict := _refuses(client)) is not None]
    if len(refusals) == len(clients):
        yield from refusals
        return
    blocks = tuple(page_blocks(config))
    for inside in blocks:
        yield _framed(config, inside)
    if not blocks and (unseen := hole(config, around=True)) is not None:
        yield unseen
    elif not blocks:
        places = [cited(directive) for directive in config.directives[:1]]
        yield not_applicable("nginx serves no Jitsi Meet over TLS here", *places)


def _refuses(config: Config) -> Verdict | None:
    node = config.get(KEY)
    if node is None or first_unknown(node) is not None or node.plain() is not True:
        return None
    return passed("the page that embeds a meeting cannot steer it", Cited.node(KEY, node))


def _framed(config: NginxConfig, inside: tuple[Directive, ...]) -> Verdict:
    headers = [h for h in config.effective(inside, "add_header") if len(h.arguments) > 1]
    for header in headers:
        name, value = header.arguments[0].lower(), header.arguments[1]
        if "$" in value and name in (POLICY, OLDER):
            return unknown(f"{name} depends on a variable", cited(header))
        if name == OLDER and value.strip().lower() in ("deny", "sameorigin"):
            return passed("other pages cannot embed meetings", cited(header))
        if name != POLICY:
            continue
        sources = csp.parse(value).directives.get("frame-ancestors")
        if sources is not None and "*" not in map(csp.host_of_source, sources):
            return passed(f"only these may embed meetings: {' '.join(sources)}", cited(header))
    if (unseen := hole(config, around=True)) is not None:
        return unseen
    where = "the site" if inside[-1].name == "server" else f"{text(inside[-1])!r}"
    return fail(f"any page may embed {where} and steer meetings in it", cited(inside[-1]))


SITE = """http {{
    server {{
        listen 443 ssl;
        root /usr/share/jitsi-meet;
        {headers}
        location ~ ^/(static)/(.*)$ {{ {inner} }}
    }}
}}
"""
OWN = "add_header Content-Security-Policy \"default-src 'self'; frame-ancestors 'self'\" always;"
OPEN_CLIENT = "var config = {};\n"


def site(
    headers: str = "", inner: str = "expires 1y;", client: str = OPEN_CLIENT
) -> dict[str, str]:
    nginx = SITE.format(headers=headers, inner=inner)
    return {"nginx.effective": nginx, "web.config": client}


CONTROL = Control(
    id="web-embedding",
    title="No other page may embed meetings and steer them",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="web",
    needs=("nginx.effective", "web.config"),
    risk="A page around the meeting can start recordings, read chat and transcripts, take pictures "
    "and set most settings again. People see only a meeting.",
    upstream_default="any page may",
    fix=Fix(
        variable="web_content_security_policy",
        by_hand="Add a Content-Security-Policy with frame-ancestors 'self' to the site and to "
        "every location that has an add_header of its own, and reload nginx; or set "
        "disableIframeAPI: true in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: modules/API/API.js",
        "https://www.w3.org/TR/CSP3/",
    ),
    gdpr="Art. 32",
    surfaces=(
        "iframe-api-open",
        "iframe-transcript-forwarding",
        "iframe-api-recording-consent",
        "iframe-face-landmarks-event",
    ),
    check=check,
    bad=(
        Example(site(), at=2),
        Example(
            site("add_header Content-Security-Policy \"default-src 'self'\" always;"),
            note="default-src does not say who may frame",
        ),
        Example(site(OWN.replace("ancestors 'self'", "ancestors https:"))),
        Example(site(OWN, inner="add_header X-A b;"), note="a location with headers of its own"),
        Example(site(client="var config = {};\nconfig.disableIframeAPI = false;\n")),
    ),
    good=(
        Example(site(OWN)),
        Example(site("add_header X-Frame-Options SAMEORIGIN;")),
        Example(site(client="var config = { disableIframeAPI: true };\n")),
        Example(
            site(OWN.replace("'self'\"", "'self' https://intranet.example.org\"")),
            note="one page that was named",
        ),
        Example({}, absent=("nginx.effective",), note="not installed"),
    ),
    unclear=(
        Example(site(OWN.replace("'self'\"", '$who"'))),
        Example(site("include /etc/nginx/headers.conf;")),
    ),
)
