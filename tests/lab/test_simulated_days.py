"""Days in the life of a server: clean, transcription by hand, caught, mended, proved to others."""

import base64
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from selfhost import lab
from selfhost.attest import dsse, keys, source, statement, strict_json
from selfhost.attest.problems import Code
from selfhost.lab.matrix import switch_on
from selfhost.lab.server import run
from selfhost.lab.switches.java import TRANSCRIPTION
from selfhost.page.model import State
from tests.lab import clock
from tests.lab.conftest import Site, provisioned
from tests.lab.test_page import ENGLISH, RELOADED, get, notice
from tests.lab.test_watch import UNIT, applied, said, told
from tests.lab.test_wheel import ROOT

pytestmark = pytest.mark.nightly
PASSPHRASE = "correct horse battery"
Done = subprocess.CompletedProcess[str]


@dataclass
class Week:
    """A site, and its admin's key. Day 0 is today."""

    site: Site
    folder: Path
    days: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def chain(self) -> Path:
        return self.site.inventory / source.NAME

    @property
    def lines(self) -> list[str]:
        return self.chain.read_text().splitlines()

    @property
    def key(self) -> Ed25519PrivateKey:
        return keys.load(self.folder / "key", PASSPHRASE)

    def command(self, day: int, name: str, *arguments: str) -> Done:
        return clock.selfhost(day, name, "-i", str(self.site.inventory), *arguments)

    def verify(self, day: int, where: Path | str, *arguments: str) -> tuple[int, dict[str, Any]]:
        key = ("--key", str(self.folder / "key.pub"), "--format", "json")
        done = clock.selfhost(day, "verify", str(where), *key, *arguments)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def looked(self, day: int) -> list[str]:
        """What the server's own watch tells, that looks on this day."""
        before = len(told(self.site))
        clock.set_unit(self.site.server.name, UNIT, day)
        said(self.site, f"systemctl start {UNIT}")
        return [one["MESSAGE"] for one in told(self.site)[before:]]

    def shown(self) -> tuple[str, str]:
        """What the page for participants says first, and the line in meetings."""
        time.sleep(RELOADED)
        body = get(self.site, "/privacy")[2]
        says = [str(state) for state in State if ENGLISH.say(state) in body]
        return " ".join(says), notice(self.site)

    def published(self, day: int) -> int:
        return self.command(day, "publish", "--key", str(self.folder / "key.pub")).returncode

    def lived(self, day: int) -> None:
        """The watch looks twice; the admin audits, signs, and checks what participants would."""
        first, second = self.looked(day), self.looked(day)
        shown = self.shown()
        audit = self.command(day, "audit", "--format", "json")
        signed = self.command(
            day,
            "attest",
            *("--key", str(self.folder / "key")),
            *("--passphrase-file", str(self.folder / "passphrase")),
        )
        assert signed.returncode == 0, signed.stderr
        code, checked = self.verify(day, self.chain, "--memory", str(self.folder / "seen.json"))
        self.days[day] = {
            "told": first,
            "shown": shown,
            "told again": second,
            "audit": audit.returncode,
            "verify": code,
            "codes": [one["code"] for one in checked["problems"]],
        }


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    folder = tmp_path_factory.mktemp("week")
    week = Week(provisioned("test-week", "bookworm", folder, sandboxes=True), folder)
    (folder / "passphrase").write_text(PASSPHRASE)
    (folder / "passphrase").chmod(0o600)
    made = clock.selfhost(
        0,
        *("attest", "init-key", "--key", str(folder / "key")),
        *("--passphrase-file", str(folder / "passphrase")),
    )
    (folder / "key.pub").write_text(made.stdout)
    applied(week.site, "watch_enabled: true")
    week.lived(-4)
    assert week.published(-4) == 0
    week.lived(-3)
    assert week.published(-3) == 0
    # From here on nobody publishes anything: what participants see changes by itself.
    switch_on(week.site.server.name, TRANSCRIPTION)
    week.lived(-2)
    week.lived(-1)
    mended = week.command(0, "fix", "--apply", "--yes")
    assert mended.returncode == 0, mended.stderr
    week.lived(0)
    yield week
    lab.down("test-week")


def test_the_watch_tells_each_change_once(week: Week) -> None:
    assert {day: len(lived["told"]) for day, lived in week.days.items()} == {
        -4: 1,
        -3: 0,
        -2: 1,
        -1: 0,
        0: 1,
    }
    assert [lived["told again"] for lived in week.days.values()] == [[]] * 5
    assert "watched from now on, 0 findings" in week.days[-4]["told"][0]
    caught, mended = week.days[-2]["told"][0], week.days[0]["told"][0]
    assert "1 worse" in caught
    assert "jicofo-transcription-url" in caught
    assert "fixed" in mended
    assert "jicofo-transcription-url" in mended


def test_page_and_notice_follow_the_timer(week: Week) -> None:
    day_of = {day: ENGLISH.day(datetime.now(UTC) + timedelta(days=day)) for day in week.days}
    shown = {day: lived["shown"] for day, lived in week.days.items()}
    assert shown[-4] == ("", ""), "nothing was published yet"
    assert [shown[day][0] for day in (-3, -2, -1, 0)] == ["valid", "failed", "failed", "valid"]
    assert shown[-3][1].startswith(f"Checked on {day_of[-4]}: no recording")
    assert f"FAILED on {day_of[-2]}" in shown[-2][1]
    assert f"FAILED on {day_of[-1]}" in shown[-1][1]
    assert shown[0][1].startswith(f"Checked on {day_of[-3]}: no recording")


def test_statements_say_how_it_was_on_each_day(week: Week) -> None:
    assert [week.days[day]["audit"] for day in sorted(week.days)] == [0, 0, 1, 1, 0]
    assert [week.days[day]["codes"] for day in sorted(week.days)] == [
        [],
        [],
        ["audit-failed"],
        ["audit-failed"],
        [],
    ]
    assert [week.days[day]["verify"] for day in sorted(week.days)] == [0, 0, 1, 1, 0]
    code, checked = week.verify(0, week.chain)
    assert (code, checked["good"], checked["newest"]["sequence"]) == (0, True, 5)


def test_when_signing_stops_participants_notice(week: Week) -> None:
    assert week.verify(7, week.chain)[0] == 0
    code, checked = week.verify(9, week.chain)
    assert (code, [one["code"] for one in checked["problems"]]) == (1, ["expired"])


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


@pytest.mark.parametrize("name", TAMPERINGS)
def test_each_tampering_is_caught_with_a_message_of_its_own(
    week: Week, name: str, tmp_path: Path
) -> None:
    tamper, code = TAMPERINGS[name]
    chain = tmp_path / source.NAME
    chain.write_text("\n".join(tamper(Tamperer(week.lines, week.key))) + "\n")
    memory = ["--no-memory"]
    if code == "replayed":
        shutil.copyfile(week.folder / "seen.json", tmp_path / "seen.json")
        memory = ["--memory", str(tmp_path / "seen.json")]
    exit_code, checked = week.verify(0, chain, *memory)
    assert exit_code == 1
    assert checked["good"] is False
    codes = {one["code"] for one in checked["problems"]}
    # Where the newest counts for nothing, the one before tells of its day.
    assert codes - {"audit-failed"} == {code}, checked["problems"]
    shown = clock.selfhost(0, "verify", str(chain), "--key", str(week.folder / "key.pub"), *memory)
    assert Code(code).sentence in " ".join(shown.stdout.split())


def test_the_chain_grows_on_no_chain_that_was_tampered_with(week: Week) -> None:
    good = week.chain.read_bytes()
    try:
        week.chain.write_text("\n".join(text_turned_round(Tamperer(week.lines, week.key))) + "\n")
        changed = week.chain.read_bytes()
        refused = week.command(
            0,
            "attest",
            *("--key", str(week.folder / "key")),
            *("--passphrase-file", str(week.folder / "passphrase")),
        )
        assert refused.returncode == 2
        assert "is not good" in refused.stderr
        assert week.chain.read_bytes() == changed, "nothing was written"
    finally:
        week.chain.write_bytes(good)


@pytest.fixture
def participant(week: Week, tmp_path: Path) -> Iterator[str]:
    """A bare machine with the wheel, what the wheel needs, and the public key; no account, no
    inventory. It knows the server's name, and trusts the certificate that its browser would."""
    wheels = tmp_path / "wheels"
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(wheels)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"]
    locked = ["--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")]
    for_bookworm = ["--only-binary=:all:", "--python-version", "3.11", "--no-deps"]
    for_bookworm += [part for abi in ("cp311", "abi3", "none") for part in ("--abi", abi)]
    for form in ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17"):
        for_bookworm += ["--platform", f"{form}_{platform.machine()}"]
    subprocess.run([*pip, *for_bookworm, "-d", str(wheels), *locked], check=True)
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(wheels, "wheels")
        tar.add(week.folder / "key.pub", "key.pub")
    name = "test-participant"
    lab.up(name, release="bookworm", hostname="participant.example.test")
    server = week.site.server
    script = (
        "tar -x -C /root; apt-get -qq update; apt-get -qq install python3-venv >/dev/null;"
        " python3 -m venv /root/venv;"
        " /root/venv/bin/pip install -q --no-index --find-links /root/wheels selfhost;"
        f" echo '{server.address} {server.hostname}' >>/etc/hosts"
    )
    done = run(name, ["sh", "-ec", script], input=packed.getvalue(), timeout=600)
    assert done.returncode == 0, done.stderr.decode()
    certificate = run(server.name, ["cat", f"/etc/jitsi/meet/{server.hostname}.crt"]).stdout
    run(name, ["sh", "-c", "cat >/root/server.crt"], input=certificate)
    yield name
    lab.down(name)


def test_a_participant_checks_the_server_with_the_wheel_and_the_key(
    week: Week, participant: str
) -> None:
    address = f"https://{week.site.server.hostname}"

    def checked(*more: str) -> tuple[int, str]:
        command = (
            "SSL_CERT_FILE=/root/server.crt exec /root/venv/bin/selfhost verify"
            f" {address} --key /root/key.pub"
        )
        done = run(participant, ["sh", "-c", " ".join((command, *more))])
        return done.returncode, (done.stdout + done.stderr).decode()

    code, shown = checked()
    assert code == 0
    assert "statements 1 to 2, linked" in shown, "what was published before the trouble"
    assert week.published(0) == 0
    assert week.shown()[1].startswith(f"Checked on {ENGLISH.day(datetime.now(UTC))}")
    code, shown = checked()
    assert (code, shown.splitlines()[-1]) == (0, "✓ GOOD"), shown
    assert "statements 1 to 5, linked" in shown

    # The server shows an older chain, which ends with an audit that passed: it was seen newer.
    server, domain = week.site.server.name, week.site.server.hostname
    place = f"/etc/jitsi/meet/{domain}-privacy/{source.NAME}"
    said(week.site, f"cp {place} /root/kept && head -2 /root/kept >{place}")
    code, shown = checked()
    assert (code, "replayed" in shown) == (1, True), shown
    # It turns the failed audit into one that passed.
    turned = "\n".join(text_turned_round(Tamperer(week.lines, week.key))) + "\n"
    run(server, ["sh", "-c", f"cat >{place}"], input=turned.encode())
    code, shown = checked()
    assert (code, "altered" in shown) == (1, True), shown
    said(week.site, f"cp /root/kept {place}")
    assert checked()[0] == 0
