import re
from collections.abc import Iterator

from selfhost.controls.forwarding_predicates import elsewhere, rsyslog, statements, syslog_ng
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.text_predicates import lines, looked_at
from selfhost.effective.server import Server
from selfhost.readers.tree import Source

NEEDS = ("host.syslog", "host.journald")
UPLOAD = re.compile(r"^(?:URL|ForwardToSocket)\s*=\s*(\S+)", re.IGNORECASE)


def check(server: Server) -> Iterator[Verdict]:
    """rsyslog, syslog-ng and the journal's own programs."""
    for document in server.documents("host.syslog"):
        source = Source(document.path, document.text)
        if "syslog-ng" in document.path:
            for line, host in syslog_ng(source):
                yield _said(host, Cited(line.origin, line.text))
        elif "journal" not in document.path:
            for line in statements(source):
                sent = rsyslog(line.text)
                if sent is not None:
                    yield _said(sent, Cited(line.origin))
    for name in NEEDS:
        for line in lines(server, name, "#;"):
            match = UPLOAD.match(line.text) if "journal" in line.origin.path else None
            sent = elsewhere(match[1]) if match else None
            if sent is not None:
                yield _said(sent, Cited(line.origin))
    yield passed("no log is sent to another machine", *looked_at(server, *NEEDS))


def _said(host: str, cited: Cited) -> Verdict:
    if not host:
        return unknown("where logs are sent is filled in when the daemon starts", cited)
    return fail(f"logs are sent to {host}", cited)


RSYSLOG, NG = "host.syslog /etc/rsyslog.d/x.conf", "host.syslog /etc/syslog-ng/syslog-ng.conf"
UPLOADS, JOURNALD = "host.syslog /etc/systemd/journal-upload.conf", "host.journald"


def _rsyslog(text: str, at: int = 0, note: str = "") -> Example:
    return Example({RSYSLOG: text}, at=at, note=note)


CONTROL = Control(
    id="host-log-forwarding",
    title="Logs stay on the server",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="host",
    needs=NEEDS,
    risk="Addresses, room names and times of calls reach another machine, where other rules hold.",
    upstream_default="not forwarded",
    fix=Fix(
        by_hand="Remove the rule or destination and restart rsyslog or syslog-ng; disable "
        "systemd-journal-upload."
    ),
    references=(
        "https://www.rsyslog.com/doc/configuration/modules/omfwd.html",
        "https://syslog-ng.github.io/admin-guide/070_Destinations/README",
        "https://www.freedesktop.org/software/systemd/man/latest/journal-upload.conf.html",
    ),
    gdpr="Art. 28",
    surfaces=("sys-syslog-forwarding",),
    check=check,
    bad=(
        _rsyslog('module(load="imuxsock")\n*.* @@logs.example.com:514\n', at=2),
        _rsyslog('*.* action(type="omfwd" target="192.0.2.1")\n', at=1),
        _rsyslog(':programname, isequal, "jicofo" @192.0.2.1\n& stop\n', at=1),
        _rsyslog('if $programname == "jvb" then @@(z9)[2001:db8::1]:514\n', at=1),
        _rsyslog('*.* action(\n  type="omfwd"\n  target="logs.example.com"\n)\n', at=1),
        _rsyslog("*.* :omrelp:logs.example.com:2514\n", at=1),
        Example(
            {
                NG: 'destination d {\n  network("logs.example.com" port(601));\n};\n'
                "log { source(s); destination(d); };\n"
            },
            at=2,
        ),
        Example(
            {NG: 'log { source(s); destination { http(url("https://logs.example.com/x")); }; };\n'},
            at=1,
        ),
        Example({UPLOADS: "[Upload]\nURL=https://logs.example.com:19532\n"}, at=2),
        Example({JOURNALD: "[Journal]\nForwardToSocket=192.0.2.1:5140\n"}, at=2),
    ),
    good=(
        _rsyslog("*.*;auth,authpriv.none -/var/log/syslog\n"),
        _rsyslog("# *.* @@logs.example.com:514\n", note="a comment is not a rule"),
        _rsyslog("*.* @@127.0.0.1:1514\n", note="a program of this machine"),
        _rsyslog('module(load="omrelp")\n$ModLoad omhttp\n', note="loaded, and not used"),
        _rsyslog(':msg, contains, "mail to user @example.com" /var/log/mail\n', note="a text"),
        _rsyslog('*.* action(\n  type="omfwd"\n  target="localhost"\n)\n'),
        Example({NG: 'destination d { network("logs.example.com"); };\n'}, note="no path uses it"),
        Example(
            {
                NG: "source s { network(ip(0.0.0.0) port(514)); };\n"
                'destination d { file("/var/log/x"); };\nlog { source(s); destination(d); };\n'
            },
            note="it receives",
        ),
        Example({UPLOADS: "[Upload]\n# URL=https://logs.example.com\n"}),
        Example({}, absent=NEEDS, note="no syslog daemon"),
    ),
    unclear=(_rsyslog("*.* @@$LOGHOST:514\n"),),
)
