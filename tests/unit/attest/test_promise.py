"""The promise in the chain: changes with and without the notice that was promised."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from selfhost.attest import chain, dsse, promise, statement
from selfhost.attest.chain import Checked, Sealed
from selfhost.attest.problems import Code, ProblemError
from selfhost.attest.promise import Coming, Promised
from selfhost.reports.verification import as_json, render
from tests.unit.attest.samples import report

KEY = Ed25519PrivateKey.generate()
START = datetime(2026, 11, 1, 12, tzinfo=UTC)
A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def day(number: int) -> date:
    return (START + timedelta(days=number)).date()


#: In force on day 0 with ten days of notice.
FIRST = Promised(A, day(0), 10, holds=3, broken=0, unknown=0)
#: As above; another announced on day 1 for day 11.
TOLD = replace(FIRST, coming=Coming(B, day(1), day(11)))
#: The other in force.
SECOND = Promised(B, day(11), 2, holds=2, broken=0, unknown=0)


def signed(*steps: tuple[int, Promised | None]) -> list[bytes]:
    """A chain: each statement with its day and what it says of the promise."""
    made: list[bytes] = []
    for number, (on, promised) in enumerate(steps, 1):
        issued = START + timedelta(days=on)
        made.append(
            statement.payload(
                report(issued),
                host="meet.example.org",
                sequence=number,
                previous=statement.read(made[-1]).digest if made else "",
                issued=issued,
                days=8,
                known={"web-stun": "third-party"}.get,
                profiles={"private"},
                promised=promised,
            )
        )
    return made


def checked(*steps: tuple[int, Promised | None]) -> Checked:
    sealed = [
        Sealed(dsse.seal(one, KEY), f"f:{number}", "f")
        for number, one in enumerate(signed(*steps), 1)
    ]
    now = START + timedelta(days=steps[-1][0], minutes=1)
    return chain.check(sealed, KEY.public_key(), now)


def test_what_is_signed_is_read_back_and_follows_the_schema() -> None:
    schema = json.loads(files("selfhost.reports").joinpath("schema/statement-1.json").read_text())
    for promised in (FIRST, TOLD):
        (made,) = signed((2, promised))
        jsonschema.Draft202012Validator(schema).validate(json.loads(made))
        assert statement.read(made).promise == promised


def test_an_announced_change_in_its_time_is_good_and_told() -> None:
    found = checked((0, None), (0, FIRST), (1, TOLD), (9, TOLD), (11, SECOND))
    assert found.problems == ()
    (change,) = promise.changes(found.statements)
    assert (change.sequence, change.was, change.now) == (5, A, B)
    assert "it changed with statement 5: aaaaaaaaaaaa until then, bbbbbbbbbbbb" in render(found)
    document = json.loads(as_json(found, "key"))
    assert document["promise_changes"] == [
        {"sequence": 5, "effective": str(day(11)), "was": A, "now": B}
    ]
    assert document["newest"]["promise"]["sha256"] == B
    announced = render(checked((0, FIRST), (1, TOLD)))
    assert f"another was announced on {day(1)}: bbbbbbbbbbbb, in force from {day(11)}" in announced


@pytest.mark.parametrize(
    ("steps", "code", "detail"),
    [
        (
            [(1, TOLD), (8, replace(SECOND, effective=day(8)))],
            Code.PROMISE_EARLY,
            f"announced for {day(11)}",
        ),
        (
            [(1, TOLD), (8, TOLD), (12, replace(SECOND, effective=day(5)))],
            Code.PROMISE_EARLY,
            f"announced for {day(11)}",
        ),
        ([(0, FIRST), (5, replace(SECOND, effective=day(5)))], Code.PROMISE_UNANNOUNCED, ""),
        (
            [(1, TOLD), (5, replace(SECOND, sha256=C, effective=day(5)))],
            Code.PROMISE_UNANNOUNCED,
            "",
        ),
        ([(1, TOLD), (5, None)], Code.PROMISE_UNANNOUNCED, "names no promise any more"),
        (
            [(0, FIRST), (1, replace(FIRST, coming=Coming(B, day(1), day(6))))],
            Code.PROMISE_EARLY,
            "5 days of notice, not 10",
        ),
        (
            [(0, FIRST), (4, FIRST), (5, replace(FIRST, coming=Coming(B, day(1), day(11))))],
            Code.PROMISE_EARLY,
            "and it was not",
        ),
    ],
    ids=["early", "says so itself", "silent", "another", "no more", "short notice", "backdated"],
)
def test_a_change_without_its_notice_is_caught(
    steps: list[tuple[int, Promised | None]], code: Code, detail: str
) -> None:
    found = checked(*steps)
    (problem,) = found.problems
    assert problem.code is code
    assert detail in problem.detail
    assert found.genuine, "it is about the promise, not about the chain"


@pytest.mark.parametrize(
    "steps",
    [
        [(0, replace(FIRST, notice_days=0)), (1, replace(SECOND, effective=day(1)))],
        [(1, TOLD), (2, FIRST)],
        [(1, TOLD), (2, replace(FIRST, coming=Coming(C, day(2), day(12))))],
        [(1, TOLD), (3, TOLD), (5, TOLD)],
        [(0, None), (1, TOLD)],
    ],
    ids=["no notice promised", "taken back", "replaced", "repeated", "the first"],
)
def test_what_is_no_breach(steps: list[tuple[int, Promised | None]]) -> None:
    assert checked(*steps).problems == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"broken": 2}, Code.PROMISE_BROKEN), ({"unknown": 1}, Code.PROMISE_UNKNOWN)],
)
def test_the_newest_says_whether_the_promise_is_kept(changed: dict[str, Any], code: Code) -> None:
    worse = replace(FIRST, **changed)
    found = checked((0, FIRST), (1, worse))
    assert [problem.code for problem in found.problems] == [code]
    assert checked((0, worse), (1, FIRST)).problems == ()


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "digest": lambda policy: policy.update(sha256="x"),
    "day": lambda policy: policy.update(effective="2026-13-01"),
    "in force in the future": lambda policy: policy.update(effective="2027-01-01"),
    "notice": lambda policy: policy.update(noticeDays=-1),
    "counts": lambda policy: policy["sentences"].pop("broken"),
    "two at once": lambda policy: policy["announced"].append(policy["announced"][0]),
    "no list": lambda policy: policy.update(announced={}),
    "a person's text": lambda policy: policy["announced"][0].update(sha256="hello"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_section_that_cannot_be_is_malformed(name: str) -> None:
    document = json.loads(signed((2, TOLD))[0])
    CHANGES[name](document["predicate"]["policy"])
    with pytest.raises(ProblemError) as caught:
        statement.read(json.dumps(document).encode())
    assert caught.value.code is Code.MALFORMED
