import re
from collections.abc import Iterator

from selfhost.catalog.programs import of_kind
from selfhost.controls.host_predicates import PROGRAM_NEEDS, found, looked, package_line
from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.text_predicates import lines, looked_at
from selfhost.effective.server import Server

#: Actions of fail2ban that tell a company about an address.
REPORTS = re.compile(
    r"(?<![a-z])(abuseipdb|blocklist_de|badips|dshield|mynetwatchman|cloudflare)", re.I
)


def check(server: Server) -> Iterator[Verdict]:
    for program in of_kind("reporter"):
        yield from found(server, program)
    for line in lines(server, "host.fail2ban", "#;"):
        key = line.text.partition("=")[0].strip()
        report = REPORTS.search(line.text)
        if report and (key.startswith("action") or "=" not in line.text):
            yield fail(f"addresses are reported by {report[0].lower()}", Cited(line.origin, key))
    places = (*looked(server), *looked_at(server, "host.fail2ban"))
    yield passed("no program reports addresses", *places)


CONTROL = Control(
    id="host-address-reports",
    title="Addresses of visitors are not reported to others",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    component="host",
    needs=(*PROGRAM_NEEDS, "host.fail2ban"),
    risk="A shared block list learns the addresses of people who mistyped a password here.",
    upstream_default="not installed",
    fix=Fix(
        by_hand="Ban on the server only: remove the reporting action from fail2ban, or CrowdSec."
    ),
    references=("https://docs.crowdsec.net/docs/central_api/intro/",),
    gdpr="Art. 44",
    surfaces=("sys-fail2ban-geoip",),
    check=check,
    bad=(
        Example({"host.packages": package_line("crowdsec")}, at=1),
        Example({"host.fail2ban": "[sshd]\naction = %(action_abuseipdb)s\n"}, at=2),
        Example({"host.fail2ban": "[DEFAULT]\naction = iptables\n         blocklist_de\n"}, at=3),
    ),
    good=(
        Example({"host.packages": package_line("fail2ban")}, note="bans on the server itself"),
        Example({"host.fail2ban": "[sshd]\n# action = %(action_abuseipdb)s\n"}, note="a comment"),
        Example({"host.fail2ban": "[sshd]\nenabled = true\n"}),
        Example({}, absent=("host.fail2ban",)),
    ),
    unclear=(Example({"host.packages": "nonsense\n"}, note="not understood"),),
)
