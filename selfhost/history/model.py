"""What the history tells of an audit without reading its report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from selfhost.errors import UsageError


@dataclass(frozen=True, slots=True)
class HostEntry:
    """One host in one audit. ``counts`` by outcome; ``reached``: whether it gave evidence."""

    target: str
    reached: bool
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KeptChange:
    """A result that differs from the audit before. ``change``, ``was`` and ``now`` as in
    ``selfhost.audit.model.Changed``."""

    change: str
    control: str
    severity: str
    target: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An audit. ``at``: when its evidence was collected (ISO, UTC); ``digest`` is the SHA-256 of
    its JSON report, ``facts`` the number of facts that differ from the audit before."""

    id: int
    at: str
    version: str
    catalogue: str
    profile: str
    policy: str
    evidence: str
    exit_code: int
    digest: str
    facts: int
    hosts: tuple[HostEntry, ...]
    changes: tuple[KeptChange, ...]

    def count(self, outcome: str) -> int:
        """Results with this outcome, of all hosts."""
        return sum(host.counts.get(outcome, 0) for host in self.hosts)


def choose(text: str, entries: Sequence[Entry]) -> Entry:
    """The audit that ``text`` means: ``latest``, ``previous``, a number, or a day (the last
    audit up to its end, UTC).

    Raises UsageError.
    """
    if not entries:
        raise UsageError(
            "the history has no audit yet", hint="selfhost audit -i INVENTORY adds each of its runs"
        )
    if text in ("latest", "previous"):
        back = 1 if text == "latest" else 2
        if len(entries) < back:
            raise UsageError("the history has one audit only, and none before it")
        return entries[-back]
    if text.isascii() and text.isdigit():
        for entry in entries:
            if entry.id == int(text):
                return entry
        raise UsageError(
            f"the history has no audit {text}",
            hint=f"it has {entries[0].id} to {entries[-1].id}; selfhost history --all lists them",
        )
    if len(text) == len("2026-01-01"):
        upto = [entry for entry in entries if entry.at[: len(text)] <= text]
        if upto:
            return upto[-1]
        raise UsageError(f"the history has no audit up to {text}", hint=f"first: {entries[0].at}")
    raise UsageError(
        f"{text!r} is no audit of the history, and no file",
        hint="latest, previous, a number of selfhost history, a day such as 2026-11-28, or a "
        "JSON report",
    )
