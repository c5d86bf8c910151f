from collections.abc import Iterator

from selfhost.catalog.programs import of_kind
from selfhost.controls.host_predicates import (
    PROGRAM_NEEDS,
    container_line,
    found,
    looked,
    package_line,
    process_line,
)
from selfhost.controls.model import (
    Category,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    passed,
    unknown,
)
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    for program in of_kind("tunnel"):
        yield from found(server, program)
    for program in of_kind("balancer"):
        for trace in found(server, program):
            yield unknown(f"{trace.message}; what it logs was not seen", *trace.cited)
    yield passed("no tunnel and no second web server", *looked(server))


CONTROL = Control(
    id="host-other-web-servers",
    title="No tunnel or second web server stands before the conference",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    component="host",
    needs=PROGRAM_NEEDS,
    risk="A company's tunnel ends TLS at the company: it sees rooms, chat and signalling in clear. "
    "A second web server keeps a second log of who joined what.",
    upstream_default="not installed",
    fix=Fix(
        by_hand="Let TLS end in nginx on this server; or switch off the other server's access log, "
        "and waive this with the reason."
    ),
    references=("https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/",),
    gdpr="Art. 28, 44",
    surfaces=("sys-reverse-proxy-cdn", "sys-load-balancer-logs"),
    check=check,
    bad=(
        Example({"host.processes": process_line("/usr/bin/cloudflared tunnel run x")}, at=1),
        Example({"host.packages": package_line("cloudflared")}, at=1),
    ),
    good=(
        Example({"host.packages": package_line("nginx")}),
        Example({"host.processes": process_line("vim /etc/caddy/Caddyfile")}, note="a text"),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(
        Example({"host.processes": process_line("/usr/bin/caddy run")}, at=1),
        Example({"host.containers": container_line("proxy", "traefik:v3")}, at=1),
    ),
)
