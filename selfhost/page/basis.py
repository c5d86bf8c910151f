"""What the page rests on: the newest statement, its report, and a later audit that failed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from selfhost.attest import chain, source
from selfhost.attest.statement import Statement
from selfhost.errors import UsageError
from selfhost.history import store
from selfhost.page import facts
from selfhost.page.model import Page
from selfhost.policy import keep
from selfhost.policy.in_force import in_force
from selfhost.reports import read_back


@dataclass(frozen=True, slots=True)
class Basis:
    """The page, and the bytes of the chain that go with it."""

    page: Page
    chain: bytes


def find(
    inventory: Path, domain: str, key: Ed25519PublicKey, report: str | None, now: datetime
) -> Basis:
    """``report`` is the text of the one that was signed, where it may not be in the history.

    Raises UsageError where there is no statement, one is not genuine, or its report is gone."""
    path = inventory / source.NAME
    if not path.exists():
        raise UsageError(
            f"there is no statement in {inventory}", hint="selfhost audit, then selfhost attest"
        )
    chained = source.content(path)
    checked = chain.check(source.envelopes(chained, path.name), key, now, host=domain)
    newest = checked.newest
    if newest is None or not checked.genuine:
        raise UsageError(
            f"the statements in {path} are not good: {checked.problems[0]}",
            hint="participants would be told the same; selfhost verify shows all of it",
        )
    text, expires = _later_failure(inventory, newest), None
    if text is None:
        text, expires = _report(inventory, newest, report), newest.expires
    read = read_back.report(text, "the report")
    promised = in_force(keep.changes(inventory), now.date())
    page = facts.page(read, domain, promised, now, expires)
    return Basis(page, chained)


def _later_failure(inventory: Path, newest: Statement) -> str | None:
    """The report of the last audit, if it came after the statement's and failed. Their order is
    the history's: a clock may have been set back."""
    entries = store.entries(inventory)
    if not entries or entries[-1].policy == "pass":
        return None
    last = entries[-1]
    signed = next((one.id for one in entries if one.digest == newest.report), None)
    by_time = datetime.fromisoformat(last.at) > newest.audited
    later = by_time if signed is None else last.id > signed
    return store.report(inventory, last) if later else None


def _report(inventory: Path, newest: Statement, report: str | None) -> str:
    for text in _candidates(inventory, newest, report):
        if hashlib.sha256(text.encode()).hexdigest() == newest.report:
            return text
    raise UsageError(
        f"the report that statement {newest.sequence} is about is not there",
        hint="name it with --report FILE.json, or audit and attest again",
    )


def _candidates(inventory: Path, newest: Statement, report: str | None) -> Iterator[str]:
    if report is not None:
        yield report
    for entry in reversed(store.entries(inventory)):
        if entry.digest == newest.report:
            yield store.report(inventory, entry)
