"""What ``selfhost verify`` found, as text and JSON."""

import json

from selfhost.attest import promise
from selfhost.attest.chain import Checked
from selfhost.attest.statement import Statement
from selfhost.reports.escape import printable

SCHEMA = "selfhost.verify/1"
_TIME = "%Y-%m-%d %H:%M UTC"


def render(checked: Checked) -> str:
    """Problems first; what a genuine statement says; GOOD when nothing is wrong."""
    lines = [f"✗ {printable(str(problem))}" for problem in checked.problems]
    newest = checked.newest
    if newest is not None and checked.genuine:
        lines += _said(newest, len(checked.statements))
        lines += _changed(checked)
    if not checked.problems:
        lines.append("✓ GOOD")
    return "\n".join(lines) + "\n"


def _said(newest: Statement, number: int) -> list[str]:
    linked = (
        f"statements 1 to {newest.sequence}, linked"
        if number == newest.sequence
        else (f"statement {newest.sequence} alone; what came before it was not given")
    )
    lines = [
        f"{newest.host}: {linked}",
        f"audited {newest.audited:{_TIME}}: policy {newest.policy}, evidence {newest.evidence}, "
        f"profile {newest.profile}; {newest.reached} of {newest.servers} servers",
        f"signed {newest.issued:{_TIME}}, good until {newest.expires:{_TIME}}",
    ]
    for category, counts in sorted(newest.counts.items()):
        passed = counts.get("pass", 0) + counts.get("not-applicable", 0)
        lines.append(f"  {category}: {passed} of {sum(counts.values())} hold")
    shown = [one for one in ("fail", "unknown", "waived", "allowed") if newest.listed.get(one)]
    return lines + [f"  {outcome}: {', '.join(newest.listed[outcome])}" for outcome in shown]


def _changed(checked: Checked) -> list[str]:
    """What the statements say of the promise, and how it changed from one to another."""
    lines = []
    found = checked.newest.promise if checked.newest else None
    if found is not None:
        lines.append(
            f"promise {found.sha256[:12]}, in force since {found.effective}: {found.holds} "
            f"sentences hold, {found.broken} broken, {found.unknown} unknown"
        )
    if found is not None and found.coming is not None:
        coming = found.coming
        lines.append(
            f"  another was announced on {coming.announced}: {coming.sha256[:12]}, in force from "
            f"{coming.effective}"
        )
    return lines + [
        f"  it changed with statement {one.sequence}: {one.was[:12]} until then, {one.now[:12]} in "
        f"force since {one.effective}"
        for one in promise.changes(checked.statements)
    ]


def as_json(checked: Checked, key_id: str) -> str:
    """For programs; ``newest`` is null where it may not be genuine."""
    newest = checked.newest if checked.genuine else None
    document = {
        "schema": SCHEMA,
        "good": not checked.problems,
        "genuine": checked.genuine,
        "key": key_id,
        "problems": [
            {
                "code": str(problem.code),
                "where": problem.where,
                "sentence": problem.code.sentence,
                "detail": problem.detail,
            }
            for problem in checked.problems
        ],
        "statements": len(checked.statements),
        "promise_changes": [
            {
                "sequence": one.sequence,
                "effective": one.effective.isoformat(),
                "was": one.was,
                "now": one.now,
            }
            for one in promise.changes(checked.statements)
        ],
        "newest": None
        if newest is None
        else {
            "host": newest.host,
            "sequence": newest.sequence,
            "sha256": newest.digest,
            "collected": newest.audited.isoformat(),
            "issued": newest.issued.isoformat(),
            "expires": newest.expires.isoformat(),
            "policy": newest.policy,
            "evidence": newest.evidence,
            "report": newest.report,
            "failed": list(newest.listed.get("fail", ())),
            "unknown": list(newest.listed.get("unknown", ())),
            "promise": newest.promise.section() if newest.promise else None,
        },
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"
