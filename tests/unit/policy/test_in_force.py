"""Which promise stands on a day, and what may be announced."""

from datetime import date, timedelta

import pytest

from selfhost.errors import UsageError
from selfhost.policy.in_force import Change, announced, differences, in_force
from selfhost.policy.model import Promise, Sentence
from tests.unit.policy.samples import TODAY, promise

AI, STREAM, LOGS = (
    Sentence("no-ai", categories=("ai",)),
    Sentence("no-streaming", categories=("streaming",)),
    Sentence("log-days", fact="log-days", at_most=3),
)
FIRST = promise(AI, LOGS, notice=14)
SECOND = promise(AI, notice=0)
THIRD = promise(AI, STREAM, notice=3)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def made(*steps: tuple[int, Promise]) -> tuple[Change, ...]:
    """Each announced on its day."""
    changes: tuple[Change, ...] = ()
    for number, one in steps:
        changes += (announced(changes, one, day(number)),)
    return changes


def test_the_first_promise_is_in_force_at_once() -> None:
    (change,) = made((0, FIRST))
    assert change == Change(day(0), day(0), FIRST)
    assert in_force([change], day(-1)).now is None
    assert in_force([change], day(0)).now == change


def test_a_change_waits_for_as_long_as_the_promise_in_force_says() -> None:
    changes = made((0, FIRST), (1, SECOND))
    assert changes[1].effective == day(15)
    before, after = in_force(changes, day(14)), in_force(changes, day(15))
    assert (before.now, before.coming) == changes
    assert (after.now, after.coming) == (changes[1], None)


def test_the_new_notice_counts_only_once_it_is_in_force() -> None:
    changes = made((0, FIRST), (1, SECOND), (2, THIRD))
    assert changes[2].effective == day(16)
    assert in_force(changes, day(15)).now == changes[0]
    assert in_force(changes, day(16)).now == changes[2]
    changes = made((0, FIRST), (1, SECOND), (20, THIRD))
    assert in_force(changes, day(20)).now == changes[2]


def test_what_was_announced_can_be_taken_back() -> None:
    changes = made((0, FIRST), (1, SECOND), (2, FIRST))
    found = in_force(changes, day(30))
    assert (found.now, found.coming) == (changes[0], None)


def test_what_takes_effect_between_two_announcements_did() -> None:
    changes = made((0, FIRST), (1, SECOND), (15, THIRD))
    assert in_force(changes, day(14)).now == changes[0]
    assert in_force(changes, day(15)).now == changes[2]
    late = (*changes[:2], Change(day(15), day(40), THIRD))
    assert in_force(late, day(15)).now == changes[1]


@pytest.mark.parametrize(
    ("steps", "now", "number", "wanted", "message"),
    [
        ([(0, FIRST)], FIRST, 1, None, "nothing changed"),
        ([(0, FIRST), (1, SECOND)], SECOND, 2, None, "was announced on 2026-11-29"),
        ([(0, FIRST)], SECOND, 1, 14, "is too early: .* announced 14 days before"),
        ([(0, FIRST), (1, SECOND)], SECOND, 2, 3, "too early"),
        ([(0, FIRST)], SECOND, -1, None, "has not come"),
        ([], FIRST, 0, -1, "too early"),
    ],
)
def test_what_may_not_be_announced(
    steps: list[tuple[int, Promise]],
    now: Promise,
    number: int,
    wanted: int | None,
    message: str,
) -> None:
    changes = made(*steps)
    with pytest.raises(UsageError, match=message):
        announced(changes, now, day(number), None if wanted is None else day(wanted))


def test_a_later_day_may_be_chosen_and_changed() -> None:
    changes = made((0, FIRST), (1, SECOND))
    assert announced(changes, SECOND, day(2), day(40)).effective == day(40)


def test_differences_by_sentence() -> None:
    looser = Sentence("log-days", fact="log-days", at_most=9)
    found = list(differences(FIRST, promise(looser, STREAM)))
    assert [(one.was, one.now) for one in found] == [(AI, None), (LOGS, looser), (None, STREAM)]
    assert list(differences(FIRST, promise(LOGS, AI))) == []
