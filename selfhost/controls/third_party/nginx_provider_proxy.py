import ipaddress
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
)
from selfhost.controls.nginx_predicates import cited, text
from selfhost.effective.server import Server

#: Headers by which companies hand on a visitor's address.
HEADERS = ("cf-connecting-ip", "true-client-ip", "fastly-client-ip", "x-azure-clientip")


def check(server: Server) -> Iterator[Verdict]:
    for _, directive in server.nginx.walk():
        if not directive.arguments:
            continue
        value = directive.arguments[0]
        if directive.name == "real_ip_header" and value.lower() in HEADERS:
            yield fail(f"visitors come through a company's proxy ({value})", cited(directive))
        elif directive.name == "set_real_ip_from" and _public(value):
            yield fail(f"visitors come through {text(directive)}", cited(directive))
    places = [cited(directive) for directive in server.nginx.directives[:1]]
    yield passed("nginx takes visitors' addresses from no company's proxy", *places)


def _public(network: str) -> bool:
    """Whether it is a range of the Internet, and so somebody else's."""
    try:
        return ipaddress.ip_network(network, strict=False).is_global
    except ValueError:
        return False


def http(line: str) -> dict[str, str]:
    return {"nginx.effective": f"http {{\n{line}\nserver {{ server_name meet.example.org; }}\n}}\n"}


CONTROL = Control(
    id="nginx-provider-proxy",
    title="TLS does not end at a company before it reaches the server",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="nginx",
    needs=("nginx.effective",),
    risk="A content network or proxy in front sees room names, chat and signalling in clear, and "
    "may change the page. A name that leads there shows from outside only; this shows how nginx is "
    "set up for it.",
    upstream_default="none",
    fix=Fix(by_hand="Let the name lead to this server itself, and remove set_real_ip_from."),
    references=("https://nginx.org/en/docs/http/ngx_http_realip_module.html",),
    gdpr="Art. 28, 44",
    surfaces=("sys-reverse-proxy-cdn",),
    check=check,
    bad=(
        Example(http("real_ip_header CF-Connecting-IP;"), at=2),
        Example(http("set_real_ip_from 173.245.48.0/20;"), at=2),
    ),
    good=(
        Example(http("set_real_ip_from 10.0.0.0/8;"), note="a proxy of your own"),
        Example(http("set_real_ip_from unix:;")),
        Example(http("# real_ip_header CF-Connecting-IP;"), note="a comment"),
        Example({}, absent=("nginx.effective",), note="nothing of it is there"),
    ),
    unclear=(Example({"nginx.effective": "nonsense\n"}, note="not understood"),),
)
