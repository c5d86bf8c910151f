"""The audit as JSON, schema ``selfhost.audit/1`` (``schema/audit-1.json``).

Keys are only ever added within ``/1``. The same report gives the same bytes.
"""

import json
from dataclasses import asdict

from selfhost.audit.model import Report, Result, TargetReport
from selfhost.controls.model import Status

SCHEMA = "selfhost.audit/1"


def render(report: Report) -> str:
    """The report as indented JSON, keys sorted, ASCII only, with a final newline."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "selfhost", "version": report.version},
        "controls": {"count": report.controls, "digest": report.controls_digest},
        "fail_on": str(report.fail_on) if report.fail_on else "never",
        "verdict": {"policy": str(report.policy), "evidence": str(report.completeness)},
        "exit_code": int(report.exit_code),
        "counts": {str(status): report.count(status) for status in Status},
        "targets": [_target(target) for target in report.targets],
        "results": [_result(result) for result in report.results],
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
    }
