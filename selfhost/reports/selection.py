"""Results in the order in which people read them."""

from collections.abc import Sequence

from selfhost.audit.model import Outcome, Result


def ordered(results: Sequence[Result], *outcomes: Outcome) -> list[Result]:
    """Those with one of these outcomes, the most severe first."""
    chosen = [result for result in results if result.outcome in outcomes]
    return sorted(chosen, key=lambda result: (-result.severity.rank, result.control))


def grouped(results: Sequence[Result]) -> list[list[Result]]:
    """Results that rest on the same obstacle, the first of each group where it stood."""
    groups: dict[tuple[str, str, int], list[Result]] = {}
    for result in results:
        first = result.evidence[0] if result.evidence else None
        place = (first.path, first.line) if first is not None else ("", 0)
        groups.setdefault((_reason(result), *place), []).append(result)
    return list(groups.values())


def obstacle(together: Sequence[Result]) -> str:
    """What a group could not get past: the message, or what its messages have in common."""
    messages = {result.message for result in together}
    return together[0].message if len(messages) == 1 else _reason(together[0])


def _reason(result: Result) -> str:
    """The end of ``key cannot be told: reason``."""
    return result.message.rpartition(": ")[2]
