import re
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
from selfhost.readers.nginx import NginxConfig
from selfhost.readers.nginx_syntax import Directive

#: Variables that name a person, a room or what they asked for.
TELLING = re.compile(
    r"\$\{?(remote_addr|binary_remote_addr|proxy_add_x_forwarded_for|http_x_forwarded_for"
    r"|http_x_real_ip|realip_remote_addr|request|request_uri|uri|document_uri|args|query_string"
    r"|arg_\w+|http_referer|http_cookie|http_user_agent|remote_user)\b"
)
PREDEFINED = {"combined": "$remote_addr $request $http_referer $http_user_agent"}


def check(server: Server) -> Iterator[Verdict]:
    config = server.nginx
    found = False
    unseen = hole(config, around=True)
    for ancestors, block in jitsi_servers(config):
        found = True
        inside = (*ancestors, block)
        logs = list(config.effective(inside, "access_log"))
        if not logs and unseen is not None:
            yield unseen
        elif not logs:
            yield fail("no access_log: nginx logs addresses and rooms by default", cited(block))
        nested = (d for around, d in config.walk() if block in around and d.name == "access_log")
        for log in dict.fromkeys([*logs, *nested]):
            yield _judged(config, log)
    if not found and unseen is not None:
        yield unseen
    elif not found:
        places = [cited(directive) for directive in config.directives[:1]]
        yield not_applicable("nginx serves no Jitsi Meet here", *places)


def _judged(config: NginxConfig, log: Directive) -> Verdict:
    if log.arguments[:1] == ("off",):
        return passed("access_log off", cited(log))
    options = [a for a in log.arguments[1:] if "=" not in a]
    name = options[0] if options else "combined"
    told = TELLING.search(_format(config, name))
    if told:
        return fail(f"the log format {name!r} writes {told[0]}", cited(log))
    return passed(f"the log format {name!r} names neither people nor rooms", cited(log))


def _format(config: NginxConfig, name: str) -> str:
    for _, directive in config.walk():
        if directive.name == "log_format" and directive.arguments[:1] == (name,):
            return " ".join(directive.arguments[1:])
    return PREDEFINED.get(name, PREDEFINED["combined"])


SITE = """http {{
    log_format jitsi_log '$remote_addr "$request_uri" $http_referer';
    log_format counts '$status $body_bytes_sent';
    server {{
        root /usr/share/jitsi-meet;
        {log}
        location = /http-bind {{ proxy_pass http://127.0.0.1:5280/http-bind; {inner} }}
    }}
}}
"""


def site(log: str, inner: str = "") -> dict[str, str]:
    return {"nginx.effective": SITE.format(log=log, inner=inner)}


CONTROL = Control(
    id="nginx-access-log",
    title="The web server does not write down who was in which room",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="nginx",
    needs=("nginx.effective",),
    risk="Each join leaves the participant's address next to the name of the room.",
    upstream_default="on, with addresses, addresses of pages and browsers",
    fix=Fix(
        variable="web_access_log",
        value="false",
        by_hand="Set access_log off in the server block of the site and reload nginx.",
    ),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet/jitsi-meet.example",),
    gdpr="Art. 5(1)(c), 5(1)(e)",
    surfaces=("nginx-access-log", "prosody-bosh-room-query"),
    check=check,
    bad=(
        Example(site("access_log /var/log/nginx/access.log jitsi_log;"), at=6),
        Example(site(""), at=4, note="absent means the default log"),
        Example(site("access_log off;", "access_log /var/log/nginx/bosh.log;"), at=7),
        Example(site("access_log syslog:server=unix:/dev/log combined;"), at=6),
    ),
    good=(
        Example(site("access_log off;")),
        Example(site("access_log /var/log/nginx/access.log counts;"), note="counts only"),
        Example(
            {"nginx.effective": "http { server { root /var/www/html; } }\n"}, note="other site"
        ),
        Example({}, absent=("nginx.effective",), note="not installed"),
    ),
    unclear=(Example({"nginx.effective": "http { include /etc/missing/*.conf; server {\n"}),),
)
