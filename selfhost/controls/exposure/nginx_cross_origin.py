from collections.abc import Iterator

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
)
from selfhost.controls.nginx_predicates import cited, hole, jitsi_servers
from selfhost.effective.server import Server

HEADER = "access-control-allow-origin"


def _check(server: Server) -> Iterator[Verdict]:
    config = server.nginx
    blocks = [block for _, block in jitsi_servers(config)]
    if not blocks:
        places = [cited(directive) for directive in config.directives[:1]]
        yield not_applicable("nginx serves no Jitsi Meet here", *places)
        return
    for ancestors, directive in config.walk():
        name = directive.arguments[0].lower() if directive.arguments else ""
        if directive.name not in ("add_header", "more_set_headers") or HEADER not in name:
            continue
        if not any(block in ancestors for block in blocks):
            continue
        value = directive.arguments[1] if len(directive.arguments) > 1 else name
        if "*" in value or "$http_origin" in value:
            yield fail("scripts of any site may read this", cited(directive))
    gap = hole(config)
    if gap is not None:
        yield gap
    yield passed("scripts of other sites may read nothing", *map(cited, blocks))


def _site(inside: str, at: int = 0, note: str = "") -> Example:
    text = f"http {{\n  server {{\n    root /usr/share/jitsi-meet;\n    {inside}\n  }}\n}}\n"
    return Example({"nginx.effective": text}, at, note)


_STATIC = "location ~ ^/(libs|css)/(.*)$ {{ {} }}"

CONTROL = Control(
    id="nginx-cross-origin",
    title="Scripts of other sites may not read the server's answers",
    category=Category.EXPOSURE,
    severity=Severity.LOW,
    component="nginx",
    needs=("nginx.effective",),
    risk="Any site may read static files and ask for conferences from its visitors' browsers; "
    "where transcripts are served, these too.",
    upstream_default="* for static files and for requests for a conference",
    fix=Fix(by_hand="Remove Access-Control-Allow-Origin from the site and reload nginx."),
    references=(
        "jitsi/jitsi-meet: doc/debian/jitsi-meet/jitsi-meet.example",
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/meet.conf",
    ),
    surfaces=("nginx-cors-wildcard",),
    check=_check,
    bad=(
        _site(_STATIC.format("add_header 'Access-Control-Allow-Origin' '*';"), at=4),
        _site('add_header Access-Control-Allow-Origin "$http_origin" always;', at=4),
    ),
    good=(
        _site(_STATIC.format("add_header Access-Control-Allow-Origin https://meet.example.org;")),
        _site(_STATIC.format("# add_header Access-Control-Allow-Origin *;\n"), note="a comment"),
        _site("add_header X-Note 'access-control-allow-origin: *';", note="another header"),
        Example(
            {"nginx.effective": "http { server { add_header Access-Control-Allow-Origin *; } }\n"},
            note="another site",
        ),
        Example({}, absent=("nginx.effective",), note="not installed"),
    ),
    unclear=(Example({"nginx.effective": "nonsense\n"}, note="not understood"),),
)
