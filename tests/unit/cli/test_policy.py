"""``selfhost policy`` as an admin meets it: written, checked, changed, signed."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

import selfhost.cli.policy
from selfhost.audit.model import Report
from selfhost.cli.policy import render
from selfhost.controls.model import Status
from selfhost.history import store
from selfhost.policy import documents
from selfhost.reports import document
from selfhost.reports import json as json_report
from tests.unit.command_line import Command, command_of, new_inventory
from tests.unit.policy.samples import DOMAIN, report, server

INIT = ("policy", "init", "--name", "An association", "--contact", "mail@example.test")
POLICY = Path("inventory/policy.yml")


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SELFHOST_INVENTORY", raising=False)

    new_inventory(DOMAIN)
    return command_of(capsys)


def audited(found: Report) -> None:
    """Add an audit of today to the history."""
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    targets = tuple(replace(target, collected_at=at) for target in found.targets)
    store.add(Path("inventory"), replace(found, targets=targets), at)


def on(day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selfhost.cli.policy, "_today", lambda: day)


def test_a_first_policy_fits_a_private_server_and_is_never_overwritten(command: Command) -> None:
    assert command(*INIT).code == 0
    written = POLICY.read_text()
    assert "Left out" not in written
    again = command(*INIT)
    assert (again.code, POLICY.read_text()) == (2, written)
    assert "exists; nothing was written" in again.err
    audited(report())
    found = command("policy", "check")
    assert (found.code, found.out.splitlines()[-1]) == (0, "✓ 0 broken, 0 unknown, 14 hold")
    assert "was not announced" in found.err


def test_what_settings_or_the_last_audit_contradict_is_left_out(command: Command) -> None:
    settings = Path("inventory/group_vars/all/settings.yml")
    text = settings.read_text()
    text = text.replace("# web_gravatar: false", "web_gravatar: true")
    settings.write_text(text.replace("# privacy_log_days: 3", "privacy_log_days: 9"))
    audited(report(server(host_recorder=Status.FAIL)))
    assert command(*INIT).code == 0
    written = POLICY.read_text()
    assert "# Left out: web_gravatar is true (web-gravatar)\n  # - id: no-third-parties" in written
    assert "# Left out: the last audit found host-recorder\n  # - id: no-recording" in written
    assert "  - id: log-days\n    at_most: 9\n" in written
    assert command("policy", "check").code == 0, "what is left holds"


def test_where_recording_with_consent_is_the_rule(command: Command) -> None:
    command(*INIT, "--profile", "internal-recording-with-consent")
    written = POLICY.read_text()
    assert "- id: recording-with-consent" in written
    assert "no-recording" not in written
    assert command(*INIT, "--profile", "nonsense").code == 2


def test_promise_and_server_differ(command: Command) -> None:
    command(*INIT)
    audited(report(server(web_gravatar=Status.FAIL, host_ai_programs=Status.UNKNOWN)))
    found = command("policy", "check")
    assert found.code == 1
    lines = found.out.splitlines()
    assert lines[2].startswith("✗ BROKEN   no-third-parties: Nothing of a meeting")
    assert lines[3:5] == [
        f"    web-gravatar on {DOMAIN}: fail: it is fail",
        "        /etc/x.conf:7",
    ]
    assert lines[5].startswith("? UNKNOWN  no-ai: ")
    audited(report(server(host_ai_programs=Status.UNKNOWN)))
    assert command("policy", "check").code == 3
    assert command("policy", "check", "previous").code == 1


@pytest.mark.parametrize("status", [Status.PASS, Status.FAIL, Status.UNKNOWN])
def test_for_programs(command: Command, status: Status) -> None:
    command(*INIT)
    command("policy", "announce")
    POLICY.write_text(POLICY.read_text().replace("notice_days: 14", "notice_days: 3"))
    command("policy", "announce")
    Path("r.json").write_text(json_report.render(report(server(web_gravatar=status))))
    found = command("policy", "check", "r.json", "--format", "json", "--language", "de")
    document = json.loads(found.out)
    schema = json.loads(files("selfhost.reports").joinpath("schema/policy-1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["exit_code"] == found.code
    assert document["announced"]["differences"] == [
        "Änderungen werden 3 Tage vorher angekündigt, statt 14."
    ]


def test_a_change_is_announced_and_then_in_force(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(*INIT)
    audited(report())
    today = datetime.now(UTC).date()
    first = command("policy", "announce")
    assert first.code == 0
    assert "in force now" in first.out
    assert command("policy", "announce").code == 2
    POLICY.write_text(POLICY.read_text().replace("at_most: 3", "at_most: 2"))
    assert command("policy", "check").code == 0, "what is in force is judged"
    assert command("policy", "check", "--draft").code == 1
    assert command("policy", "diff").out == (
        "Until now: Logs are kept for 3 days at most. "
        "From then on: Logs are kept for 2 days at most.\n"
    )
    early = command("policy", "announce", "--from", str(today + timedelta(days=13)))
    assert (early.code, "too early" in early.err) == (2, True)
    said = command("policy", "announce")
    assert f"in force from {today + timedelta(days=14)}" in said.out
    assert command("policy", "diff").out == "Nothing changes.\n"
    assert "From then on: Logs are kept for 2 days" in command("policy", "check").out
    assert command("policy", "diff", "--all").out.count("in force from") == 2
    on(today + timedelta(days=14), monkeypatch)
    Path("r.json").write_text(json_report.render(report()))
    assert command("policy", "check", "r.json").code == 1


def test_the_text_that_the_digest_is_of(command: Command) -> None:
    command(*INIT)
    none = command("policy", "show")
    assert (none.code, "no promise is in force" in none.err) == (2, True)
    command("policy", "announce")
    shown = command("policy", "show").out
    Path("r.json").write_text(json_report.render(report()))
    checked = json.loads(command("policy", "check", "r.json", "--format", "json").out)
    assert hashlib.sha256(shown.encode()).hexdigest() == checked["promise"]["sha256"]
    assert command("policy", "show", "--coming").code == 2


def test_documents(command: Command) -> None:
    command(*INIT)
    Path("r.json").write_text(json_report.render(report()))
    page = command("policy", "render", "r.json", "--format", "html", "--language", "de")
    assert "<h1>Datenschutzhinweise für meet.example.test</h1>" in page.out
    record = ("policy", "render", "r.json", "--kind", "record", "-o", "record.md")
    assert command(*record).code == 0
    assert Path("record.md").read_text().startswith("# Record of processing activities")
    assert command(*record).code == 2, "nothing is overwritten unasked"
    text = POLICY.read_text().replace("languages: [en, de]", "languages: [de]")
    POLICY.write_text(text.replace('    en: "Holding online meetings"\n', ""))
    wrong = command("policy", "render", "r.json")
    assert (wrong.code, "is not written in 'en'" in wrong.err) == (2, True)


def test_what_was_announced_cannot_be_changed_by_hand(command: Command) -> None:
    command(*INIT)
    command("policy", "announce")
    path = Path("inventory/policy-changes.jsonl")
    good = path.read_text()
    for bad in (good.replace("no-ai", "no-streaming", 1), good[:-20], "{}\n", "[1]\n", "x\n"):
        path.write_text(bad)
        found = command("policy", "diff")
        assert found.code == 2
        assert "policy-changes.jsonl:1 is not what selfhost policy announce wrote" in found.err


def test_where_there_is_nothing(command: Command) -> None:
    assert "selfhost policy init writes one" in command("policy", "check").err
    command(*INIT)
    none = command("policy", "check")
    assert (none.code, "no audit yet" in none.err) == (2, True)
    assert command("policy", "check", "gone.json").code == 2
    assert "no texts in 'xx'" in command("policy", "diff", "--language", "xx").err


def test_the_statement_names_the_promise(command: Command) -> None:
    Path("passphrase").write_text("correct horse battery")
    Path("passphrase").chmod(0o600)
    sign = ("--key", "key", "--passphrase-file", "passphrase")
    command("attest", "init-key", *sign)
    command(*INIT)
    audited(report())
    assert "names no promise" in command("attest", *sign).err
    command("policy", "announce")
    assert command("attest", *sign).err == ""
    POLICY.write_text(POLICY.read_text().replace("at_most: 3", "at_most: 5"))
    command("policy", "announce")
    audited(report(server(web_gravatar=Status.FAIL)))
    assert command("attest", *sign).code == 0
    chain = "inventory/statements.intoto.jsonl"
    found = command("verify", chain, "--key", "key.pub", "--host", DOMAIN, "--no-memory")
    assert found.code == 1
    assert "promise-broken: statement 3" in found.out
    assert "13 sentences hold, 1 broken, 0 unknown" in found.out
    assert "another was announced" in found.out


def test_every_document_and_form_that_there_is_can_be_asked_for() -> None:
    """The command names them itself, so that its help loads nothing of theirs."""
    choices = {one.name: one.type.to_info_dict().get("choices") for one in render.params}
    assert choices["kind"] == tuple(documents.KINDS)
    assert choices["form"] == document.FORMATS
