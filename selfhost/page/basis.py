"""What the page rests on: the newest statement, its report, and a later audit that failed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from selfhost.attest import chain, source
from selfhost.attest.statement import Statement
from selfhost.errors import UsageError
from selfhost.history import store
from selfhost.history.model import Entry
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
    audits = store.entries(inventory)
    failed, expires = _later_failure(audits, newest), None
    if failed is not None:
        text = store.report(inventory, failed)
    else:
        text, expires = _signed(inventory, audits, newest, report), newest.expires
    read = read_back.report(text, "the report")
    promised = in_force(keep.changes(inventory), now.date())
    page = facts.page(read, domain, promised, now, expires)
    return Basis(page, chained)


def _later_failure(audits: Sequence[Entry], newest: Statement) -> Entry | None:
    """The last audit, if it came after the statement's and failed. Their order is the history's: a
    clock may have been set back."""
    if not audits or audits[-1].policy == "pass":
        return None
    last = audits[-1]
    signed = next((one.id for one in audits if one.digest == newest.report), None)
    by_time = datetime.fromisoformat(last.at) > newest.audited
    later = by_time if signed is None else last.id > signed
    return last if later else None


def _signed(inventory: Path, audits: Sequence[Entry], newest: Statement, report: str | None) -> str:
    """The report that the statement is about: the one that was given, or of the history."""
    if report is not None and hashlib.sha256(report.encode()).hexdigest() == newest.report:
        return report
    for entry in reversed(audits):
        if entry.digest == newest.report:
            return store.report(inventory, entry)
    raise UsageError(
        f"the report that statement {newest.sequence} is about is not there",
        hint="name it with --report FILE.json, or audit and attest again",
    )
