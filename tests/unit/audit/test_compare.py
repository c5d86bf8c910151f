"""What got worse between two audits."""

from dataclasses import replace

import pytest

from selfhost.audit import compare, saved
from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Accepted, By, Change, Report, Result
from selfhost.controls import examples
from selfhost.controls.model import Severity
from selfhost.controls.registry import find
from selfhost.errors import UsageError
from selfhost.exitcodes import ExitCode
from selfhost.reports import json as json_report

CONTROL = find("jicofo-transcription-url")


def one(kind: str, number: int = 0) -> Result:
    found = evaluate(examples.evidence(CONTROL, getattr(CONTROL, kind)[number]), [CONTROL])
    return found.results[0]


def report(*results: Result) -> Report:
    target = evaluate(examples.evidence(CONTROL, CONTROL.good[0]), [])
    return Report((replace(target, results=results),), Severity.LOW, "1", 1, "0" * 64)


def through_a_file(found: Report) -> saved.Saved:
    return saved.read(json_report.render(found), "before.json")


FAIL, PASS, UNKNOWN = one("bad"), one("good"), one("unclear")
ELSEWHERE = replace(
    FAIL, fingerprint="f" * 32, evidence=(replace(FAIL.evidence[0], path="/etc/other.conf"),)
)
WAIVED = replace(FAIL, accepted=Accepted(By.WAIVER, "w:1", "reason", "owner", "2026-01-01"))


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (PASS, FAIL, Change.NEW),
        (UNKNOWN, FAIL, Change.NEW),
        (None, FAIL, Change.NEW),
        (FAIL, FAIL, Change.UNCHANGED),
        (FAIL, replace(FAIL, severity=Severity.CRITICAL), Change.UNCHANGED),
        (replace(FAIL, severity=Severity.LOW), FAIL, Change.WORSE),
        (FAIL, ELSEWHERE, Change.WORSE),
        (
            replace(FAIL, fingerprint="e" * 32, evidence=FAIL.evidence + ELSEWHERE.evidence),
            FAIL,
            Change.UNCHANGED,
        ),
        (WAIVED, FAIL, Change.WORSE),
        (FAIL, WAIVED, Change.UNCHANGED),
        (FAIL, PASS, Change.FIXED),
        (FAIL, UNKNOWN, Change.UNSEEN),
        (FAIL, None, Change.UNSEEN),
        (PASS, UNKNOWN, Change.UNSEEN),
        (PASS, None, None),
        (UNKNOWN, UNKNOWN, None),
        (UNKNOWN, PASS, None),
    ],
)
def test_every_change(before: Result | None, after: Result | None, change: Change | None) -> None:
    old = through_a_file(report(*([before] if before else [])))
    new = through_a_file(report(*([after] if after else [])))
    found = compare.compare(old, new)
    if change is Change.UNCHANGED:
        assert (found.changes, found.unchanged) == ((), 1)
    else:
        assert [one.change for one in found.changes] == ([change] if change else [])


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (FAIL, FAIL, ExitCode.OK),
        (PASS, FAIL, ExitCode.FINDINGS),
        (FAIL, ELSEWHERE, ExitCode.FINDINGS),
        (FAIL, PASS, ExitCode.OK),
        (PASS, UNKNOWN, ExitCode.INCONCLUSIVE),
    ],
)
def test_failing_on_what_got_worse_only(before: Result, after: Result, code: ExitCode) -> None:
    judged = compare.since(report(after), through_a_file(report(before)))
    assert replace(judged, new_only=True).exit_code is code
    assert judged.exit_code is report(after).exit_code


def test_a_report_without_the_newer_keys_can_be_read() -> None:
    import json

    document = json.loads(json_report.render(report(FAIL)))
    for key in ("waivers", "baseline", "profile"):
        del document[key]
    for key in ("outcome", "accepted", "change"):
        del document["results"][0][key]
    assert saved.read(json.dumps(document), "old.json").results[0].outcome == "fail"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": "selfhost.audit/2"}',
        '{"schema": "selfhost.audit/1", "results": [], "targets": 1}',
        '{"schema": "selfhost.audit/1", "results": [1], "targets": []}',
        '{"schema": "selfhost.audit/1", "results": [{"control": 1}], "targets": []}',
        '{"schema": "selfhost.audit/1", "results": [], "targets": [{"collected_at": 1}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"x\.json is not a report"):
        saved.read(text, "x.json")
