"""Every line of ``selfhost status``: what makes it good, and what does not."""

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from selfhost.health import kept_audit
from selfhost.health.expected import Expected
from selfhost.health.facts import parse_facts
from selfhost.health.status import HostStatus, LastAudit, Line, State, ago, judge, verdict
from selfhost.reports import status as report

Make = Callable[..., Expected]
NOW = 1_800_000_000.0
AUDIT = LastAudit(NOW - 3600, "pass", "complete")


def lines(raw: dict[str, Any], expected: Expected) -> dict[str, Line]:
    facts = parse_facts(json.dumps(raw).encode())
    assert facts is not None
    return {f"{x.area}/{x.name}": x for x in judge(facts, expected, AUDIT)}


def test_a_healthy_server_is_fine(raw: dict[str, Any], expected: Make) -> None:
    found = lines(raw, expected())
    assert {line.state for line in found.values()} == {State.OK}
    assert found["services/prosody"].text == "runs since 3 days"
    assert found["logins/bridges"].text == "1 of 1 logged in and working"
    assert found["certificates/turn"].text == "60 days left, for meet.example.org"
    assert found["versions/jicofo"].text == "1.0-1196-1, held"
    assert found["audit/last"].text == "policy pass, evidence complete, 1 hour ago"


WATCH = {"active": "inactive", "result": "success", "since": NOW - 7200}


@pytest.mark.parametrize(
    ("unit", "state", "text"),
    [
        (WATCH, "ok", "looked 2 hours ago"),
        ({**WATCH, "active": "activating"}, "ok", "looks now"),
        ({**WATCH, "since": None}, "ok", "has not looked since the machine started"),
        ({**WATCH, "since": NOW - 3 * 86400}, "bad", "looked 3 days ago, and is to daily"),
        (
            {**WATCH, "active": "failed", "result": "exit-code"},
            "bad",
            "could not look, or not tell (exit-code)",
        ),
        (
            {**WATCH, "active": "failed", "result": "oom-kill"},
            "bad",
            "could not look, or not tell (oom-kill)",
        ),
        (None, "bad", "is not installed"),
    ],
)
def test_a_watch_that_does_not_look_shows(
    raw: dict[str, Any], expected: Make, unit: dict[str, Any] | None, state: str, text: str
) -> None:
    if unit is not None:
        raw["units"]["selfhost-watch"] = unit
    found = lines(raw, expected(watch=True))["audit/watch"]
    assert (found.state, text in found.text) == (state, True), found
    assert "audit/watch" not in lines(raw, expected(watch=False))
    if not (unit or {"since": 1})["since"]:
        raw["machine"]["uptime"] = 3 * 86400
        assert lines(raw, expected(watch=True))["audit/watch"].state is State.WARNING
    del raw["units"]
    assert lines(raw, expected(watch=True))["audit/watch"].state is State.UNKNOWN


@pytest.mark.parametrize(
    ("path", "value", "line", "state", "text"),
    [
        ("units.nginx.active", "failed", "services/nginx", "bad", "failed"),
        ("units.nginx.restarts", 7, "services/nginx", "warning", "restarted 7 times"),
        ("units.nginx.enabled", "disabled", "services/nginx", "warning", "not after a restart"),
        ("units.nginx", None, "services/nginx", "bad", "not installed"),
        ("units", None, "services/nginx", "unknown", "did not answer"),
        ("focus.answers", False, "services/jicofo", "bad", "does not answer"),
        ("focus.operational", 0, "logins/bridges", "bad", "0 of 1"),
        ("focus", None, "logins/bridges", "unknown", "does not say"),
        ("xmpp.status", 502, "logins/xmpp", "bad", "BOSH answers 502"),
        ("bridge.healthy", False, "logins/bridge", "bad", "not healthy"),
        ("web.status", 404, "logins/web", "bad", "status 404"),
        ("certificates.xmpp.end", NOW + 86400 * 3, "certificates/xmpp", "warning", "3 days left"),
        ("certificates.turn served.end", NOW - 86400 * 3, "certificates/turn", "bad", "expired 3"),
        ("certificates.web served", None, "certificates/web", "bad", "none is shown"),
        ("packages.installed.jicofo.state", "half-configured", "versions/jicofo", "bad", "half"),
        ("packages.installed.jicofo", None, "versions/jicofo", "bad", "not installed"),
        ("firewall.tables", [], "machine/firewall", "bad", "not in force"),
        ("firewall.tables", None, "machine/firewall", "unknown", "could not be asked"),
        ("machine.memory.available", 40, "machine/memory", "warning", "40 of 3900"),
        ("machine.memory.total", 900, "machine/memory", "warning", "of 900 MiB"),
        ("machine.disks.0.free", 300, "machine/disk /", "warning", "300 of 40000"),
        ("machine.disks.0.free", 0, "machine/disk /", "bad", "0 of 40000"),
        ("machine.receive_buffer", 212992, "machine/buffers", "warning", "advised 10485760"),
        ("machine.clock_synchronised", False, "machine/clock", "warning", "time service"),
        ("machine.reboot", "an update asks for it", "machine/restart", "warning", "an update"),
        ("machine", None, "machine/machine", "unknown", "nothing"),
    ],
)
def test_what_is_wrong_shows(
    raw: dict[str, Any], expected: Make, path: str, value: Any, line: str, state: str, text: str
) -> None:
    *parents, last = path.split(".")
    place: Any = raw
    for parent in parents:
        place = place[int(parent)] if isinstance(place, list) else place[parent]
    if value is None and parents and parents[0] != "firewall":
        del place[last]
    else:
        place[last] = value
    found = lines(raw, expected())[line]
    assert (str(found.state), text in found.text) == (state, True), found


def test_a_host_has_the_lines_of_its_parts_only(raw: dict[str, Any], expected: Make) -> None:
    found = lines(raw, expected(groups=("jitsi_videobridge",)))
    assert {name for name in found if name.startswith("services/")} == {
        "services/jitsi-videobridge2"
    }
    assert "certificates/web" not in found
    assert "logins/bridges" not in found


def test_versions_that_the_settings_want(raw: dict[str, Any], expected: Make) -> None:
    found = lines(raw, expected(versions={"jicofo": "1.0-1200-1"}))["versions/jicofo"]
    assert (found.state, "want 1.0-1200-1" in found.text) == (State.WARNING, True)


def test_the_verdict() -> None:
    def host(*states: State, unreachable: str = "") -> HostStatus:
        return HostStatus("a", tuple(Line("x", "y", s, "") for s in states), unreachable)

    assert verdict((host(State.OK, State.WARNING),)) == "fine"
    assert verdict((host(State.UNKNOWN),)) == "unknown"
    assert verdict((host(unreachable="no route"), host(State.OK))) == "unreachable"
    assert verdict((host(unreachable="no route"), host(State.BAD))) == "wrong"


def test_reports_are_escaped_and_fit_the_schema(raw: dict[str, Any], expected: Make) -> None:
    raw["bridge"].update(healthy=False, complaint="\x1b[31mred\u202e")
    facts = parse_facts(json.dumps(raw).encode())
    assert facts is not None
    hosts = (
        HostStatus("one", judge(facts, expected(), None)),
        HostStatus("two", unreachable="no \x07 route"),
    )
    shown = report.render(hosts, colour=False)
    assert not set("\x1b\u202e\x07") & set(shown)
    assert "\\x1b[31mred" in shown
    assert "no audit is kept" in shown
    schema = files("selfhost.reports").joinpath("schema", "status-1.json").read_text("utf-8")
    jsonschema.validate(json.loads(report.as_json(hosts)), json.loads(schema))
    assert json.loads(report.as_json(hosts))["verdict"] == "wrong"


def test_an_audit_is_kept_and_found_again(tmp_path: Path) -> None:
    assert kept_audit.last(tmp_path) is None
    document = {
        "verdict": {"policy": "fail", "evidence": "partial"},
        "targets": [
            {"collected_at": "2026-11-27T10:00:00Z"},
            {"collected_at": "2026-11-27T09:00:00Z"},
            {"collected_at": ""},
        ],
    }
    assert kept_audit.keep(tmp_path, json.dumps(document))
    kept = kept_audit.last(tmp_path)
    assert kept == LastAudit(1795770000.0, "fail", "partial")
    assert (tmp_path / kept_audit.NAME).stat().st_mode & 0o777 == 0o600
    for text in ("", "[]", "{}", '{"verdict": 1, "targets": []}', '{"targets": 5}'):
        assert kept_audit.keep(tmp_path, text)
        assert kept_audit.last(tmp_path) is None
    assert not kept_audit.keep(tmp_path / "missing", "{}")


def test_an_audit_that_is_ended_while_it_is_kept_leaves_the_one_before(tmp_path: Path) -> None:
    def ended() -> Iterator[str]:
        yield '{"half": '
        raise KeyboardInterrupt

    assert kept_audit.keep(tmp_path, "{}")
    with pytest.raises(KeyboardInterrupt):
        kept_audit.keep(tmp_path, ended())
    assert [path.read_text() for path in tmp_path.iterdir()] == ["{}"]


def test_time_spans() -> None:
    spans = [ago(seconds) for seconds in (-5, 59, 60, 7200, 86400, 200_000)]
    assert spans == ["0 s", "59 s", "1 minute", "2 hours", "1 day", "2 days"]
