"""How ansible-playbook is called: its arguments and its environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from selfhost.provision import content
from selfhost.settings.secrets import vault_password_file
from selfhost.settings.site import Site

_CALLBACKS = Path(__file__).with_name("callback")


@dataclass(frozen=True, slots=True)
class Request:
    """What to run, and how."""

    playbook: str = "site.yml"
    check: bool = False
    diff: bool = False
    tags: str | None = None
    limit: str | None = None
    verbosity: int = 0
    vault_password_file: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    """Win over all others. They stand on the command line: no secrets."""


def environment(site: Site, control: Path, events: int) -> dict[str, str]:
    """The child's environment: the caller's, without any setting of Ansible's, plus ours."""
    found = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIBLE_", "PYTHON")) and name not in ("SSH_ASKPASS", "DISPLAY")
    }
    known_hosts = str(site.known_hosts.resolve()).replace("%", "%%")
    ssh = (
        "-o ControlMaster=auto -o ControlPersist=60s -o BatchMode=yes -o StrictHostKeyChecking=yes "
        f"-o 'UserKnownHostsFile=\"{known_hosts}\"' -o ServerAliveInterval=15"
    )
    found.update(
        ANSIBLE_CONFIG=str(content.ansible_config()),
        ANSIBLE_ROLES_PATH=str(content.roles()),
        ANSIBLE_INVENTORY_ENABLED="yaml",
        ANSIBLE_CALLBACK_PLUGINS=str(_CALLBACKS),
        ANSIBLE_CALLBACKS_ENABLED="selfhost_jsonl",
        ANSIBLE_HOST_KEY_CHECKING="True",
        ANSIBLE_PYTHON_INTERPRETER="/usr/bin/python3",  # the one that python3-apt is for
        ANSIBLE_PIPELINING="True",
        ANSIBLE_SSH_ARGS=ssh,
        ANSIBLE_SSH_CONTROL_PATH_DIR=str(control),
        ANSIBLE_SSH_CONTROL_PATH="%(directory)s/%%C",
        LC_ALL="C.UTF-8",  # Ansible refuses other encodings
        ANSIBLE_NOCOLOR="1",
        ANSIBLE_NOCOWS="1",
        ANSIBLE_RETRY_FILES_ENABLED="False",
        ANSIBLE_DEPRECATION_WARNINGS="False",
        ANSIBLE_DISPLAY_SKIPPED_HOSTS="False",
        # A handler that an earlier run has not come to may have had another name then.
        ANSIBLE_ERROR_ON_MISSING_HANDLER="False",
        PYTHONUNBUFFERED="1",
        SELFHOST_EVENTS_FD=str(events),
    )
    return found


def command(
    site: Site, request: Request, playbook: Path, left: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """The child's arguments. No secret is among them.

    ``left`` are handlers by host that an earlier run has not come to.
    """
    found = [
        str(content.program("ansible-playbook")),
        "--inventory",
        str((site.inventory / "hosts.yml").resolve()),
    ]
    password = vault_password_file(request.vault_password_file)
    if password is not None:
        found += ["--vault-password-file", str(password)]
    if request.check:
        found.append("--check")
    if request.diff:
        found.append("--diff")
    if request.tags:
        found.append(f"--tags={request.tags}")
    if request.limit:
        found.append(f"--limit={request.limit}")
    if request.variables:
        found += ["--extra-vars", json.dumps(dict(request.variables))]
    if request.verbosity:
        found.append("-" + "v" * min(request.verbosity, 4))
    if left:
        found.append(f"--extra-vars={json.dumps({'_site_unfinished': left})}")
    return [*found, str(playbook)]
