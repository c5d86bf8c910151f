"""Facts of two audits, compared."""

from selfhost.audit import facts
from selfhost.audit.facts import Facts, differences

HOST = "meet.example.org"
TURN = "/etc/turnserver.conf"


def seen(line: str) -> Facts:
    reached = frozenset({HOST})
    settings = facts.settings([(HOST, TURN, "static-auth-secret", line)])
    return Facts(reached, reached, settings=settings)


def test_a_mark_that_each_look_keys_anew_is_no_change() -> None:
    first = seen("static-auth-secret=REDACTED_c8b4d439")
    assert differences(first, seen("static-auth-secret=REDACTED_c25ad565")) == ()
    (change,) = differences(first, seen("#static-auth-secret=REDACTED_c25ad565"))
    assert change.name == f"{TURN}#static-auth-secret"
    assert change.now == "#static-auth-secret=REDACTED"
