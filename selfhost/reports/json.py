"""The audit as JSON, schema ``selfhost.audit/1`` (``schema/audit-1.json``).

Keys are only ever added within ``/1``. The same report gives the same bytes.
"""

import json
from dataclasses import asdict

from selfhost.audit.model import Outcome, Report, Result, TargetReport
from selfhost.audit.saved import SCHEMA
from selfhost.reports import words


def render(report: Report) -> str:
    """The report as indented JSON, keys sorted, ASCII only, with a final newline."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "selfhost", "version": report.version},
        "controls": {"count": report.controls, "digest": report.controls_digest},
        "fail_on": str(report.fail_on) if report.fail_on else "never",
        "profile": report.profile,
        "verdict": {"policy": str(report.policy), "evidence": str(report.completeness)},
        "headline": words.policy(report).text,
        "exit_code": int(report.exit_code),
        "counts": {str(outcome): report.count(outcome) for outcome in Outcome},
        "targets": [_target(target) for target in report.targets],
        "results": [_result(result) for result in report.results],
        "waivers": [asdict(waiver) for waiver in report.waivers],
        "baseline": asdict(report.baseline) if report.baseline else None,
        "fails_on": "worse" if report.new_only else "any",
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _target(target: TargetReport) -> dict[str, object]:
    return {
        "target": target.target,
        "collected_at": target.collected_at,
        "unreachable": target.unreachable or None,
        "out_of_scope": list(target.out_of_scope),
        "documents": [asdict(document) for document in target.documents],
    }


def _result(result: Result) -> dict[str, object]:
    return {
        "control": result.control,
        "title": result.title,
        "category": str(result.category),
        "severity": str(result.severity),
        "confidence": str(result.confidence),
        "status": str(result.status),
        "target": result.target,
        "message": result.message,
        "evidence": [asdict(citation) for citation in result.evidence],
        "risk": result.risk,
        "fix": {
            "variable": result.fix.variable or None,
            "value": result.fix.value or None,
            "role": result.fix.role or None,
            "by_hand": result.fix.by_hand,
        },
        "fingerprint": result.fingerprint,
        "settable_by_link": list(result.settable_by_link),
        "outcome": str(result.outcome),
        "accepted": asdict(result.accepted) if result.accepted else None,
        "change": str(result.change) if result.change else None,
    }
