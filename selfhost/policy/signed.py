"""What a signed statement says of the promise. Pure."""

from collections import Counter
from datetime import date

from selfhost.attest.promise import Coming, Promised
from selfhost.audit.model import Report
from selfhost.policy.in_force import InForce
from selfhost.policy.judge import judge
from selfhost.policy.model import State


def promised(found: InForce, report: Report, today: date) -> Promised | None:
    """``None`` where no promise is in force."""
    now, coming = found.now, found.coming
    if now is None:
        return None
    states = Counter(one.state for one in judge(now.promise, report, today))
    return Promised(
        sha256=now.promise.digest,
        effective=now.effective,
        notice_days=now.promise.notice_days,
        holds=states[State.HOLDS],
        broken=states[State.BROKEN],
        unknown=states[State.UNKNOWN],
        coming=Coming(coming.promise.digest, coming.announced, coming.effective)
        if coming
        else None,
    )
