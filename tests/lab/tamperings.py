"""What somebody can do to a chain of statements who has the server, or stole the key."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from selfhost.attest import dsse, statement, strict_json

Lines = list[str]
Tampering = Callable[["Tamperer"], Lines]


@dataclass
class Tamperer:
    """The real chain in somebody's hands: the server's (``lines``), or who stole the key."""

    lines: Lines
    key: Ed25519PrivateKey

    def last(self, **changed: Any) -> Lines:
        """The last envelope with other values in it."""
        return [*self.lines[:-1], json.dumps({**json.loads(self.lines[-1]), **changed})]

    def payload(self, number: int = -1) -> bytes:
        return base64.b64decode(json.loads(self.lines[number])["payload"])

    def signed(self, change: Callable[[dict[str, Any]], object], number: int = -1) -> str:
        whole = json.loads(self.payload(number))
        change(whole)
        return dsse.seal(strict_json.canonical(whole), self.key)

    def resigned(self, **changed: Any) -> Lines:
        return [*self.lines[:-1], self.signed(lambda whole: whole["predicate"].update(changed))]


def earlier(text: str, days: int) -> str:
    return f"{statement._time(text) - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def backwards(at: Tamperer) -> Lines:
    def change(whole: dict[str, Any]) -> None:
        predicate = whole["predicate"]
        for part, key in ((predicate, "issued"), (predicate["audit"], "collected")):
            part[key] = earlier(part[key], 2)

    return [*at.lines[:-1], at.signed(change)]


def future(at: Tamperer) -> Lines:
    def change(whole: dict[str, Any]) -> None:
        for key in ("issued", "expires"):
            whole["predicate"][key] = earlier(whole["predicate"][key], -3)

    return [*at.lines[:-1], at.signed(change)]


def text_turned_round(at: Tamperer) -> Lines:
    text = at.payload(2).replace(b'"policy":"fail"', b'"policy":"pass"')
    assert text != at.payload(2)
    changed = {**json.loads(at.lines[2]), "payload": base64.b64encode(text).decode()}
    return [*at.lines[:2], json.dumps(changed), *at.lines[3:]]


def another_method(at: Tamperer) -> Lines:
    """The name of a key is not signed: with a signature that is good, it changes nothing."""
    return at.last(signatures=[{"keyid": "rsa:SHA256:x", "sig": "A" * 344}])


TAMPERINGS: dict[str, tuple[Tampering, str]] = {
    "a failed audit turned into one that passed": (text_turned_round, "altered"),
    "the failed audits taken out": (lambda at: [*at.lines[:2], at.lines[4]], "missing-link"),
    "the beginning taken away": (lambda at: at.lines[2:], "missing-link"),
    "the newest held back from who saw it": (lambda at: at.lines[:4], "replayed"),
    "an old one in the place of the newest": (
        lambda at: [*at.lines, at.lines[1]],
        "replayed",
    ),
    "one rewritten with the key": (
        lambda at: [
            *at.lines[:3],
            at.signed(lambda w: w["predicate"]["audit"].update(failOn="high"), 3),
            at.lines[4],
        ],
        "broken-chain",
    ),
    "two histories": (
        lambda at: [*at.lines, at.signed(lambda w: w["predicate"]["audit"].update(failOn="high"))],
        "forked",
    ),
    "signed with another key": (
        lambda at: [*at.lines[:-1], dsse.seal(at.payload(), Ed25519PrivateKey.generate())],
        "wrong-key",
    ),
    "signed by another method": (another_method, "unknown-algorithm"),
    "another server's": (lambda at: at.resigned(host="talk.example.test"), "wrong-host"),
    "dated back": (backwards, "backwards"),
    "dated ahead": (future, "not-yet-valid"),
    "cut off": (lambda at: [*at.lines[:-1], at.lines[-1][:-40]], "truncated"),
    "a page in its place": (lambda at: [*at.lines[:-1], "<html></html>"], "not-json"),
    "another document in its place": (lambda at: [*at.lines[:-1], "{}"], "not-an-envelope"),
    "said twice": (
        lambda at: [*at.lines[:-1], at.lines[-1].replace("{", '{"payload":"",', 1)],
        "duplicate-key",
    ),
    "another type": (lambda at: at.last(payloadType="text/plain"), "wrong-payload-type"),
    "a signed statement about something else": (
        lambda at: [
            *at.lines[:-1],
            at.signed(lambda w: w.update(predicateType="https://slsa.dev/provenance/v1")),
        ],
        "wrong-predicate",
    ),
    "of a version to come": (
        lambda at: [
            *at.lines[:-1],
            at.signed(lambda w: w.update(predicateType="urn:selfhost:statement:9")),
        ],
        "unknown-version",
    ),
    "without a verdict": (
        lambda at: [
            *at.lines[:-1],
            at.signed(lambda w: w["predicate"]["audit"].pop("verdict")),
        ],
        "malformed",
    ),
    "blown up": (lambda at: [*at.lines[:-1], "1" * (dsse.MAX_ENVELOPE + 1)], "too-large"),
}
