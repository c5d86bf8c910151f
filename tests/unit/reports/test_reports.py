"""What a person and a program get to see of a report."""

import json
import re
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Outcome, Report, TargetReport
from selfhost.controls import examples
from selfhost.controls.model import Severity
from selfhost.controls.registry import controls, digest, find
from selfhost.evidence.model import Document, Evidence, State
from selfhost.exitcodes import ExitCode
from selfhost.reports import json as json_report
from selfhost.reports import terminal

CONTROL = find("jicofo-transcription-url")


def report(*targets: TargetReport, fail_on: Severity | None = Severity.LOW) -> Report:
    return Report(targets, fail_on, "1.2.3", len(controls()), digest())


def target(kind: str, number: int = 0) -> TargetReport:
    return evaluate(examples.evidence(CONTROL, getattr(CONTROL, kind)[number]), [CONTROL])


def with_content(content: bytes) -> TargetReport:
    document = Document(
        "jicofo.config", "/etc/jitsi/jicofo/jicofo.conf", State.PRESENT, content, "0" * 64
    )
    evidence = Evidence("t", "2026-01-01T00:00:00Z", (document,), frozenset({"jicofo.config"}))
    return evaluate(evidence, [CONTROL])


@pytest.mark.parametrize("kind", ["bad", "good", "unclear"])
def test_json_follows_its_schema(kind: str) -> None:
    schema = json.loads(files("selfhost.reports").joinpath("schema/audit-1.json").read_text())
    document = json.loads(json_report.render(report(target(kind))))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert (
        document["results"][0]["status"]
        == {
            "bad": "fail",
            "good": "pass",
            "unclear": "unknown",
        }[kind]
    )


def test_a_failing_result_names_place_and_fix() -> None:
    result = json.loads(json_report.render(report(target("bad"))))["results"][0]
    place = result["evidence"][0]
    assert place["path"] == "/etc/jitsi/jicofo/jicofo.conf"
    assert place["line"] == 3
    assert "wss://asr.example.com" in place["excerpt"]
    assert result["fix"]["variable"] == "jicofo_transcription_url_template"
    text = terminal.render(report(target("bad")), width=None, colour=False)
    assert "/etc/jitsi/jicofo/jicofo.conf:3" in text
    assert "jicofo_transcription_url_template: ''" in text
    assert "✗ FAIL" in text


def test_same_report_same_bytes() -> None:
    first, second = (json_report.render(report(target("bad"))) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("kinds", "fail_on", "code"),
    [
        (["good"], Severity.LOW, ExitCode.OK),
        (["bad"], Severity.LOW, ExitCode.FINDINGS),
        (["bad"], None, ExitCode.OK),
        (["unclear"], Severity.LOW, ExitCode.INCONCLUSIVE),
        (["unclear"], None, ExitCode.INCONCLUSIVE),
        (["bad", "unclear"], Severity.LOW, ExitCode.FINDINGS),
        ([], Severity.LOW, ExitCode.INCONCLUSIVE),
    ],
)
def test_exit_codes(kinds: list[str], fail_on: Severity | None, code: ExitCode) -> None:
    assert report(*map(target, kinds), fail_on=fail_on).exit_code is code


def test_an_unreachable_target_is_inconclusive_and_shown() -> None:
    lost = TargetReport("ssh://gone", "", (), (), (), unreachable="gone does not answer.")
    both = report(target("good"), lost)
    assert both.exit_code is ExitCode.INCONCLUSIVE
    assert "gone does not answer." in terminal.render(both, width=None, colour=False)


def test_severity_below_the_threshold_does_not_fail() -> None:
    failing = target("bad")
    low = replace(failing, results=(replace(failing.results[0], severity=Severity.LOW),))
    assert report(low, fail_on=Severity.HIGH).exit_code is ExitCode.OK
    assert report(low).count(Outcome.FAIL) == 1


def test_hostile_text_cannot_drive_the_terminal() -> None:
    hostile = 'jicofo.transcription.url-template = "wss://x\x1b[2J\x1b]0;owned\x07‮evil"'
    text = terminal.render(report(with_content(hostile.encode())), width=80, colour=False)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f‪-‮]", text)
    assert "\\x1b[2J" in text


def test_no_colour_without_a_terminal() -> None:
    assert "\x1b[" not in terminal.render(report(target("bad")), width=None, colour=False)
    assert "\x1b[" in terminal.render(report(target("bad")), width=None, colour=True)


def test_what_a_link_can_undo_is_said_and_is_no_failure() -> None:
    control = find("web-third-party-requests")
    found = evaluate(examples.evidence(control, control.good[0]), [control])
    document = json.loads(json_report.render(report(found)))
    assert document["results"][0]["settable_by_link"] == ["disableThirdPartyRequests"]
    text = terminal.render(report(found), width=None, colour=False)
    assert "Rests on the client alone" in text
    assert report(found).exit_code is ExitCode.OK
    assert "Rests on the client" not in terminal.render(
        report(target("good")), width=None, colour=False
    )


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"b": 1, "a": {"z": [], "y": {}, "x": (1, -2)}},
        [True, False, None, "", 'é"\\\n\x1b\u2028', Severity.LOW, [[{"a": [{}]}]]],
    ],
)
def test_json_is_written_as_the_standard_library_writes_it(value: object) -> None:
    assert json_report.text(value) == json.dumps(value, indent=2, sort_keys=True)


def test_json_in_pieces_is_what_the_standard_library_writes() -> None:
    for targets in ((), (target("bad"), target("good"))):
        whole = json_report.render(report(*targets))
        assert whole == json.dumps(json.loads(whole), indent=2, sort_keys=True) + "\n"
