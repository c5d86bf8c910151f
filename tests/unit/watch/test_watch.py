"""The watch: quiet when nothing changed, loud when it could not look."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Policy, Report
from selfhost.cli.root import run
from selfhost.controls import examples
from selfhost.controls.model import Severity
from selfhost.controls.registry import find
from selfhost.errors import SettingsError, TargetError, UsageError
from selfhost.history import store
from selfhost.watch import send
from selfhost.watch.look import STATE, Watched, look
from selfhost.watch.notice import Kind, Notice, blind

CONTROL = find("jicofo-transcription-url")
NOW = "2026-11-01T00:00:00Z"
SITE = "meet.example.test"
HOSTILE = "host\nBcc: x@example.org\x1b[31m"


def report(kind: str, *, lost: bool = False, name: str = SITE) -> Report:
    target = evaluate(examples.evidence(CONTROL, getattr(CONTROL, kind)[0]), [CONTROL])
    results = tuple(replace(one, target=name) for one in target.results)
    target = replace(target, target=name, results=results)
    if lost:
        target = replace(target, collected_at="", results=(), documents=(), unreachable="no route")
    return Report((target,), Severity.LOW, "1.2.3", 1, "0" * 64)


@dataclass
class Fake:
    """A channel that keeps what it is told, or fails."""

    name: str = "fake"
    fails: bool = False
    told: list[Notice] = field(default_factory=list)

    def send(self, notice: Notice) -> None:
        if self.fails:
            raise send.NotSentError("no way")
        self.told.append(notice)


@dataclass
class Watch:
    folder: Path
    channel: Fake = field(default_factory=Fake)
    warned: list[str] = field(default_factory=list)
    show: Callable[[Report], None] | None = None

    def __call__(self, given: Report | Exception) -> tuple[int, list[Kind]]:
        def audit() -> Report:
            if isinstance(given, Exception):
                raise given
            return given

        self.channel.told.clear()
        watched = Watched(self.folder, SITE, [self.channel], self.warned.append, self.show)
        code = look(watched, audit, NOW)
        return int(code), [one.kind for one in self.channel.told]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def test_only_changes_are_told(watch: Watch) -> None:
    assert watch(report("good")) == (0, [Kind.BEGUN])
    assert watch(report("good")) == (0, [])
    assert watch(report("bad")) == (1, [Kind.WORSE])
    assert "jicofo-transcription-url" in watch.channel.told[0].text
    assert watch(report("bad")) == (0, []), "told once"
    assert watch(report("good")) == (0, [Kind.CHANGED])
    assert watch(report("unclear")) == (1, [Kind.WORSE]), "what is not seen any more"
    assert len(store.entries(watch.folder)) == 6


@pytest.mark.parametrize(
    ("given", "code", "why"),
    [
        (TargetError("no route to host", hint="is it up?"), 3, "no route to host is it up?"),
        (SettingsError("settings.yml:3: wrong"), 3, "settings.yml:3: wrong"),
        (ValueError("secret in here"), 4, "a bug in selfhost (ValueError)"),
        (report("good", lost=True), 3, "meet.example.test was not reached: no route"),
    ],
)
def test_an_audit_that_cannot_look_is_loud_each_time(
    watch: Watch, given: Report | Exception, code: int, why: str
) -> None:
    watch(report("bad"))
    for _ in range(2):
        assert watch(given) == (code, [Kind.BLIND])
        assert why in watch.channel.told[0].text
        assert "secret" not in watch.channel.told[0].text
    assert watch(report("bad")) == (0, []), "what was told before stays told"
    assert watch(report("good")) == (0, [Kind.CHANGED])


@pytest.mark.parametrize("name", [".watch.lock", STATE])
def test_a_folder_that_cannot_be_used_is_told(watch: Watch, name: str) -> None:
    (watch.folder / name).mkdir()
    code, kinds = watch(report("good"))
    assert (code, kinds[-1]) == (3, Kind.BLIND)
    assert "cannot be written" in watch.channel.told[-1].text


def test_participants_are_shown_each_look_that_saw_anything(watch: Watch) -> None:
    shown: list[bool] = []
    watch.show = lambda report: shown.append(report.policy is Policy.FAIL)
    for kind in ("good", "bad", "bad", "good"):
        watch(report(kind))
    watch(report("good", lost=True))
    assert shown == [False, True, True, False]


def test_a_page_that_could_not_be_changed_is_told_each_time(watch: Watch) -> None:
    def show(_: Report) -> None:
        raise TargetError("no route to host", hint="is it up?")

    watch.show = show
    assert watch(report("bad")) == (3, [Kind.BEGUN, Kind.UNSHOWN])
    assert "no route to host is it up?" in watch.channel.told[1].text
    assert watch(report("bad")) == (3, [Kind.UNSHOWN])
    watch.show = None
    assert watch(report("bad")) == (0, []), "the audit itself was told"


def test_a_first_look_that_is_blind_does_not_begin(watch: Watch) -> None:
    assert watch(report("good", lost=True)) == (3, [Kind.BLIND])
    assert watch(report("good")) == (0, [Kind.BEGUN])


def test_what_was_not_sent_is_told_again(watch: Watch) -> None:
    watch(report("good"))
    watch.channel.fails = True
    assert watch(report("bad"))[0] == 3
    assert watch.warned == ["fake: not sent: no way"]
    watch.channel.fails = False
    assert watch(report("bad")) == (1, [Kind.WORSE])


def test_a_lost_state_begins_anew(watch: Watch) -> None:
    watch(report("bad"))
    for text in ("", "[", '{"audit": 99}'):
        (watch.folder / STATE).write_text(text)
        assert watch(report("bad")) == (0, [Kind.BEGUN])


def test_what_a_server_says_cannot_forge_a_mail_or_a_terminal(watch: Watch) -> None:
    watch(report("good", name=HOSTILE))
    watch(report("bad", name=HOSTILE))
    text = watch.channel.told[0].text
    assert "\x1b" not in text
    assert "\nBcc" not in text
    assert "\n" not in blind(HOSTILE, (HOSTILE,)).subject


@pytest.fixture
def sendmail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin" / "sendmail"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/args\ncat > {tmp_path}/mail\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return tmp_path


def test_mail(sendmail: Path) -> None:
    send.Mail("root@example.org").send(blind(SITE, ("gone",)))
    mail = (sendmail / "mail").read_text()
    assert (sendmail / "args").read_text() == "-i -t\n"
    assert "To: root@example.org" in mail
    assert "Subject: [selfhost] meet.example.test: THE AUDIT COULD NOT LOOK" in mail
    assert "gone" in mail
    (sendmail / "bin" / "sendmail").write_text("#!/bin/sh\nexit 75\n")
    with pytest.raises(send.NotSentError, match="ended with 75"):
        send.Mail("root@example.org").send(blind(SITE, ("gone",)))
    for wrong in ("", "x", "a@b\nBcc: c@d", "a@b,c@d", "A <a@b>"):
        with pytest.raises(UsageError):
            send.Mail(wrong)


class _Receiver(BaseHTTPRequestHandler):
    got: tuple[dict[str, str], bytes] | None = None
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got = ({k.lower(): v for k, v in self.headers.items()}, body)
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    server.shutdown()
    server.server_close()
    thread.join()


def test_webhook(receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = b"s" * 32
    hook = send.Webhook(receiver, secret)
    hook.send(blind(SITE, ("gone",)))
    assert _Receiver.got is not None
    headers, body = _Receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    assert json.loads(body)["kind"] == "blind"
    assert "sss" not in repr(hook)
    for status in (302, 500):
        monkeypatch.setattr(_Receiver, "status", status)
        with pytest.raises(send.NotSentError, match=f"HTTP {status}"):
            hook.send(blind(SITE, ("gone",)))
    with pytest.raises(send.NotSentError, match="no connection"):
        send.Webhook("http://127.0.0.1:1/", secret).send(blind(SITE, ("gone",)))
    for wrong in ("http://example.org/", "ftp://example.org", "https://u:p@example.org/", "x"):
        with pytest.raises(UsageError, match="no https URL"):
            send.Webhook(wrong, secret)


@pytest.mark.parametrize(
    "answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"\xff" * 9]
)
def test_a_webhook_that_speaks_no_http_is_told(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def reply() -> None:
            with server.accept()[0] as peer:
                peer.recv(65536)
                peer.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        hook = send.Webhook(f"http://127.0.0.1:{server.getsockname()[1]}/", b"s" * 32)
        with pytest.raises(send.NotSentError):
            hook.send(blind(SITE, ("gone",)))
        thread.join()


def test_journal(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(tmp_path / "s"))
        send.Journal(tmp_path / "s").send(blind(SITE, ("gone",)))
        got = journal.recv(65536)
    assert b"PRIORITY\n\x01\0\0\0\0\0\0\x002\n" in got
    assert b"THE AUDIT COULD NOT LOOK" in got
    with pytest.raises(send.NotSentError):
        send.Journal(tmp_path / "none").send(blind(SITE, ("gone",)))


def test_a_name_in_another_encoding_reaches_the_journal(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(tmp_path / "s"))
        send.Journal(tmp_path / "s").send(blind("caf\udce9", ("gone",)))
        assert b"caf\\u{dce9}" in journal.recv(65536)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("short", 0o600, "shorter than"),
        ("x" * 40, 0o644, "other users"),
        ("whsec_!", 0o600, "base64"),
    ],
)
def test_a_secret_that_is_none(tmp_path: Path, text: str, mode: int, said: str) -> None:
    (tmp_path / "secret").write_text(text)
    (tmp_path / "secret").chmod(mode)
    with pytest.raises(UsageError, match=said):
        send.secret(tmp_path / "secret")


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state").mkdir()
    files = tmp_path / "jicofo.conf"
    files.write_text("jicofo { }\n")
    command = ("watch", str(files), "--state", str(tmp_path / "state"))
    run(command)
    assert "watched from now on" in capsys.readouterr().out
    assert run(command) == 0
    assert capsys.readouterr().out == ""
    files.write_text('jicofo.transcription.url-template = "wss://x.example"\n')
    assert run((*command, "--exit-zero")) == 0, "told"
    assert "new: critical jicofo-transcription-url" in capsys.readouterr().out
    files.write_text("jicofo { }\n")
    run(command)
    files.write_text('jicofo.transcription.url-template = "wss://x.example"\n')
    assert run(command) == 1
    assert "new: critical jicofo-transcription-url" in capsys.readouterr().out
    files.unlink()
    assert run((*command, "--exit-zero")) in (2, 3)
    said = capsys.readouterr()
    assert "COULD NOT LOOK" in said.out
    assert run(("watch", str(files))) == 2
    assert run((*command, "--webhook", "https://example.org")) == 2
    assert run((*command, "--mail", "nobody")) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("local", "--state", ".", "--publish"), "--publish is for an inventory"),
        (("--key", "key.pub"), "--key is for --publish"),
        (("--page", SITE), "--page is for the server itself"),
        (("files", "--state", ".", "--host", SITE), "--host is for the server itself"),
        (("--publish", "--key", "missing.pub"), "missing.pub"),
    ],
)
def test_options_that_do_not_go_together(
    options: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(("watch", *options)) == 2
    assert said in capsys.readouterr().err
