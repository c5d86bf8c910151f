"""The statement: in-toto Statement v1 with a predicate of ours. Pure.

It is made of names and numbers that we know, and of nothing that a server said: controls by their
ids, outcomes, digests, times, the site's domain. So it can hold no secret, no address or name of a
person, no room. Its schema is ``selfhost/reports/schema/statement-1.json``.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from selfhost.attest import promise as promises
from selfhost.attest import strict_json
from selfhost.attest.problems import Code, ProblemError

TYPE = "https://in-toto.io/Statement/v1"
_PREDICATE = "urn:selfhost:statement:"
PREDICATE_TYPE = f"{_PREDICATE}1"
SUBJECT = "audit.json"
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"\d+\.\d+\.\d+[a-z0-9.+]{0,30}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_FAIL_ON = ("critical", "high", "medium", "low")
_OUTCOMES = ("fail", "waived", "allowed", "unknown", "pass", "not-applicable")
#: Of the servers of a site, the worst counts.
_WORST = {outcome: rank for rank, outcome in enumerate(_OUTCOMES)}
_MAX_CONTROLS = 5000


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement says. ``digest`` names it (SHA-256 of its bytes); ``previous`` that of the
    one before, or empty; ``listed`` are controls that did not pass, by outcome; ``counts`` are
    controls by category and outcome; ``promise`` is missing where the site makes none."""

    digest: str
    host: str
    sequence: int
    previous: str
    issued: datetime
    expires: datetime
    audited: datetime
    policy: str
    evidence: str
    profile: str
    fail_on: str
    version: str
    catalogue: str
    report: str
    servers: int
    reached: int
    listed: Mapping[str, tuple[str, ...]]
    counts: Mapping[str, Mapping[str, int]]
    promise: promises.Promised | None = None


class _RefusedError(ValueError):
    """A sentence: why nobody can vouch for the report."""


def payload(
    report: str,
    *,
    host: str,
    sequence: int,
    previous: str,
    issued: datetime,
    days: int,
    known: Callable[[str], str | None],
    profiles: Container[str],
    promised: promises.Promised | None = None,
) -> bytes:
    """The bytes to sign, from the text of a JSON report.

    ``known`` gives a control's category, or None; ``profiles`` are all that there are.
    ``expires`` counts from when the evidence was collected: signing an old audit again does not
    make it younger. Raises ValueError with a sentence when the report is none to vouch for.
    """
    try:
        document = strict_json.read(report)
        audited = _audited(document, issued, days, profiles)
        predicate = {
            "host": host,
            "sequence": sequence,
            "previous": {"sha256": previous} if previous else None,
            "issued": issued.strftime(_FORMAT),
            "expires": (audited + timedelta(days=days)).strftime(_FORMAT),
            "audit": _audit(document, audited, known),
        }
        if promised is not None:
            predicate["policy"] = promised.section()
        digest = hashlib.sha256(report.encode()).hexdigest()
        made = strict_json.canonical(
            {
                "_type": TYPE,
                "subject": [{"name": SUBJECT, "digest": {"sha256": digest}}],
                "predicateType": PREDICATE_TYPE,
                "predicate": predicate,
            }
        )
        read(made)  # what we would not take, we do not sign
    except _RefusedError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, ProblemError):
        raise ValueError("the report is not whole") from None
    return made


def _audited(
    document: Mapping[str, Any], issued: datetime, days: int, profiles: Container[str]
) -> datetime:
    """When the oldest evidence was collected, of an audit that counts."""
    times = [one["collected_at"] for one in document["targets"] if one["collected_at"]]
    if not times:
        raise _RefusedError("the audit reached no server, so there is nothing to state")
    if document["fail_on"] not in _FAIL_ON or document["fails_on"] != "any":
        raise _RefusedError(
            "the audit was told not to fail on findings, so its verdict means nothing"
        )
    if document["profile"] not in profiles:
        raise _RefusedError("the report names a profile that this version does not know")
    audited = min(_time(time) for time in times)
    if audited + timedelta(days=days) <= issued:
        raise _RefusedError(f"the audit is older than {days} days: audit again")
    if audited > issued:
        raise _RefusedError(
            "the audit is of the future: this machine's clock or the server's is wrong"
        )
    return audited


def _audit(
    document: Mapping[str, Any], audited: datetime, known: Callable[[str], str | None]
) -> dict[str, Any]:
    targets = document["targets"]
    worst: dict[str, str] = {}
    for result in document["results"]:
        control, outcome = result["control"], result["outcome"]
        if known(control) is None:
            raise _RefusedError("the report names a control that this version does not know")
        if _WORST[outcome] < _WORST.get(worst.get(control, ""), len(_WORST)):
            worst[control] = outcome
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for control, outcome in worst.items():
        counts[str(known(control))][outcome] += 1
    return {
        "collected": audited.strftime(_FORMAT),
        "verdict": {key: document["verdict"][key] for key in ("policy", "evidence")},
        "profile": document["profile"],
        "failOn": document["fail_on"],
        "tool": {"name": "selfhost", "version": document["tool"]["version"]},
        "controls": {"sha256": document["controls"]["digest"]},
        "servers": {
            "audited": len(targets),
            "reached": sum(not one["unreachable"] for one in targets),
        },
        "counts": {name: dict(found) for name, found in counts.items()},
        "controlsByOutcome": {
            outcome: sorted(control for control, was in worst.items() if was == outcome)
            for outcome in ("fail", "waived", "allowed", "unknown")
        },
    }


def read(signed: bytes) -> Statement:
    """What the signed bytes say. Raises ProblemError."""
    try:
        whole = strict_json.read(signed.decode("utf-8"))
    except UnicodeDecodeError:
        raise ProblemError(Code.NOT_JSON) from None
    if not isinstance(whole, dict):
        raise ProblemError(Code.MALFORMED)
    if whole.get("_type") != TYPE:
        raise ProblemError(Code.UNKNOWN_VERSION, "of in-toto statements")
    kind = whole.get("predicateType")
    if kind != PREDICATE_TYPE:
        ours = isinstance(kind, str) and kind.startswith(_PREDICATE)
        raise ProblemError(Code.UNKNOWN_VERSION if ours else Code.WRONG_PREDICATE)
    try:
        return _statement(whole, hashlib.sha256(signed).hexdigest())
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        name = error.args[0] if isinstance(error, KeyError) else ""
        detail = str(name) if _ID.fullmatch(str(name).lower()) else ""
        raise ProblemError(Code.MALFORMED, detail) from None


def _statement(whole: Mapping[str, Any], digest: str) -> Statement:
    predicate = whole["predicate"]
    audit = predicate["audit"]
    before = predicate["previous"]
    subjects = [one["digest"]["sha256"] for one in whole["subject"] if one["name"] == SUBJECT]
    issued = _time(predicate["issued"])
    found = Statement(
        digest=digest,
        host=_match(_HOST, predicate["host"]),
        sequence=_number(predicate["sequence"], at_least=1),
        previous="" if before is None else _match(_SHA256, before["sha256"]),
        issued=issued,
        expires=_time(predicate["expires"]),
        audited=_time(audit["collected"]),
        policy=_one_of(("pass", "fail"), audit["verdict"]["policy"]),
        evidence=_one_of(("complete", "partial"), audit["verdict"]["evidence"]),
        profile=_match(_ID, audit["profile"]),
        fail_on=_one_of(_FAIL_ON, audit["failOn"]),
        version=_match(_VERSION, audit["tool"]["version"]),
        catalogue=_match(_SHA256, audit["controls"]["sha256"]),
        report=_match(_SHA256, subjects[0]),
        servers=_number(audit["servers"]["audited"], at_least=1),
        reached=_number(audit["servers"]["reached"], at_least=1),
        listed={
            _one_of(_OUTCOMES, outcome): tuple(_match(_ID, one) for one in some[:_MAX_CONTROLS])
            for outcome, some in audit["controlsByOutcome"].items()
        },
        counts={
            _match(_ID, category): {
                _one_of(_OUTCOMES, outcome): _number(number) for outcome, number in some.items()
            }
            for category, some in audit["counts"].items()
        },
        promise=promises.read(predicate["policy"], issued) if "policy" in predicate else None,
    )
    if not found.audited <= found.issued < found.expires or found.reached > found.servers:
        raise ValueError
    return found


def _match(pattern: re.Pattern[str], text: Any) -> str:
    if not isinstance(text, str) or len(text) > 253 or not pattern.fullmatch(text):
        raise ValueError
    return text


def _one_of(words: tuple[str, ...], text: Any) -> str:
    if text not in words:
        raise ValueError
    return str(text)


def _number(value: Any, at_least: int = 0) -> int:
    if type(value) is not int or not at_least <= value < 2**53:
        raise ValueError
    return value


def _time(text: Any) -> datetime:
    return datetime.strptime(_match(_TIME, text), "%Y-%m-%dT%H:%M:%S%z")
