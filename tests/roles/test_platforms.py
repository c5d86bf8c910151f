"""``selfhost check`` and the roles accept and refuse the same systems."""

import dataclasses
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from selfhost.provision import machine
from selfhost.provision.checks import Status
from selfhost.provision.facts import ServerFacts, parse_probe
from tests.roles.render import ROLES

NAMES = {"debian": "Debian", "ubuntu": "Ubuntu", "fedora": "Fedora"}
SYSTEMS = [
    ("debian", "11"),
    ("debian", "12"),
    ("debian", "13"),
    ("debian", "14"),
    ("ubuntu", "20.04"),
    ("ubuntu", "22.04"),
    ("ubuntu", "24.04"),
    ("ubuntu", "25.10"),
    ("fedora", "12"),
]


@pytest.fixture
def facts() -> ServerFacts:
    """Of a server that said nothing yet."""
    return parse_probe(b"")


def preflight(name: str, distribution: str, version: str) -> Any:
    """A variable of the role ``preflight`` on such a server."""
    loader = DataLoader()
    path = str(ROLES / "preflight" / "vars" / "main.yml")
    known = loader.load_from_file(path, trusted_as_template=True)
    known["_preflight_server"] = {"distribution": NAMES[distribution], "version": version}
    return Templar(loader=loader, variables=known).template(known[name])


@pytest.mark.parametrize(("distribution", "version"), SYSTEMS)
def test_both_agree(facts: ServerFacts, distribution: str, version: str) -> None:
    seen = dataclasses.replace(facts, distribution=distribution, version=version)
    accepted = machine.distribution(seen).status is Status.OK
    assert preflight("_preflight_supported", distribution, version) is accepted


@pytest.mark.parametrize(("distribution", "version"), [("debian", "11"), ("ubuntu", "22.04")])
def test_a_system_with_an_old_prosody_is_refused_with_the_reason(
    facts: ServerFacts, distribution: str, version: str
) -> None:
    seen = dataclasses.replace(facts, distribution=distribution, version=version)
    assert "Prosody is 0.11" in machine.distribution(seen).message
    assert preflight("_preflight_too_old", distribution, version) is True
    assert preflight("_preflight_too_old", "debian", "12") is False


@pytest.mark.parametrize(
    ("architecture", "status"), [("amd64", "ok"), ("arm64", "ok"), ("armhf", "failed")]
)
def test_processors(facts: ServerFacts, architecture: str, status: str) -> None:
    assert (
        machine.architecture(dataclasses.replace(facts, architecture=architecture)).status == status
    )
