"""A table of tamperings: each is caught, with a code and a sentence of its own."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from selfhost.attest import chain, dsse, keys, statement, strict_json
from selfhost.attest.chain import Checked, Remembered, Sealed
from selfhost.attest.problems import Code
from selfhost.attest.statement import Statement
from tests.unit.attest.samples import report

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
HOST = "meet.example.org"
START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = START + timedelta(days=5, hours=1)


def payload(number: int, previous: str, day: int = 0, host: str = HOST, **changed: Any) -> bytes:
    day = day or number
    return statement.payload(
        report(START + timedelta(days=day - 1), **changed),
        host=host,
        sequence=number,
        previous=previous,
        issued=START + timedelta(days=day - 1, minutes=10),
        days=8,
        known={"web-stun": "third-party"}.get,
        profiles={"private"},
    )


def payloads(count: int = 5) -> list[bytes]:
    made: list[bytes] = []
    for number in range(1, count + 1):
        made.append(payload(number, statement.read(made[-1]).digest if made else ""))
    return made


PAYLOADS = payloads()
GOOD = [dsse.seal(one, KEY) for one in PAYLOADS]
Lines = list[str]


def check(lines: Lines, now: datetime = NOW, **options: Any) -> Checked:
    sealed = [Sealed(line, f"chain:{n}", "chain") for n, line in enumerate(lines, 1)]
    return chain.check(sealed, KEY.public_key(), now, **options)


def read(number: int) -> Statement:
    return statement.read(PAYLOADS[number - 1])


def with_envelope(line: str, **changed: Any) -> str:
    return json.dumps({**json.loads(line), **changed})


def signed(text: str | bytes) -> str:
    return dsse.seal(text.encode() if isinstance(text, str) else text, KEY)


def changed_payload(change: Callable[[dict[str, Any]], None], number: int = 5) -> bytes:
    whole = json.loads(PAYLOADS[number - 1])
    change(whole)
    return strict_json.canonical(whole)


def predicate(**changed: Any) -> Callable[[dict[str, Any]], None]:
    return lambda whole: whole["predicate"].update(changed)


def top(**changed: Any) -> Callable[[dict[str, Any]], None]:
    return lambda whole: whole.update(changed)


def altered_text(line: str) -> str:
    """The verdict turned round, under the old signature."""
    text = base64.b64decode(json.loads(line)["payload"]).replace(b'"pass"', b'"fail"', 1)
    return with_envelope(line, payload=base64.b64encode(text).decode())


def signature(keyid: str, sig: str = "") -> list[dict[str, str]]:
    return [{"keyid": keyid, "sig": sig or json.loads(GOOD[4])["signatures"][0]["sig"]}]


OWN = keys.key_id(KEY.public_key())
FORKED = payload(3, read(2).digest, host=HOST, verdict={"policy": "pass", "evidence": "partial"})
BACKWARDS = payload(6, read(5).digest, day=4)

TAMPERINGS: dict[str, tuple[Lines, Code]] = {
    "signed with another key": ([*GOOD[:4], dsse.seal(PAYLOADS[4], OTHER)], Code.WRONG_KEY),
    "another key under the name of yours": (
        [
            *GOOD[:4],
            with_envelope(
                GOOD[4],
                signatures=signature(
                    OWN, json.loads(dsse.seal(PAYLOADS[4], OTHER))["signatures"][0]["sig"]
                ),
            ),
        ],
        Code.ALTERED,
    ),
    "text altered": ([*GOOD[:4], altered_text(GOOD[4])], Code.ALTERED),
    "old text altered": ([GOOD[0], altered_text(GOOD[1]), *GOOD[2:]], Code.ALTERED),
    "signature cut": (
        [*GOOD[:4], with_envelope(GOOD[4], signatures=signature(OWN, "AAAA"))],
        Code.ALTERED,
    ),
    "signature taken away": (
        [*GOOD[:4], with_envelope(GOOD[4], signatures=[])],
        Code.NOT_AN_ENVELOPE,
    ),
    "another algorithm": (
        [*GOOD[:4], with_envelope(GOOD[4], signatures=signature("rsa:SHA256:x", "A" * 344))],
        Code.UNKNOWN_ALGORITHM,
    ),
    "another type of payload": (
        [*GOOD[:4], with_envelope(GOOD[4], payloadType="text/plain")],
        Code.WRONG_PAYLOAD_TYPE,
    ),
    "cut off": ([*GOOD[:4], GOOD[4][:700]], Code.TRUNCATED),
    "cut off within the envelope's keys": ([*GOOD[:4], GOOD[4][:-1]], Code.TRUNCATED),
    "not JSON": ([*GOOD[:4], "<html>"], Code.NOT_JSON),
    "other JSON": ([*GOOD[:4], "[]"], Code.NOT_AN_ENVELOPE),
    "nested without end": (["[" * 100_000], Code.NOT_JSON),
    "too large": (["1" * (dsse.MAX_ENVELOPE + 1)], Code.TOO_LARGE),
    "a key twice in the envelope": (
        [*GOOD[:4], GOOD[4].replace("{", '{"payload":"",', 1)],
        Code.DUPLICATE_KEY,
    ),
    "a key twice in the text": (
        [*GOOD[:4], signed(PAYLOADS[4].replace(b"{", b'{"_type":"x",', 1))],
        Code.DUPLICATE_KEY,
    ),
    "a newer predicate": (
        [*GOOD[:4], signed(changed_payload(top(predicateType="urn:selfhost:statement:2")))],
        Code.UNKNOWN_VERSION,
    ),
    "a newer in-toto": (
        [*GOOD[:4], signed(changed_payload(top(_type="https://in-toto.io/Statement/v2")))],
        Code.UNKNOWN_VERSION,
    ),
    "a signed statement about something else": (
        [*GOOD[:4], signed(changed_payload(top(predicateType="https://slsa.dev/provenance/v1")))],
        Code.WRONG_PREDICATE,
    ),
    "no number": ([*GOOD[:4], signed(changed_payload(predicate(sequence=None)))], Code.MALFORMED),
    "true for a number": (
        [*GOOD[:4], signed(changed_payload(predicate(sequence=True)))],
        Code.MALFORMED,
    ),
    "expires before it begins": (
        [*GOOD[:4], signed(changed_payload(predicate(expires="2026-01-01T00:00:00Z")))],
        Code.MALFORMED,
    ),
    "of another server": (
        [signed(changed_payload(predicate(host="meet.example.net"), 1))],
        Code.WRONG_HOST,
    ),
    "one rewritten and signed": (
        [*GOOD[:2], dsse.seal(FORKED, KEY), *GOOD[3:]],
        Code.BROKEN_CHAIN,
    ),
    "one removed": ([*GOOD[:2], *GOOD[3:]], Code.MISSING_LINK),
    "the first ones removed": (GOOD[2:], Code.MISSING_LINK),
    "two of one number": ([*GOOD[:3], dsse.seal(FORKED, KEY), *GOOD[3:]], Code.FORKED),
    "an old one again at the end": ([*GOOD, GOOD[1]], Code.REPLAYED),
    "the first one names another before it": (
        [signed(changed_payload(predicate(previous={"sha256": "0" * 64}), 1))],
        Code.BROKEN_CHAIN,
    ),
    "signed before the one that it follows": ([*GOOD, dsse.seal(BACKWARDS, KEY)], Code.BACKWARDS),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampering_is_caught_with_its_own_code(name: str) -> None:
    lines, code = TAMPERINGS[name]
    checked = check(lines, host=HOST)
    assert [problem.code for problem in checked.problems] == [code]
    assert not checked.genuine
    assert code.sentence in str(checked.problems[0])


def test_the_untouched_chain_is_good() -> None:
    checked = check(GOOD, host=HOST)
    assert checked.problems == ()
    assert checked.newest is not None
    assert (checked.newest.sequence, checked.newest.host) == (5, HOST)
    assert check(GOOD[4:]).problems == (), "the newest alone is good, but says less"


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (START + timedelta(days=12, minutes=-1), None),
        (START + timedelta(days=12), Code.EXPIRED),
        (START + timedelta(days=4, minutes=6), None),
        (START + timedelta(days=4), Code.NOT_YET_VALID),
    ],
)
def test_time(now: datetime, code: Code | None) -> None:
    checked = check(GOOD, now)
    assert [problem.code for problem in checked.problems] == ([code] if code else [])
    assert checked.genuine


@pytest.mark.parametrize(
    ("lines", "old", "code"),
    [
        (GOOD, read(3), None),
        (GOOD, read(5), None),
        (GOOD[4:], read(4), None),
        (GOOD[:3], read(4), Code.REPLAYED),
        (GOOD, statement.read(FORKED), Code.FORKED),
        (GOOD[3:4], statement.read(FORKED), Code.FORKED),
        (GOOD[4:], read(2), Code.MISSING_LINK),
    ],
)
def test_against_what_was_seen_before(lines: Lines, old: Statement, code: Code | None) -> None:
    remembered = Remembered(old.sequence, old.digest, "2026-11-03")
    checked = check(lines, remembered=remembered)
    assert [problem.code for problem in checked.problems] == ([code] if code else [])


@pytest.mark.parametrize(
    ("verdict", "code"),
    [(("fail", "complete"), Code.AUDIT_FAILED), (("pass", "partial"), Code.AUDIT_PARTIAL)],
)
def test_a_genuine_statement_may_say_that_all_is_not_well(
    verdict: tuple[str, str], code: Code
) -> None:
    made = payload(1, "", verdict={"policy": verdict[0], "evidence": verdict[1]})
    checked = check([dsse.seal(made, KEY)], START + timedelta(hours=1))
    assert [problem.code for problem in checked.problems] == [code]
    assert checked.genuine


def test_every_code_has_its_own_sentence_and_an_example() -> None:
    assert len({code.sentence for code in Code}) == len(Code)
    tried = {code for _, code in TAMPERINGS.values()}
    elsewhere = {Code.EXPIRED, Code.NOT_YET_VALID, Code.AUDIT_FAILED, Code.AUDIT_PARTIAL}
    of_the_promise = {code for code in Code if code.startswith("promise-")}  # test_promise.py
    assert tried | elsewhere | of_the_promise == set(Code)


def test_the_documentation_has_every_code_in_the_same_words() -> None:
    text = (Path(__file__).parents[3] / "docs" / "statement.md").read_text("utf-8")
    assert not [code for code in Code if f"| `{code}` | {code.sentence} |" not in text]


def test_whatever_is_changed_no_other_text_is_believed() -> None:
    line = GOOD[0]
    for at in range(0, len(line), 7):
        for other in (line[:at] + "!" + line[at + 1 :], line[:at] + line[at + 1 :]):
            checked = check([other])
            # The name of the key is not signed, and needs not be: the key is what verifies.
            assert not checked.genuine or checked.newest == read(1)
