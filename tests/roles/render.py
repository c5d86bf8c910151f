"""The files that the roles would write, without a server.

The roles' own tasks are read, and those that write files are carried out on a folder: with
Ansible's own templating, and with the editing functions of the roles' own modules. All other
tasks (packages, services, commands) are left out. What one of those would have found out on a
server is in ``SERVER``.
"""

import functools
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

from tests.roles.bases import write_bases

ROOT = Path(__file__).resolve().parents[2]
ROLES = ROOT / "roles"
GROUPS = ["jitsi_signalling", "jitsi_web", "jitsi_videobridge", "jitsi_turn"]
#: What tasks that are not carried out here would have registered, and Ansible itself would know.
SERVER: dict[str, Any] = {
    "ansible_check_mode": False,
    "inventory_dir": "/nonexistent",
    "group_names": GROUPS,
    "_preflight_seen": {
        "packages": ["jitsi-meet", "nftables"],
        "versions": {"jitsi-meet": "2.0.10008-1"},
        "held": ["jitsi-meet"],
        "memory_mb": 4000,
        "running": [],
    },
    "_videobridge_certificate": {"content": "VEhFIENFUlRJRklDQVRFCg=="},
    "_firewall_loaded": {"waiting": False, "missing": []},
}


def render_defaults(
    dest: Path,
    variables: Mapping[str, Any],
    others: Mapping[str, tuple[list[str], Mapping[str, Any]]] | None = None,
    groups: list[str] | None = None,
    name: str = "",
) -> None:
    """Write below ``dest`` what a server has after ``playbooks/site.yml`` with the roles'
    defaults and these variables (``site_domain``, ``site_public_address`` and the secrets at
    least). ``others`` are further hosts: their groups, and variables that differ.
    Raises AnsibleError when a template does not work out.
    """
    write_bases(dest, variables)
    loader = _loader()
    play = loader.load_from_file(str(ROOT / "playbooks" / "site.yml"), trusted_as_template=True)[0]
    roles = [entry["role"] for entry in play["roles"]]
    name = name or variables["site_domain"]
    mine = GROUPS if groups is None else groups
    site = {name: (mine, variables)} | dict(others or {})
    known: dict[str, Any] = {
        **SERVER,
        "inventory_hostname": name,
        "group_names": mine,
        "groups": {
            "all": list(site),
            **{g: [host for host, (has, _) in site.items() if g in has] for g in GROUPS},
        },
        "hostvars": {host: {**variables, **own} for host, (_, own) in site.items()},
    }
    for folder in ("defaults", "vars"):
        for role in roles:
            known.update(_load(loader, ROLES / role / folder / "main.yml") or {})
    known.update(variables)
    for entry in play["roles"]:
        role = entry["role"]
        if not Templar(loader=loader, variables=known).evaluate_conditional(
            entry.get("when", True)
        ):
            continue
        scope = {**known, "role_path": str(ROLES / role)}
        scope["ansible_search_path"] = [str(ROLES / role), str(ROLES / role / "tasks")]
        for task in _tasks(loader, ROLES / role / "tasks", "main.yml"):
            _carry_out(Templar(loader=loader, variables=scope), task, dest)


def work_out(name: str, roles: list[str], known: Mapping[str, Any]) -> Any:
    """What a variable of these roles comes to, where ``known`` is known."""
    loader = _loader()
    variables: dict[str, Any] = {"group_names": GROUPS}
    for role in roles:
        variables.update(_load(loader, ROLES / role / "vars" / "main.yml") or {})
    return Templar(loader=loader, variables={**variables, **known}).template(variables[name])


@functools.cache
def _loader() -> DataLoader:
    """One for all: it keeps what it has read."""
    init_plugin_loader()
    return DataLoader()


def _load(loader: DataLoader, path: Path) -> Any:
    return loader.load_from_file(str(path), trusted_as_template=True) if path.is_file() else None


def _tasks(loader: DataLoader, folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Tasks of a file in order, with the conditions of what is around them."""
    for task in _load(loader, folder / name) or []:
        yield from _flat(loader, folder, task, [])


def _flat(
    loader: DataLoader, folder: Path, task: dict[str, Any], around: list[Any]
) -> Iterator[dict[str, Any]]:
    when = task.get("when", [])
    conditions = [*around, *(when if isinstance(when, list) else [when])]
    inner: list[dict[str, Any]] = []
    if "block" in task:
        inner = task["block"]
    elif "ansible.builtin.import_tasks" in task:
        inner = _load(loader, folder / str(task["ansible.builtin.import_tasks"]))
    else:
        yield {**task, "when": conditions}
    for child in inner:
        yield from _flat(loader, folder, child, conditions)


def _carry_out(templar: Templar, task: dict[str, Any], dest: Path) -> None:
    write = {
        "text_files": _text_files,
        "hocon_settings": _hocon_settings,
        "packet_filter": _packet_filter,
    }
    for name, carry_out in write.items():
        if name in task and all(templar.evaluate_conditional(c) for c in task["when"]):
            carry_out(templar.template(task[name]), dest)


@functools.cache
def module(name: str, role: str = "site") -> ModuleType:
    """One of the roles' own modules."""
    spec = importlib.util.spec_from_file_location(name, ROLES / role / "library" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def _text_files(arguments: dict[str, Any], dest: Path) -> None:
    files = module("text_files")
    for item in arguments["files"]:
        place = dest / str(item["path"]).lstrip("/")
        if "source" in item or ("edits" in item and not place.exists()):
            continue
        before = place.read_text(encoding="utf-8") if place.is_file() else ""
        text = files.wanted(item, before, arguments.get("secrets", {}), None)
        if text is None:
            place.unlink(missing_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
            place.chmod(int(item.get("mode") or "0644", 8))


def _packet_filter(arguments: dict[str, Any], dest: Path) -> None:
    """With accounts numbered from 900 on, in the order of their names, and sshd at port 22."""
    rules = module("packet_filter")
    accounts = {name: 900 + n for n, name in enumerate(sorted(arguments["confined"]))}
    ports = rules.ssh_ports([], "port 22\n", arguments["ssh_ports"])
    place = dest / rules.RULES.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    text = rules.composed(arguments["rules"], arguments["confined"], accounts, ports)
    place.write_text(text, encoding="utf-8")


def _hocon_settings(arguments: dict[str, Any], dest: Path) -> None:
    """Later lines win over earlier ones. Unsetting needs the real module: here, a key to be unset
    must not be there."""
    place = dest / str(arguments["path"]).lstrip("/")
    text = place.read_text(encoding="utf-8")
    for key, value in {**arguments["settings"], **arguments["secrets"]}.items():
        if value is not None:
            text += f"{key} = {json.dumps(value)}\n"
        else:
            last = [rf"\b{re.escape(part)}\b" for part in key.split(".")[-2:]]
            assert not all(re.search(part, text) for part in last), key
    place.write_text(text, encoding="utf-8")
    place.chmod(int(arguments["mode"], 8))


def example() -> dict[str, Any]:
    """The variables of ``inventory.example``."""
    folder = ROOT / "inventory.example" / "group_vars" / "all"
    found: dict[str, Any] = {}
    for file in sorted(folder.glob("*.yml")):
        found.update(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    return found
