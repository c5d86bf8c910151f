"""A JSON report of an earlier audit, read back as far as it is compared. Pure.

It may come from anywhere, so each field is checked; keys that are not known are left alone.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from selfhost.audit.facts import Facts, files, settings
from selfhost.audit.model import Outcome, Report, Result
from selfhost.controls.model import Severity, Status
from selfhost.errors import UsageError

SCHEMA = "selfhost.audit/1"


@dataclass(frozen=True, slots=True)
class Past:
    """One result of an audit. ``places`` are ``path#key`` of what it rests on."""

    control: str
    title: str
    severity: Severity
    target: str
    status: Status
    outcome: Outcome
    message: str
    fingerprint: str
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class Saved:
    """An audit to compare with. ``name`` is the file's, as the user gave it; ``catalogue`` the
    digest of its controls, of which ``asked`` are those that it names."""

    name: str
    collected_at: str
    results: tuple[Past, ...]
    catalogue: str = ""
    asked: frozenset[str] = frozenset()
    facts: Facts = field(default_factory=Facts)


def of(report: Report, name: str = "") -> Saved:
    """What a report would be when read back."""
    times = [target.collected_at for target in report.targets if target.collected_at]
    results = report.results
    facts = Facts(
        reached=frozenset(target.target for target in report.targets if not target.unreachable),
        targets=frozenset(target.target for target in report.targets),
        files=files(
            (target.target, seen.path, seen.state, seen.sha256)
            for target in report.targets
            for seen in target.documents
        ),
        settings=settings(
            (result.target, cited.path, cited.key, cited.excerpt)
            for result in results
            for cited in result.evidence
        ),
        versions={
            (target.target, package): version
            for target in report.targets
            for package, version in target.versions
        },
    )
    asked = {result.control for result in results}.union(
        *(target.out_of_scope for target in report.targets)
    )
    return Saved(
        name=name,
        collected_at=min(times, default=""),
        results=tuple(map(_past, results)),
        catalogue=report.controls_digest,
        asked=frozenset(asked),
        facts=facts,
    )


def _past(result: Result) -> Past:
    return Past(
        control=result.control,
        title=result.title,
        severity=result.severity,
        target=result.target,
        status=result.status,
        outcome=result.outcome,
        message=result.message,
        fingerprint=result.fingerprint,
        places=frozenset(f"{citation.path}#{citation.key}" for citation in result.evidence),
    )


def read(text: str, name: str) -> Saved:
    """The report in ``text``. Raises UsageError when it is not one."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise not_a_report(name, "it is not JSON") from None
    return parsed(document, name)


def parsed(document: Any, name: str) -> Saved:
    """The report whose JSON was read. Raises UsageError when it is not one."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise not_a_report(name, f"it does not name the schema {SCHEMA}")
    results, targets = document.get("results"), document.get("targets")
    if not isinstance(results, list) or not isinstance(targets, list):
        raise not_a_report(name, "results or targets are missing")
    times = [t["collected_at"] for t in targets if isinstance(t, dict) and t.get("collected_at")]
    if not all(isinstance(time, str) for time in times):
        raise not_a_report(name, "a time of collection is no text")
    past = tuple(_read(entry, name) for entry in results)
    try:
        asked = {one.control for one in past}.union(*(t["out_of_scope"] for t in targets))
        if not all(isinstance(control, str) for control in asked):
            raise TypeError
        return Saved(
            name=name,
            collected_at=min(times, default=""),
            results=past,
            catalogue=str(document["controls"]["digest"]),
            asked=frozenset(asked),
            facts=_facts(targets, results),
        )
    except (KeyError, TypeError, AttributeError):
        raise not_a_report(name, "a target in it is not whole") from None


def _facts(targets: list[Any], results: list[Any]) -> Facts:
    """Raises KeyError, TypeError or AttributeError for what is not whole."""
    return Facts(
        reached=frozenset(str(t["target"]) for t in targets if not t["unreachable"]),
        targets=frozenset(str(t["target"]) for t in targets),
        files=files(_documents(targets)),
        settings=settings(
            (str(entry["target"]), str(cited["path"]), str(cited["key"]), str(cited["excerpt"]))
            for entry in results
            for cited in entry["evidence"]
        ),
        versions={
            (str(t["target"]), str(package)): str(version)
            for t in targets
            for package, version in t.get("versions", {}).items()
        },
    )


def _documents(targets: list[Any]) -> Iterator[tuple[str, str, str, str]]:
    for target in targets:
        for document in target["documents"]:
            path, state, sha256 = (str(document[key]) for key in ("path", "state", "sha256"))
            yield str(target["target"]), path, state, sha256


def _read(entry: Any, name: str) -> Past:
    try:
        texts = {
            key: entry[key] for key in ("control", "title", "target", "message", "fingerprint")
        }
        if not all(isinstance(value, str) for value in texts.values()):
            raise TypeError
        status = Status(entry["status"])
        return Past(
            **texts,
            severity=Severity(entry["severity"]),
            status=status,
            outcome=Outcome(entry.get("outcome", str(status))),
            places=frozenset(f"{place['path']}#{place['key']}" for place in entry["evidence"]),
        )
    except (KeyError, TypeError, ValueError):
        raise not_a_report(name, "a result in it is not whole") from None


def not_a_report(name: str, why: str) -> UsageError:
    """What is told of a file that is no JSON report of ours."""
    return UsageError(
        f"{name} is not a report of selfhost audit: {why}",
        hint="write one with selfhost audit -o json=FILE",
    )
