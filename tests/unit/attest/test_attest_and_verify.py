"""attest and verify as an admin and a participant meet them."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import paramiko
import pytest

from selfhost.attest import keys, source
from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Report
from selfhost.controls import examples
from selfhost.controls.model import Severity
from selfhost.controls.registry import find
from selfhost.errors import UsageError
from selfhost.history import store
from tests.unit.command_line import Command, Done, command_of, new_inventory

DOMAIN = "meet.example.test"
PASSPHRASE = "correct horse battery"
CONTROL = find("jicofo-transcription-url")
CHAIN = Path("inventory") / source.NAME
SIGN = ("attest", "--key", "key", "--passphrase-file", "passphrase")
VERIFY = ("verify", str(CHAIN), "--key", "key.pub", "--host", DOMAIN)


@pytest.fixture
def selfhost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """A folder with an inventory, one audit, a passphrase and a key."""
    monkeypatch.chdir(tmp_path)
    for name in ("SELFHOST_INVENTORY", "SELFHOST_ATTEST_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    run = command_of(capsys)

    def command(*arguments: str) -> Done:
        done = run(*arguments)
        assert PASSPHRASE not in done.out + done.err
        return done

    new_inventory(DOMAIN)
    audited("good")
    Path("passphrase").write_text(PASSPHRASE)
    Path("passphrase").chmod(0o600)
    assert command("attest", "init-key", *SIGN[1:]).code == 0
    return command


def audited(kind: str, ago: timedelta = timedelta(minutes=1)) -> None:
    target = evaluate(examples.evidence(CONTROL, getattr(CONTROL, kind)[0]), [CONTROL])
    at = f"{datetime.now(UTC) - ago:%Y-%m-%dT%H:%M:%SZ}"
    report = Report((replace(target, collected_at=at),), Severity.LOW, "1.2.3", 1, "0" * 64)
    store.add(Path("inventory"), report, at)


def test_from_audit_to_a_participant(selfhost: Command) -> None:
    assert selfhost(*SIGN).code == 0
    audited("bad")
    assert "Statement 2" in selfhost(*SIGN).out
    failed = selfhost(*VERIFY)
    assert failed.code == 1
    assert "audit-failed" in failed.out
    assert "fail: jicofo-transcription-url" in failed.out
    audited("good")
    selfhost(*SIGN)
    good = selfhost(*VERIFY)
    assert (good.code, good.out.splitlines()[-1]) == (0, "✓ GOOD")
    assert "statements 1 to 3, linked" in good.out
    document = json.loads(selfhost(*VERIFY, "--format", "json").out)
    assert (document["good"], document["newest"]["sequence"]) == (True, 3)
    shown = selfhost("history", "--show", "latest").out
    assert document["newest"]["report"] == hashlib.sha256(shown.encode()).hexdigest()


def test_an_older_chain_does_not_pass_for_a_newer_one(selfhost: Command) -> None:
    selfhost(*SIGN)
    older = CHAIN.read_text()
    selfhost(*SIGN)
    assert selfhost(*VERIFY).code == 0
    newer = CHAIN.read_text()
    CHAIN.write_text(older)
    caught = selfhost(*VERIFY)
    assert caught.code == 1
    assert "replayed" in caught.out
    assert selfhost(*VERIFY, "--no-memory").code == 0
    CHAIN.write_text(newer)
    assert selfhost(*VERIFY).code == 0, "what was caught is not what is remembered"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_over_http_and_from_a_folder(selfhost: Command, tmp_path: Path) -> None:
    selfhost(*SIGN)
    public = Path("key.pub").read_text()
    place = tmp_path / "www" / source.WELL_KNOWN[1:]
    place.parent.mkdir(parents=True)
    place.write_bytes(CHAIN.read_bytes())
    with served(tmp_path / "www") as url:
        options = ("--key", public, "--host", DOMAIN)
        assert selfhost("verify", url, *options).code == 0
        assert selfhost("verify", url, "--key", public, "--host", "other.example.test").code == 1
        assert selfhost("verify", f"{url}/nothing", *options).code == 3
        place.write_bytes(CHAIN.read_bytes()[:-100])
        assert "truncated" in selfhost("verify", url, *options).out
    assert selfhost("verify", url, *options).code == 3
    place.write_bytes(CHAIN.read_bytes())
    assert selfhost("verify", str(place.parent), *options).code == 0


def test_a_chain_that_was_changed_is_not_extended(selfhost: Command) -> None:
    selfhost(*SIGN)
    selfhost(*SIGN)
    whole = CHAIN.read_text()
    CHAIN.write_text(whole.splitlines(keepends=True)[1])
    assert selfhost(*SIGN).code == 0, "the newest alone can be followed"
    CHAIN.write_text(whole[:-200])
    before = CHAIN.read_text()
    refused = selfhost(*SIGN)
    assert (refused.code, CHAIN.read_text()) == (2, before)
    assert "truncated" in refused.err
    CHAIN.write_bytes(b"\xff\xfe\n")
    assert selfhost(*SIGN).code == 2
    assert CHAIN.read_bytes() == b"\xff\xfe\n"


def test_what_is_too_old_is_not_signed(selfhost: Command) -> None:
    audited("good", ago=timedelta(days=9))
    refused = selfhost(*SIGN)
    assert refused.code == 2
    assert "older than 8 days" in refused.err
    assert not CHAIN.exists()
    assert selfhost(*SIGN, "--audit", "1").code == 0


def test_the_key(selfhost: Command, tmp_path: Path, make_key: Callable[..., paramiko.PKey]) -> None:
    assert Path("key").stat().st_mode & 0o777 == 0o600
    assert "exists; nothing was written" in selfhost("attest", "init-key", *SIGN[1:]).err
    # Of OpenSSH's format: other programs read it too.
    assert paramiko.Ed25519Key.from_private_key_file("key", PASSPHRASE).get_base64() in (
        Path("key.pub").read_text()
    )
    Path("wrong").write_text("another long passphrase")
    Path("wrong").chmod(0o600)
    assert "passphrase is wrong" in selfhost(*SIGN[:-1], "wrong").err
    make_key(tmp_path / "bare")
    assert "not protected" in selfhost("attest", "--key", "bare", *SIGN[3:]).err
    Path("key").chmod(0o644)
    assert "other users" in selfhost(*SIGN).err
    assert "init-key makes one" in selfhost("attest", "--key", "none", *SIGN[3:]).err
    assert "private key" in selfhost("verify", "x", "--key", "key").err
    rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7"
    assert "cannot be read" in selfhost("verify", "x", "--key", rsa).err
    with pytest.raises(UsageError, match="cannot be read"):
        keys.public("nothing.pub")


@pytest.mark.parametrize(
    ("where", "said", "code"),
    [
        ("missing", "cannot be read", 2),
        ("http://meet.example.test", "https only", 2),
        ("https://", "not a URL", 2),
        ("empty", "is empty", 2),
        ("folder", "holds no statement", 2),
    ],
)
def test_where_there_is_nothing(selfhost: Command, where: str, said: str, code: int) -> None:
    Path("empty").touch()
    Path("folder").mkdir()
    done = selfhost("verify", where, "--key", "key.pub")
    assert done.code == code
    assert said in done.err


def test_a_damaged_memory_is_told(selfhost: Command) -> None:
    selfhost(*SIGN)
    Path("memory").write_text("[")
    done = selfhost(*VERIFY, "--memory", "memory")
    assert (done.code, Path("memory").read_text()) == (2, "[")
    assert "damaged" in done.err


def test_a_folder_that_cannot_be_read_is_one_sentence(
    selfhost: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    done = selfhost("verify", "inventory", "--key", "key.pub", "--no-memory")
    assert (done.code, done.err) == (2, "error: inventory cannot be read: Permission denied\n")
