from collections.abc import Iterator

from selfhost.controls import csp
from selfhost.controls.model import (
    Category,
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
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.server import Server
from selfhost.readers.nginx import NginxConfig
from selfhost.readers.nginx_syntax import Directive

HEADER = "content-security-policy"


def check(server: Server) -> Iterator[Verdict]:
    config = server.nginx
    found = False
    unseen = hole(config, around=True)
    for inside in page_blocks(config):
        found = True
        yield from _judged(server, config, inside)
    if not found and unseen is not None:
        yield unseen
    elif not found:
        places = [cited(directive) for directive in config.directives[:1]]
        yield not_applicable("nginx serves no Jitsi Meet over TLS here", *places)


def _judged(
    server: Server, config: NginxConfig, inside: tuple[Directive, ...]
) -> Iterator[Verdict]:
    headers = config.effective(inside, "add_header")
    policies = [h for h in headers if h.arguments and h.arguments[0].lower() == HEADER]
    unseen = hole(config, around=True)
    if not policies and unseen is not None:
        yield unseen
        return
    if not policies:
        where = "the site" if inside[-1].name == "server" else f"{text(inside[-1])!r}"
        yield fail(f"{where} is served without a Content-Security-Policy", cited(inside[-1]))
        return
    for header in policies:
        yield _policy(server, header)


def _policy(server: Server, header: Directive) -> Verdict:
    value = header.arguments[1] if len(header.arguments) > 1 else ""
    if "$" in value:
        return unknown("the policy depends on a variable", cited(header))
    policy = csp.parse(value)
    for name in csp.FETCHING:
        sources = policy.sources(name)
        if sources is None:
            return fail(f"the policy leaves {name} open: pages may reach any host", cited(header))
    unclear: list[str] = []
    for name, sources in policy.directives.items():
        for source in sources:
            host = csp.host_of_source(source)
            if name not in (*csp.FETCHING, "default-src", "form-action", "script-src-elem"):
                continue
            if host is None:
                continue
            owner = whose(server, host.removeprefix("*."))
            if host == "*" or owner.owner is Owner.FOREIGN:
                return fail(f"the policy lets pages reach {source} ({name})", cited(header))
            if owner.owner is Owner.UNCLEAR:
                unclear.append(source)
    if unclear:
        return unknown(f"it cannot be told whose {', '.join(unclear)} is", cited(header))
    return passed("pages may reach the deployment's own hosts only", cited(header))


SITE = """http {{
    server {{
        listen 443 ssl;
        server_name meet.example.org;
        root /usr/share/jitsi-meet;
        {headers}
        location ~ ^/(static)/(.*)$ {{ {inner} }}
    }}
}}
"""
OWN = (
    "add_header Content-Security-Policy "
    "\"default-src 'self'; connect-src 'self' wss://meet.example.org\" always;"
)


def site(headers: str, inner: str = "expires 1y;") -> dict[str, str]:
    return {"nginx.effective": SITE.format(headers=headers, inner=inner)}


CONTROL = Control(
    id="nginx-content-security-policy",
    title="Browsers are told to reach no host but the deployment's own",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="nginx",
    needs=("nginx.effective",),
    risk="A link can switch client settings back on (#config.…). Only this header then keeps the "
    "browser from trackers, avatars and other third parties.",
    upstream_default="no such header",
    fix=Fix(
        variable="web_content_security_policy",
        by_hand="Add a Content-Security-Policy with default-src 'self' to the site, and to every "
        "location that has an add_header of its own; reload nginx.",
    ),
    references=(
        "https://www.w3.org/TR/CSP3/",
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/meet.conf",
    ),
    surfaces=(
        "nginx-csp-missing",
        "iframe-api-config-overwrite",
    ),
    check=check,
    bad=(
        Example(site(""), at=2),
        Example(site(OWN.replace("wss://meet.example.org", "https:")), at=6),
        Example(site(OWN.replace("default-src 'self'; ", "")), at=6, note="scripts stay open"),
        Example(
            site(OWN.replace("wss://meet", "wss://stats.tracker.example.com wss://meet")), at=6
        ),
        Example(
            site(OWN, "add_header Access-Control-Allow-Origin '*';"),
            at=7,
            note="a header of its own drops the site's",
        ),
        Example(site("# " + OWN), at=2, note="a comment is not a header"),
    ),
    good=(
        Example(site(OWN)),
        Example(site(OWN, "proxy_pass http://127.0.0.1:5280; add_header X-A b;"), note="no page"),
        Example({"nginx.effective": "http { server { listen 443 ssl; } }\n"}, note="other site"),
        Example({}, absent=("nginx.effective",), note="not installed"),
    ),
    unclear=(Example(site('add_header Content-Security-Policy "$policy";'), at=6),),
)
