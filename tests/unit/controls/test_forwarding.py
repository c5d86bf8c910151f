"""Where logs are sent, read out of files that somebody may have made to hang whoever reads them."""

from collections.abc import Callable

import pytest

from selfhost.controls import forwarding_predicates as forwarding
from selfhost.readers.tree import Source
from tests.fuzz import guard

SIZE = 200_000


def _rsyslog(text: str) -> list[str | None]:
    return [forwarding.rsyslog(line.text) for line in forwarding.statements(Source("/x", text))]


def _syslog_ng(text: str) -> list[str]:
    return [host for _, host in forwarding.syslog_ng(Source("/x", text))]


def _shippers(text: str) -> list[str]:
    return [host for _, host in forwarding.shippers(Source("/x", text))]


@pytest.mark.parametrize(
    ("read", "before", "again"),
    [
        (_rsyslog, "*.* @", "a"),
        (_rsyslog, "*.* @", "a9"),
        (_rsyslog, "", " /*"),
        (_rsyslog, "", '"\\'),
        (_rsyslog, "", " @("),
        (_rsyslog, 'type="omfwd" ', "target=[ "),
        (_rsyslog, "", "(\n"),
        (_syslog_ng, "", "destination{"),
        (_syslog_ng, "destination", " "),
        (_syslog_ng, "", " /*"),
        (_syslog_ng, "destination{", "tcp("),
        (_syslog_ng, "destination{", "tcp(host(\n"),
        (_syslog_ng, "destination{", "splunk-hec"),
        (_syslog_ng, "destination{", "tcp(a.b)\n"),
        (_shippers, "sinks:\n  url: ", "a"),
        (_shippers, "sinks:\n  url: x", " "),
        (_shippers, "sinks:\n  url: ", "a://["),
        (_shippers, "sinks:\n", "  url: a.b\n"),
    ],
)
def test_no_file_takes_long(read: Callable[[str], object], before: str, again: str) -> None:
    text = before + again * (SIZE // len(again)) + "."
    guard.checked(read, text)


def test_brackets_in_a_text_close_nothing() -> None:
    sent = 'network("logs.example.com" template("}) {"));'
    used = "log { source(s); destination(d); };\n"
    kept = 'destination e { file("/var/log/{x"); network("unused.example.com"); };\n'
    assert _syslog_ng(f"{kept}destination d {{ {sent} }};\n{used}") == ["logs.example.com"]
