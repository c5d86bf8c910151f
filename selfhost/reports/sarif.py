"""The audit as SARIF 2.1.0, for code scanning and its viewers.

Failures are results of kind ``fail``, accepted ones carry a suppression; what is unknown is of
kind ``open`` and level ``none``. What passed is left out: many viewers show every result as an
alert. The exit code and both verdicts stand in the invocation and in the run's properties.
"""

import json
import re
from typing import Any
from urllib.parse import quote

from selfhost.audit.model import (
    Change,
    Citation,
    Completeness,
    Outcome,
    Report,
    Result,
    TargetReport,
)
from selfhost.controls.model import Confidence, Severity
from selfhost.reports import words
from selfhost.reports.escape import printable
from selfhost.reports.selection import ordered

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_SHOWN = (Outcome.FAIL, Outcome.WAIVED, Outcome.ALLOWED, Outcome.UNKNOWN)
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
#: In the range that code scanning shows as critical, high, medium, low.
_SECURITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
_PRECISION = {Confidence.CERTAIN: "very-high", Confidence.LIKELY: "medium"}
_STATES = {
    Change.NEW: "new",
    Change.FIRST: "new",
    Change.WORSE: "updated",
    Change.UNSEEN: "updated",
    Change.UNCHANGED: "unchanged",
}
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def render(report: Report) -> str:
    """Indented JSON, keys sorted, ASCII only."""
    shown = [r for target in report.targets for r in ordered(target.results, *_SHOWN)]
    names = sorted({result.control for result in shown})
    rules = {name: index for index, name in enumerate(names)}
    bases = {target.target: f"target-{number}" for number, target in enumerate(report.targets, 1)}
    run = {
        "tool": {
            "driver": {
                "name": "selfhost",
                "semanticVersion": report.version,
                "rules": [_rule(next(r for r in shown if r.control == name)) for name in names],
            }
        },
        "automationDetails": {"id": f"selfhost/audit/{report.profile}/"},
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {
            bases[target.target]: {"description": _message(target.target)}
            for target in report.targets
        },
        "results": [
            _result(result, rules[result.control], bases[result.target], report) for result in shown
        ],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "policy": str(report.policy),
            "evidence": str(report.completeness),
            "verdict": words.policy(report).text,
            "profile": report.profile,
            "controlsDigest": report.controls_digest,
        },
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _message(text: str) -> dict[str, str]:
    """Plain text: nothing in it is taken for a link or a placeholder."""
    plain = printable(text).replace("](", "] (")
    return {"text": _PLACEHOLDER.sub(r"{{\1}}", plain)}


def _rule(result: Result) -> dict[str, Any]:
    setting = words.setting(result.fix)
    fix = f"Set {setting}, or by hand: {result.fix.by_hand}" if setting else result.fix.by_hand
    return {
        "id": result.control,
        "shortDescription": _message(result.title),
        "fullDescription": _message(result.risk),
        "help": _message(f"{result.risk} Fix: {fix}"),
        "defaultConfiguration": {"level": _LEVELS[result.severity]},
        "properties": {
            "tags": ["privacy", str(result.category)],
            "precision": _PRECISION[result.confidence],
            "security-severity": _SECURITY[result.severity],
        },
    }


def _invocation(report: Report) -> dict[str, Any]:
    notes = [_unreached(target) for target in report.targets if target.unreachable]
    notes += [{"level": "note", "message": _message(text)} for text in words.remarks(report)]
    return {
        "executionSuccessful": report.completeness is Completeness.COMPLETE,
        "exitCode": int(report.exit_code),
        "exitCodeDescription": f"policy: {words.policy(report).text}; "
        f"evidence: {words.evidence(report).text}",
        "toolExecutionNotifications": notes,
    }


def _unreached(target: TargetReport) -> dict[str, Any]:
    return {"level": "error", "message": _message(f"{target.target}: {target.unreachable}")}


def _result(result: Result, index: int, base: str, report: Report) -> dict[str, Any]:
    unknown = result.outcome is Outcome.UNKNOWN
    found: dict[str, Any] = {
        "ruleId": result.control,
        "ruleIndex": index,
        "kind": "open" if unknown else "fail",
        "level": "none" if unknown else _LEVELS[result.severity],
        "message": _message(f"{result.target}: {result.message}"),
        "locations": [_location(c, result.target, base) for c in result.evidence[:10]],
        "partialFingerprints": {"selfhost/1": result.fingerprint},
        "properties": {"outcome": str(result.outcome), "severity": str(result.severity)},
    }
    if result.accepted is not None:
        found["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": printable(words.accepted(result)),
            }
        ]
    if report.baseline is not None:
        found["baselineState"] = _STATES.get(result.change or Change.UNCHANGED, "unchanged")
    return found


def _location(citation: Citation, target: str, base: str) -> dict[str, Any]:
    names = [{"kind": "resource", "fullyQualifiedName": printable(target)}]
    if citation.key:
        names.append({"kind": "member", "fullyQualifiedName": printable(citation.key)})
    if citation.path.startswith(("$ ", "probe:")):
        names.append({"kind": "function", "fullyQualifiedName": printable(citation.path)})
        return {"logicalLocations": names}
    place: dict[str, Any] = {
        "artifactLocation": {"uri": uri(citation.path), "uriBaseId": base},
    }
    if citation.line:
        place["region"] = {"startLine": citation.line}
        if citation.excerpt:
            place["region"]["snippet"] = {"text": printable(citation.excerpt)}
    return {"physicalLocation": place, "logicalLocations": names}


def uri(path: str) -> str:
    """A path as a relative reference: no scheme, no host, no step upwards."""
    parts = [quote(part, safe="", errors="replace") for part in path.split("/")]
    kept = [part for part in parts if part not in ("", ".", "..")]
    return "/".join(kept) or "unnamed"
