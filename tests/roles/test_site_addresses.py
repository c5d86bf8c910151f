"""Where the site's hosts reach each other, worked out by Ansible itself from an inventory."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from tests.roles.render import ROLES

HOSTS = """
all:
  vars:
    site_domain: meet.example.org
    net: 10.0.0
  hosts:
    meet: {site_public_address: 203.0.113.10, site_private_address: 10.0.0.1}
    jvb1: {site_public_address: 203.0.113.11, site_private_address: "{{ net }}.11"}
    jvb2: {site_public_address: 203.0.113.12}
    turn: {site_public_address: 203.0.113.13, site_private_address: ""}
    spare: {}
jitsi_signalling: {hosts: {meet: }}
jitsi_web: {hosts: {meet: }}
jitsi_videobridge: {hosts: {jvb1: , jvb2: }}
jitsi_turn: {hosts: {turn: }}
"""
ONE = """
all:
  hosts:
    meet: {site_public_address: 203.0.113.10}
jitsi_signalling: {hosts: {meet: }}
jitsi_web: {hosts: {meet: }}
jitsi_videobridge: {hosts: {meet: }}
"""


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    """A variable of the role ``site`` as a host of an inventory sees it."""

    def ask(inventory: str, host: str, name: str, limit: str = "") -> Any:
        path = tmp_path / "hosts.yml"
        path.write_text(inventory, encoding="utf-8")
        loader = DataLoader()
        hosts = InventoryManager(loader=loader, sources=[str(path)])
        if limit:
            hosts.subset(limit)
        variables = VariableManager(loader=loader, inventory=hosts)
        HostVars(hosts, variables, loader)  # makes itself known to the variables
        role = loader.load_from_file(str(ROLES / "site/vars/main.yml"), trusted_as_template=True)
        known = {**variables.get_vars(host=hosts.get_host(host)), **role}
        return Templar(loader=loader, variables=known).template(role[name])

    return ask


@pytest.mark.parametrize("host", ["meet", "jvb1", "turn"])
@pytest.mark.parametrize("limit", ["", "jvb2"])
def test_every_host_sees_the_same_addresses(ask: Any, host: str, limit: str) -> None:
    assert ask(HOSTS, host, "_site_signalling_addresses", limit) == ["10.0.0.1"]
    assert ask(HOSTS, host, "_site_web_addresses", limit) == ["10.0.0.1"]
    assert ask(HOSTS, host, "_site_videobridge_addresses", limit) == ["10.0.0.11", "203.0.113.12"]
    assert ask(HOSTS, host, "_site_turn_addresses", limit) == ["203.0.113.13"]


def test_the_signalling_host_is_reached_on_loopback_by_itself_alone(ask: Any) -> None:
    assert ask(HOSTS, "meet", "_site_signalling_host") == "localhost"
    assert ask(HOSTS, "jvb1", "_site_signalling_host") == "10.0.0.1"
    assert ask(HOSTS, "turn", "_site_signalling_host") == "10.0.0.1"


def test_one_host_and_a_group_that_is_not_there(ask: Any) -> None:
    assert ask(ONE, "meet", "_site_videobridge_addresses") == ["203.0.113.10"]
    assert ask(ONE, "meet", "_site_turn_addresses") == []
    assert ask(ONE, "meet", "_site_signalling_host") == "localhost"


def test_a_host_without_an_address_is_named(ask: Any) -> None:
    inventory = yaml.safe_load(HOSTS)
    inventory["jitsi_videobridge"]["hosts"]["spare"] = None
    text = yaml.safe_dump(inventory)
    assert ask(text, "meet", "_site_videobridge_addresses") == ["10.0.0.11", "203.0.113.12"]
    assert ask(text, "meet", "_site_unaddressed") == ["spare"]
    assert ask(HOSTS, "meet", "_site_unaddressed") == []
