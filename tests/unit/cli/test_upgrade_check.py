"""``selfhost upgrade --check``: its exit codes, and that nothing but a look is taken."""

import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from selfhost.cli import main
from selfhost.errors import TargetError
from selfhost.provision import preflight, run
from selfhost.provision.facts import Package, parse_probe
from selfhost.settings.create import Plan
from selfhost.settings.create import create as new_inventory
from selfhost.settings.render import HostEntry
from tests.unit.provision.conftest import ANSWER

DOMAIN = "meet.example.test"
OFFER: dict[str, Any] = {
    "installed": {"jicofo": "1.0-5-1"},
    "versions": {"jicofo": "1.0-6-1"},
    "download": 1,
    "unpacked": 1,
    "unmet": [],
    "lost": [],
}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """An inventory, a server that answers, and the runs that were asked for."""
    monkeypatch.chdir(tmp_path)
    for name in ("SELFHOST_INVENTORY", "SELFHOST_PASSPHRASE_FILE", "ANSIBLE_VAULT_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    new_inventory(
        Path("inventory"), Plan(DOMAIN, HostEntry(DOMAIN, "203.0.113.10"), "203.0.113.10")
    )
    facts = dataclasses.replace(
        parse_probe(ANSWER.encode()), jitsi=(Package("jicofo", "1.0-5-1", True),)
    )
    monkeypatch.setattr(preflight, "ask", lambda site, host: facts)
    return offered(monkeypatch, OFFER)


def offered(monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]) -> list[Any]:
    requests: list[Any] = []

    def runs(site: object, request: object, observe: object) -> object:
        requests.append(request)
        return SimpleNamespace(state=SimpleNamespace(told={DOMAIN: {"offer": told}}))

    monkeypatch.setattr(run, "run_playbook", runs)
    return requests


def test_what_could_begin_is_0_and_only_looked_at(
    asked: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upgrade", "--check", "--to", "2.0.8-1"]) == 0
    said = capsys.readouterr()
    assert "jicofo 1.0-5-1 -> 1.0-6-1" in said.out
    assert "next: selfhost upgrade" in said.err
    (request,) = asked
    assert (request.playbook, request.check) == ("upgrade_check.yml", True)
    assert request.variables["jitsi_repository_upgrade_to"] == "2.0.8-1"
    assert not Path("inventory/backups").exists()


@pytest.mark.parametrize(
    ("told", "code", "verdict"),
    [
        ({}, 0, "newer"),
        ({"versions": {"jicofo": "1.0-5-1"}}, 0, "nothing-newer"),
        ({"unmet": ["jicofo needs more"]}, 1, "stopped"),
        ({"versions": None, "msg": "x"}, 3, "unknown"),
    ],
)
def test_exit_codes(
    asked: list[Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    told: dict[str, Any],
    code: int,
    verdict: str,
) -> None:
    offered(monkeypatch, {k: v for k, v in {**OFFER, **told}.items() if v is not None})
    assert main(["upgrade", "--check", "--format", "json"]) == code
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["verdict"]) == ("selfhost.upgrade-check/1", verdict)
    assert found["breaking"] == []
    assert found["hosts"][0]["changes"] == (
        {"jicofo": "1.0-6-1"} if "unmet" in told or not told else {}
    )


def test_changes_that_are_not_acknowledged_are_told_with_the_rest(
    asked: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("inventory/group_vars/all/settings.yml")
    lines = path.read_text().splitlines()
    path.write_text("\n".join(x for x in lines if not x.startswith("site_acknowledged_release")))
    assert main(["upgrade", "--check"]) == 1
    said = capsys.readouterr()
    assert "jicofo 1.0-5-1 -> 1.0-6-1" in said.out
    assert "to be read first: 0.1.0, rooms-by-invitation: this release lets only" in said.out
    assert "an upgrade would stop" in said.err


def test_a_server_that_does_not_answer_is_3(
    asked: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(site: object, host: object) -> None:
        raise TargetError("meet.example.test could not be reached", hint="look")

    monkeypatch.setattr(preflight, "ask", away)
    assert main(["upgrade", "--check"]) == 3
    assert asked == []
    assert "could not be reached" in capsys.readouterr().out
