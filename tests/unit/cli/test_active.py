"""``--active``: announced before it starts, for servers that are logged in to, and reported."""

from pathlib import Path

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.cli.root import run
from selfhost.controls.registry import controls
from selfhost.evidence.model import Document, Evidence, State
from selfhost.evidence.plan import Step, active_plan
from selfhost.reports import words
from selfhost.runners import judging
from selfhost.targets.local import LocalTarget


def collecting(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    def collect(self: LocalTarget, plan: tuple[Step, ...] = ()) -> Evidence:
        asked.extend(step.name for step in plan or ())
        document = Document("host.modules", "/proc/modules", State.PRESENT)
        return Evidence("local", "2026-01-01T00:00:00Z", (document,))

    monkeypatch.setattr(LocalTarget, "collect", collect)


def test_it_is_never_done_by_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    collecting(monkeypatch, asked)
    run(["collect", "local", "-o", str(tmp_path / "a.tar.gz")])
    assert "active.attempts" not in asked
    assert "Active" not in capsys.readouterr().err


def test_it_is_announced_with_all_that_is_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    collecting(monkeypatch, asked)
    run(["collect", "local", "--active", "-o", str(tmp_path / "a.tar.gz")])
    announced = capsys.readouterr().err
    assert asked[-1] == "active.attempts"
    (step,) = active_plan()
    for place in step.places[1:]:
        assert place.split()[1] in announced


@pytest.mark.parametrize("target", ["https://meet.example.org", "."])
def test_what_is_no_server_is_refused(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", target, "--active"]) == 2
    assert "--active is for a server that is logged in to" in capsys.readouterr().err


def test_a_report_says_where_it_was_done() -> None:
    tried = Document("active.attempts", "probe:attempts", State.PRESENT, b"{}\n")
    for documents, said in (((tried,), True), ((), False)):
        target = evaluate(Evidence("ssh://a@b", "2026-01-01T00:00:00Z", documents), controls())
        assert ("active-egress" in {r.control for r in target.results}) is said
        report = judging.report([target], controls(), "low")
        remarks = [remark for remark in words.remarks(report) if remark.startswith("Active: ")]
        assert [("ssh://a@b" in remark) for remark in remarks] == [True] * said
