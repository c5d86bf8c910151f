"""The roles make things as large as ``selfhost check`` says."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from selfhost.provision import sizing
from tests.roles.render import GROUPS, ROLES, ROOT, example, render_defaults

MACHINES = (256, 512, 900, 1023, 1800, 1900, 2048, 3500, 3999, 4096, 7900, 8192, 16_000, 64_000)
HOSTS = (
    tuple(GROUPS),
    ("jitsi_signalling", "jitsi_web"),
    ("jitsi_signalling", "jitsi_videobridge"),
    ("jitsi_web", "jitsi_videobridge"),
    ("jitsi_videobridge",),
    ("jitsi_videobridge", "jitsi_turn"),
    ("jitsi_turn",),
)


def evaluated(role: str, name: str, memory: int, groups: tuple[str, ...]) -> str:
    """A role's variable on a machine, by Ansible's own templating."""
    loader = DataLoader()
    known: dict[str, Any] = {
        "_preflight_server": {"memory_mb": memory},
        "group_names": list(groups),
    }
    for folder in ("defaults", "vars"):
        path = str(ROLES / role / folder / "main.yml")
        known.update(loader.load_from_file(path, trusted_as_template=True))
    return str(Templar(loader=loader, variables=known).template(known[name])).strip()


@pytest.mark.parametrize("groups", HOSTS)
def test_roles_and_table_agree(groups: tuple[str, ...]) -> None:
    for memory in MACHINES:
        heaps = sizing.heaps(memory, groups)
        if heaps.bridge:
            said = evaluated("videobridge", "_videobridge_memory", memory, groups)
            assert said == f"{heaps.bridge}m", memory
        if heaps.focus:
            assert evaluated("jicofo", "_jicofo_memory", memory, groups) == f"{heaps.focus}m"
    needed = evaluated("preflight", "_preflight_memory_needed", 0, groups)
    assert needed == str(sizing.memory_needed(groups))


def test_the_minimum_is_stated_once() -> None:
    options = yaml.safe_load((ROLES / "preflight/meta/argument_specs.yml").read_text("utf-8"))
    stated = options["argument_specs"]["main"]["options"]
    assert stated["preflight_minimum_memory_mb"]["default"] == sizing.MEMORY_NEEDED
    assert stated["preflight_minimum_disk_mb"]["default"] == sizing.DISK_NEEDED


@pytest.mark.parametrize("groups", HOSTS)
def test_heaps_leave_room_for_all_else(groups: tuple[str, ...]) -> None:
    for memory in MACHINES:
        if memory >= sizing.memory_needed(groups):
            heaps = sizing.heaps(memory, groups)
            assert heaps.bridge + heaps.focus <= memory * 0.55, (memory, groups)


def test_files_and_connections_are_those_of_the_table(tmp_path: Path) -> None:
    render_defaults(tmp_path, example())
    nginx = (tmp_path / "etc/nginx/nginx.conf").read_text("utf-8")
    assert f"worker_connections {sizing.NGINX_CONNECTIONS};" in nginx
    assert "768" not in nginx
    assert f"\nworker_rlimit_nofile {sizing.NGINX_FILES};\nworker_processes" in nginx
    assert sizing.NGINX_CONNECTIONS * 2 <= sizing.NGINX_FILES
    unit = (tmp_path / "etc/systemd/system/prosody.service.d/selfhost.conf").read_text("utf-8")
    assert f"LimitNOFILE={sizing.PROSODY_FILES}" in unit


def test_the_document_states_the_same_numbers() -> None:
    text = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    for number in (
        *(sizing.MEMORY_NEEDED, sizing.MEMORY_ADVISED, *sizing.KERNEL.values()),
        *(sizing.NGINX_CONNECTIONS, sizing.NGINX_FILES, sizing.PROSODY_FILES),
    ):
        assert str(number) in text, number
    many, few = sizing.heaps(10**6, GROUPS), sizing.heaps(0, GROUPS)
    assert f"{few.bridge} to {many.bridge} MiB" in text
    assert f"{few.focus} to {many.focus} MiB" in text
