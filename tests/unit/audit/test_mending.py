"""Which findings a role mends, which a setting asks for, and which are for the admin's hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from selfhost.audit.mending import Way, plan
from selfhost.audit.model import Outcome
from selfhost.audit.saved import Past
from selfhost.cli.root import run
from selfhost.controls.model import Status
from selfhost.controls.registry import find
from selfhost.reports import json as json_report
from tests.unit.audit.test_compare import FAIL, report


def past(control: str, outcome: Outcome = Outcome.FAIL, target: str = "meet") -> Past:
    found = find(control)
    status = Status.FAIL if outcome is not Outcome.PASS else Status.PASS
    return Past(
        control, found.title, found.severity, target, status, outcome, "why", "", frozenset()
    )


def ways(*results: Past, **settings: Any) -> dict[str, Way]:
    found = plan(results, find, {"meet": settings}, {"web", "jicofo"})
    return {mend.finding.control: mend.way for mend in found}


@pytest.mark.parametrize(
    ("result", "settings", "way"),
    [
        (past("web-gravatar"), {"web_gravatar": False}, Way.ROLE),
        (past("web-gravatar"), {"web_gravatar": True}, Way.SETTING),
        (past("web-stun"), {"web_stun_servers": []}, Way.ROLE),
        (past("web-stun"), {"web_stun_servers": ["stun.example"]}, Way.SETTING),
        (past("jicofo-transcription-url"), {"jicofo_transcription_url_template": ""}, Way.ROLE),
        (past("web-gravatar", target="ssh://elsewhere"), {"web_gravatar": False}, Way.HAND),
        (past("host-recorder"), {}, Way.HAND),
    ],
)
def test_ways(result: Past, settings: dict[str, Any], way: Way) -> None:
    assert ways(result, **settings) == {result.control: way}


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.WAIVED, Outcome.ALLOWED])
def test_what_is_no_open_finding_is_not_mended(outcome: Outcome) -> None:
    assert ways(past("web-gravatar", outcome), web_gravatar=False) == {}


def test_the_command_lists_and_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "meet.example.org", "--host", "203.0.113.10"]) == 0
    assert run(["fix"]) == 2, "not audited yet"
    document = json.loads(json_report.render(report(FAIL)))
    document["results"][0]["target"] = "meet.example.org"
    (tmp_path / "inventory" / "last-audit.json").write_text(json.dumps(document))
    capsys.readouterr()
    assert run(["fix"]) == 1
    out = capsys.readouterr().out
    assert "mended by the role jicofo" in out
    assert "selfhost apply --tags jicofo" in out
    assert run(["fix", "--apply"]) == 2, "it does not run without a yes"
    assert "--yes" in capsys.readouterr().err
