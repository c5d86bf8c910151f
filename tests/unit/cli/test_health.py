"""status and doctor as a person meets them: on this machine, and where nobody answers."""

import json
import socket
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from selfhost.cli import main

SETTINGS = """\
site_domain: meet.example.test
site_public_address: 203.0.113.7
site_jvb_password: abcdefghijklmnop
site_focus_password: abcdefghijklmnop
site_turn_secret: abcdefghijklmnop
prosody_jwt_secret: abcdefghijklmnopabcdefghijklmnop
"""
GROUPS = ("jitsi_signalling", "jitsi_web", "jitsi_videobridge", "jitsi_turn")


def inventory(folder: Path, connection: str) -> Path:
    lines = ["all:", "  hosts:", f"    meet.example.test: {{{connection}}}", "  children:"]
    for group in GROUPS:
        lines += [f"    {group}:", "      hosts:", "        meet.example.test:"]
    (folder / "group_vars" / "all").mkdir(parents=True)
    (folder / "hosts.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = folder / "group_vars" / "all" / "settings.yml"
    settings.write_text(SETTINGS, encoding="utf-8")
    settings.chmod(0o600)
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A site whose server is this machine, which is no meeting server."""
    return inventory(tmp_path, "ansible_connection: local")


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A site whose server refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    return inventory(tmp_path, f"ansible_host: 127.0.0.1, ansible_port: {port}")


@pytest.mark.parametrize(("command", "schema"), [("status", "status-1"), ("doctor", "doctor-1")])
def test_a_machine_that_is_no_meeting_server_is_told_so(
    here: Path, capsys: pytest.CaptureFixture[str], command: str, schema: str
) -> None:
    assert main([command, "-i", str(here), "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    text = files("selfhost.reports").joinpath("schema", f"{schema}.json").read_text("utf-8")
    jsonschema.validate(document, json.loads(text))
    assert main([command, "-i", str(here)]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "meet.example.test" in out


@pytest.mark.parametrize("command", ["status", "doctor"])
def test_a_server_that_is_not_reached_is_inconclusive(
    nowhere: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([command, "-i", str(nowhere)]) == 3
    assert "not reached" in capsys.readouterr().out
    assert main([command, "-i", str(nowhere), "--format", "json"]) == 3
    assert json.loads(capsys.readouterr().out)


def test_wrong_usage_is_told_in_a_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "-i", str(here), "--symptom", "headache"]) == 2
    err = capsys.readouterr().err
    assert "'headache' is no symptom" in err
    assert "third-participant: " in err
    assert main(["doctor", "-i", str(here), "--format", "markdown"]) == 2
    assert main(["status", "-i", str(here / "missing")]) == 2


def test_the_causes_are_listed_without_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--list"]) == 0
    every = capsys.readouterr().out
    assert main(["doctor", "--list", "--symptom", "slow-or-killed"]) == 0
    some = capsys.readouterr().out
    assert "memory-heaps-too-large" in some
    assert "certificate-names" in every
    assert "certificate-names" not in some
