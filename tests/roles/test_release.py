"""Ansible alone, without the command, refuses settings of an earlier release."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from selfhost.provision import content
from tests.roles.render import ROLES, ROOT

RELEASE = """\
release: 0.3.0
renamed:
  web_old_port: {name: web_https_port, since: 0.2.0}
breaking:
  - {id: rooms-closed, since: 0.2.0, what: closes rooms, do: Add users.}
  - {id: log-gone, since: 0.3.0, what: drops the log, do: Nothing.}
"""


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("web_old_port: 1", "web_old_port is called web_https_port since 0.2.0."),
        ("site_acknowledged_release: 0.2.0", "is 0.2.0, and since then this release drops the log"),
        ("{}", "closes rooms. Add users. It also drops the log. Nothing. When you have"),
        ("site_acknowledged_release: 0.3.0", None),
    ],
)
def test_a_run_stops_with_what_to_do(tmp_path: Path, settings: str, told: str | None) -> None:
    shutil.copytree(ROLES / "site", tmp_path / "roles" / "site")
    (tmp_path / "roles/site/files/release.yml").write_text(RELEASE)
    (tmp_path / "settings.yml").write_text(settings)
    (tmp_path / "play.yml").write_text(
        "- hosts: localhost\n  connection: local\n  gather_facts: false\n  roles: [site]\n"
    )
    example = ROOT / "inventory.example/group_vars/all"
    values = [example / "settings.yml", example / "secrets.yml", tmp_path / "settings.yml"]
    text = (example / "settings.yml").read_text()
    (tmp_path / "plain.yml").write_text(text.replace("site_acknowledged_release: ", "# "))
    values[0] = tmp_path / "plain.yml"
    done = subprocess.run(
        [
            str(content.program("ansible-playbook")),
            *(f"--extra-vars=@{path}" for path in values),
            str(tmp_path / "play.yml"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_LOCALHOST_WARNING": "False", "COLUMNS": "10000"},
    )
    said = " ".join((done.stdout + done.stderr).split())
    assert (done.returncode == 0) == (told is None), said
    assert told is None or told in said
