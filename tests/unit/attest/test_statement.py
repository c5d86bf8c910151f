"""What a statement holds, and what it never can."""

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from selfhost.attest import statement
from selfhost.controls import registry

ISSUED = datetime(2026, 11, 1, 1, tzinfo=UTC)
CATEGORIES = {control.id: str(control.category) for control in registry.controls()}
SECRETS = ("hunter2", "anna@example.org", "198.51.100.7", "PlanningRoom", "Anna Muster")


def report(**changed: Any) -> dict[str, Any]:
    """A report with a secret, a person and a room in every text that a server or a person fills."""
    planted = " ".join(SECRETS)
    result = {
        "control": "web-stun",
        "title": planted,
        "message": planted,
        "target": planted,
        "status": "fail",
        "outcome": "waived",
        "evidence": [{"path": planted, "key": planted, "excerpt": planted, "overrides": [planted]}],
        "accepted": {"reason": planted, "owner": planted, "name": planted},
        "fingerprint": planted,
    }
    document: dict[str, Any] = {
        "schema": "selfhost.audit/1",
        "tool": {"name": planted, "version": "1.2.3"},
        "controls": {"count": 2, "digest": "c" * 64},
        "fail_on": "low",
        "fails_on": "any",
        "profile": "private",
        "headline": planted,
        "verdict": {"policy": "pass", "evidence": "complete"},
        "targets": [
            {
                "target": planted,
                "collected_at": "2026-11-01T00:00:00Z",
                "unreachable": None,
                "documents": [{"path": planted, "reason": planted}],
                "versions": {planted: planted},
            },
            {"target": "b", "collected_at": "", "unreachable": planted},
        ],
        "results": [
            result,
            {**result, "target": "b", "outcome": "pass"},
            {**result, "control": "web-gravatar", "outcome": "pass"},
        ],
        "waivers": [{"reason": planted, "owner": planted}],
        "baseline": {"name": planted},
    }
    document.update(changed)
    return document


def made(days: int = 8, **changed: Any) -> bytes:
    return statement.payload(
        json.dumps(report(**changed)),
        host="meet.example.org",
        sequence=1,
        previous="",
        issued=ISSUED,
        days=days,
        known=CATEGORIES.get,
        profiles={"private"},
    )


def test_it_follows_its_schema_and_holds_no_secret() -> None:
    schema = json.loads(files("selfhost.reports").joinpath("schema/statement-1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(json.loads(made()))
    text = made().decode()
    assert not [secret for secret in SECRETS if secret.lower() in text.lower()]


def test_of_several_servers_the_worst_counts() -> None:
    found = statement.read(made())
    assert found.listed["waived"] == ("web-stun",)
    assert found.counts == {"third-party": {"waived": 1, "pass": 1}}
    assert (found.servers, found.reached) == (2, 1)


def test_it_expires_by_the_audit_and_not_by_the_signature() -> None:
    found = statement.read(made(days=2))
    assert found.expires == datetime(2026, 11, 3, tzinfo=UTC)
    late = ISSUED + timedelta(days=2)
    with pytest.raises(ValueError, match="older than 2 days"):
        statement.payload(
            json.dumps(report()),
            host="meet.example.org",
            sequence=1,
            previous="",
            issued=late,
            days=2,
            known=CATEGORIES.get,
            profiles={"private"},
        )


NOT_REACHED = [{"target": "b", "collected_at": "", "unreachable": "gone"}]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"targets": NOT_REACHED}, "reached no server"),
        ({"fail_on": "never"}, "told not to fail"),
        ({"fails_on": "worse"}, "told not to fail"),
        ({"profile": "hunter2"}, "profile that this version does not know"),
        ({"results": [{"control": "hunter2", "outcome": "pass"}]}, "does not know"),
        ({"results": [{"control": "web-stun", "outcome": "hunter2"}]}, "not whole"),
        ({"verdict": {"policy": "hunter2", "evidence": "complete"}}, "not whole"),
        ({"tool": {"version": "hunter2"}}, "not whole"),
        ({"controls": {"digest": "hunter2"}}, "not whole"),
        ({"targets": [{"collected_at": "2026-11-02T00:00:00Z", "unreachable": None}]}, "future"),
        ({"targets": [{"collected_at": "hunter2", "unreachable": None}]}, "not whole"),
        ({"targets": [{"collected_at": "2026-13-45T00:00:00Z", "unreachable": None}]}, "not whole"),
        ({"targets": [{"collected_at": "9999-12-31T00:00:00Z", "unreachable": None}]}, "not whole"),
        ({"targets": "x"}, "not whole"),
        ({"results": None}, "not whole"),
    ],
)
def test_what_nobody_can_vouch_for_is_refused(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why) as told:
        made(**changed)
    assert "hunter2" not in str(told.value)
