"""Days in the life of a server: clean, transcription by hand, caught, mended, proved to others."""

import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from selfhost import lab
from selfhost.attest import source
from selfhost.attest.problems import Code
from selfhost.lab.matrix import switch_on
from selfhost.lab.server import run
from selfhost.lab.switches.java import TRANSCRIPTION
from tests.lab import clock
from tests.lab.conftest import provisioned
from tests.lab.faults import on
from tests.lab.tamperings import TAMPERINGS, Tamperer, text_turned_round
from tests.lab.test_wheel import ROOT
from tests.lab.watching import applied
from tests.lab.week import ENGLISH, PASSPHRASE, Week

pytestmark = pytest.mark.nightly


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
        refused = week.attest(0)
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
    on(week.site, f"cp {place} /root/kept && head -2 /root/kept >{place}")
    code, shown = checked()
    assert (code, "replayed" in shown) == (1, True), shown
    # It turns the failed audit into one that passed.
    turned = "\n".join(text_turned_round(Tamperer(week.lines, week.key))) + "\n"
    run(server, ["sh", "-c", f"cat >{place}"], input=turned.encode())
    code, shown = checked()
    assert (code, "altered" in shown) == (1, True), shown
    on(week.site, f"cp /root/kept {place}")
    assert checked()[0] == 0
