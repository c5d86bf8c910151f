import re

from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.text_predicates import no_line

FORWARDS = re.compile(
    r"^\S+\s+@{1,2}[\w\[(]"  # selector @host, @@host, @(z9)host
    r"|\bomfwd\b|\bomrelp\b|\bomelasticsearch\b|\bomhttp\b|\bomkafka\b"
    r"|^URL=\s*https?://",
    re.IGNORECASE,
)


def judge(line: str) -> str | None:
    return "logs are sent to another machine" if FORWARDS.search(line) else None


CONTROL = Control(
    id="host-log-forwarding",
    title="Logs stay on the server",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="host",
    needs=("host.syslog", "host.journald"),
    risk="Addresses, room names and times of calls reach another machine, where other rules hold.",
    upstream_default="not forwarded",
    fix=Fix(by_hand="Remove the forwarding rule and restart rsyslog."),
    references=("https://www.rsyslog.com/doc/configuration/modules/omfwd.html",),
    gdpr="Art. 28",
    surfaces=("sys-syslog-forwarding",),
    check=no_line("host.syslog", "host.journald", judge=judge),
    bad=(
        Example({"host.syslog": 'module(load="imuxsock")\n*.* @@logs.example.com:514\n'}, at=2),
        Example({"host.syslog": '*.* action(type="omfwd" target="192.0.2.1")\n'}, at=1),
    ),
    good=(
        Example({"host.syslog": "*.*;auth,authpriv.none -/var/log/syslog\n"}),
        Example({"host.syslog": "# *.* @@logs.example.com:514\n"}, note="a comment is not a rule"),
        Example({}, absent=("host.syslog", "host.journald"), note="no syslog daemon"),
    ),
)
