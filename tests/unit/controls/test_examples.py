"""Every control is proved by its own examples, through the readers it uses in earnest."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from selfhost.audit.evaluate import evaluate, judge
from selfhost.controls import examples
from selfhost.controls.model import Category, Control, Example, Severity, Status, Verdict, worst
from selfhost.controls.registry import controls, find
from selfhost.effective.server import Server
from selfhost.errors import UsageError
from selfhost.evidence.plan import full_plan

CASES = [
    pytest.param(control, example, kind, id=f"{control.id}-{kind}-{number}")
    for control in controls()
    for kind in ("bad", "good", "unclear")
    for number, example in enumerate(getattr(control, kind), 1)
]
EACH = [pytest.param(control, id=control.id) for control in controls()]


def verdicts(control: Control, example: Example) -> tuple[Verdict, ...]:
    said = judge(control, Server(examples.evidence(control, example)))
    assert said is not None
    return said


@pytest.mark.parametrize(("control", "example", "kind"), CASES)
def test_example(control: Control, example: Example, kind: str) -> None:
    said = verdicts(control, example)
    status = worst(said)
    expected = {
        "bad": {Status.FAIL},
        "good": {Status.PASS, Status.NOT_APPLICABLE},
        "unclear": {Status.UNKNOWN},
    }[kind]
    assert status in expected, [verdict.message for verdict in said]
    decisive = [verdict for verdict in said if verdict.status is status]
    assert all(verdict.message for verdict in decisive)
    assert all(verdict.cited for verdict in decisive), "a verdict cites what it rests on"
    if example.at:
        assert example.at in {place.origin.line for v in decisive for place in v.cited}


@pytest.mark.parametrize("control", EACH)
def test_missing_evidence_is_never_a_pass(control: Control) -> None:
    for example in (*control.bad, *control.good):
        whole = examples.evidence(control, example)
        for need in control.needs:
            said = judge(control, Server(whole.without([need])))
            assert said is not None
            assert worst(said) in (Status.UNKNOWN, Status.FAIL), f"{need} removed: {said}"
            if worst(said) is Status.FAIL:
                assert worst(verdicts(control, example)) is Status.FAIL


@pytest.mark.parametrize("control", EACH)
def test_an_emptied_check_is_caught(control: Control) -> None:
    def silent(_server: Server) -> Iterator[Verdict]:
        return iter(())

    said = judge(
        replace(control, check=silent), Server(examples.evidence(control, control.good[0]))
    )
    assert said is not None
    assert worst(said) is Status.UNKNOWN


@pytest.mark.parametrize("control", EACH)
def test_no_other_control_crashes_on_its_examples(control: Control) -> None:
    for example in (*control.bad[:1], *control.good[:1], *control.unclear[:1]):
        report = evaluate(examples.evidence(control, example), controls())
        assert len(report.results) + len(report.out_of_scope) == len(controls())


@pytest.mark.parametrize("control", EACH)
def test_declaration(control: Control) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", control.id)
    module = control.check.__module__
    assert module
    assert control.bad or control.unclear, "a control that cannot object is worth nothing"
    assert control.good
    assert control.needs
    assert set(control.needs) <= {step.name for step in full_plan()}
    assert control.title
    assert not control.title.endswith(".")
    assert control.risk.endswith(".")
    assert control.fix.by_hand
    assert control.references
    assert control.severity in Severity
    assert control.category in Category


#: Controls of folders from which the collector names only what counts: nothing looks alike.
NOTHING_ALIKE = {"web-public-folder", "host-recordings", "host-stray-recordings"}
#: What these ask is not whether something is on, but whether it could be seen.
NEVER_FAILS = {"docker-unclassified-variables", "host-containers-unseen"}


def is_absent(example: Example) -> bool:
    """Whether what the control is about is not there: no such file, or nothing in it."""
    return bool(example.absent) or not any(text.strip() for text in example.evidence.values())


@pytest.mark.parametrize("control", EACH)
def test_every_kind_of_example(control: Control) -> None:
    assert control.bad or control.id in NEVER_FAILS
    assert control.unclear
    assert any(map(is_absent, (*control.bad, *control.good, *control.unclear)))
    alike = [example for example in control.good if example.note and not is_absent(example)]
    assert alike or control.id in NOTHING_ALIKE


def test_ids_are_unique_and_every_category_has_a_control() -> None:
    ids = [name for control in controls() for name in (control.id, *control.aliases)]
    assert len(ids) == len(set(ids))
    titles = [control.title for control in controls()]
    assert sorted(set(titles)) == sorted(titles), "a title says which of two controls it is"
    assert {control.category for control in controls()} == set(Category)
    assert len(controls()) >= 40


def test_unknown_id_names_the_nearest() -> None:
    with pytest.raises(UsageError) as raised:
        find("jicofo-transcription-ulr")
    assert "jicofo-transcription-url" in raised.value.hint
