"""Until when a page is served, as the web server can tell it without a program: in steps.

nginx cannot compare times, but it can look one up. The seconds since 1970 without their last four
digits are the same in every time zone; each such step (2 h 47 min) in which the page holds from
its begin to its end is listed, and in any other moment the other page is served.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

SECONDS = 10_000


def steps(now: datetime, until: datetime) -> range:
    """From the step of this moment to the last one that ends before or at ``until``."""
    return range(_step(now), _step(until))


def rounded(until: datetime) -> datetime:
    """The end of the last step."""
    return datetime.fromtimestamp(_step(until) * SECONDS, UTC)


def listed(steps: Iterable[int], value: str) -> str:
    """Lines of an nginx map."""
    return "".join(f"{step} {value};\n" for step in steps)


def _step(moment: datetime) -> int:
    return int(moment.timestamp()) // SECONDS
