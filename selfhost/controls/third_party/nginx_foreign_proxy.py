from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.nginx_predicates import cited, destinations, hole, text
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.server import Server

FORWARDING = (
    "proxy_pass",
    "fastcgi_pass",
    "grpc_pass",
    "uwsgi_pass",
    "scgi_pass",
    "memcached_pass",
)


def check(server: Server) -> Iterator[Verdict]:
    config = server.nginx
    for _, directive in config.walk():
        if directive.name not in FORWARDING or not directive.arguments:
            continue
        hosts = destinations(config, directive.arguments[0])
        if hosts is None:
            yield unknown(f"it cannot be told where {text(directive)!r} leads", cited(directive))
            continue
        owners = [whose(server, host) for host in hosts]
        foreign = [found.why for found in owners if found.owner is Owner.FOREIGN]
        unclear = [found.why for found in owners if found.owner is Owner.UNCLEAR]
        if foreign:
            yield fail(f"requests are passed on: {'; '.join(foreign)}", cited(directive))
        elif unclear:
            yield unknown(f"requests are passed on: {'; '.join(unclear)}", cited(directive))
        else:
            yield passed(f"{text(directive)} stays on this server", cited(directive))
    unseen = hole(config)
    if unseen is not None:
        yield unseen
        return
    places = [cited(directive) for directive in config.directives[:1]]
    yield passed("nothing else is passed on", *places)


def site(line: str, before: str = "") -> dict[str, str]:
    server = f"server {{ server_name meet.example.org;\nlocation / {{\n{line}\n}}\n}}\n"
    return {"nginx.effective": f"http {{\n{before}\n{server}}}\n"}


NODES = (
    "map $arg_vnode $prosody_node { default prosody; v1 v1; }\nupstream prosody { server %s; }\n"
)

CONTROL = Control(
    id="nginx-foreign-proxy",
    title="The web server passes nothing on to other parties",
    category=Category.THIRD_PARTY,
    severity=Severity.CRITICAL,
    component="nginx",
    needs=("nginx.effective",),
    risk="Signalling, files or pages of calls would pass through a machine of somebody else.",
    upstream_default="Prosody and the focus on the machine itself",
    fix=Fix(by_hand="Remove the location, or point it at a service of your own, and reload nginx."),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet/jitsi-meet.example",),
    surfaces=("nginx-custom-includes", "nginx-etherpad-proxy", "nginx-room-info-api"),
    check=check,
    bad=(
        Example(site("proxy_pass https://rtcstats.example.com/;"), at=5),
        Example(
            site(
                "proxy_pass http://$prosody_node;",
                NODES.replace("v1 v1;", "") % "chat.example.com:5280",
            )
        ),
    ),
    good=(
        Example(site("proxy_pass http://127.0.0.1:5280/http-bind;")),
        Example(
            site(
                "proxy_pass http://$prosody_node/x;", NODES.replace("v1 v1;", "") % "127.0.0.1:5280"
            )
        ),
        Example(site("# proxy_pass https://example.com;"), note="a comment is not a setting"),
        Example(site("proxy_set_header X-Origin https://example.com;"), note="a header"),
        Example({}, absent=("nginx.effective",), note="not installed"),
    ),
    unclear=(Example(site("proxy_pass https://$http_x_backend;"), at=5),),
)
