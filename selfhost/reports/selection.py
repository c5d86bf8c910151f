"""Results in the order in which people read them."""

from collections.abc import Sequence

from selfhost.audit.model import Outcome, Result


def ordered(results: Sequence[Result], *outcomes: Outcome) -> list[Result]:
    """Those with one of these outcomes, the most severe first."""
    chosen = [result for result in results if result.outcome in outcomes]
    return sorted(chosen, key=lambda result: (-result.severity.rank, result.control))


def grouped(results: Sequence[Result]) -> list[list[Result]]:
    """Results that rest on the same obstacle, the first of each group where it stood."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        place = result.evidence[0].path if result.evidence else ""
        groups.setdefault((result.message, place), []).append(result)
    return list(groups.values())
