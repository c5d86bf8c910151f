"""The inventory directory: ``hosts.yml``, ``group_vars/`` and ``host_vars/`` beside it.

Read here rather than by ``ansible-inventory``, which takes most of a second; a test holds both
equal on this layout. Precedence is Ansible's: group variables in ``hosts.yml``, then
``group_vars/all``, then ``group_vars/<group>``, then the host's in ``hosts.yml``, then
``host_vars/<host>``.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from selfhost.errors import SettingsError
from selfhost.settings.document import VAULT_HEADER, Value, parse, read_text

GROUPS = ("jitsi_signalling", "jitsi_web", "jitsi_videobridge", "jitsi_turn")
_EXTENSIONS = (".yml", ".yaml")
_GROUP_KEYS = ("hosts", "children", "vars")

Unseal = Callable[[str, str], str | None]  # ciphertext, where -> text; None to leave it out


@dataclass(frozen=True, slots=True)
class InventoryHost:
    """A host, its groups, and all variables that Ansible would give it."""

    name: str
    groups: tuple[str, ...]
    variables: Mapping[str, Value]


@dataclass(slots=True)
class _Group:
    depth: int
    hosts: dict[str, dict[str, Value]]
    children: set[str]
    variables: dict[str, Value]


def read_inventory(directory: Path, unseal: Unseal) -> tuple[InventoryHost, ...]:
    """The hosts of an inventory directory, in the order of ``hosts.yml``.

    Raises SettingsError with file and line when a file is missing, malformed, or uses what this
    reader does not support (host ranges, other formats).
    """
    path = directory / "hosts.yml"
    if not path.is_file():
        raise SettingsError(
            f"there is no inventory in {directory} ({path.name} is missing)",
            hint="selfhost init DOMAIN --host ADDRESS writes one; -i names another directory",
        )
    groups: dict[str, _Group] = {}
    for name, body in parse(read_text(path), path).items():
        _collect(name, body, groups, depth=0 if name == "all" else 1)
    names = list(dict.fromkeys(host for group in groups.values() for host in group.hosts))
    return tuple(_host(name, groups, directory, unseal) for name in names)


def _collect(name: str, body: Value, groups: dict[str, _Group], depth: int) -> None:
    group = groups.setdefault(name, _Group(depth, {}, set(), {}))
    group.depth = max(group.depth, depth)
    sections = _mapping(body, f"group {name}")
    for key, value in sections.items():
        if key not in _GROUP_KEYS:
            near = difflib.get_close_matches(key, _GROUP_KEYS, n=1)
            raise SettingsError(
                f"{value.place}: a group has hosts, children and vars, not {key}",
                hint=f"did you mean {near[0]}?" if near else "",
            )
    for host, values in _mapping(sections.get("hosts"), "hosts").items():
        if "[" in host:
            raise SettingsError(
                f"{values.place}: host ranges are not supported: {host}",
                hint="write each host on a line of its own",
            )
        group.hosts.setdefault(host, {}).update(_mapping(values, f"host {host}"))
    group.variables.update(_mapping(sections.get("vars"), "vars"))
    for child, child_body in _mapping(sections.get("children"), "children").items():
        group.children.add(child)
        _collect(child, child_body, groups, depth + 1)


def _mapping(value: Value | None, what: str) -> dict[str, Value]:
    if value is None or value.data is None:
        return {}
    if not isinstance(value.data, dict):
        raise SettingsError(
            f"{value.place}: {what}: expected indented 'name: value' lines",
            hint="end a host's name with a colon, also when nothing follows",
        )
    return value.data


def _host(name: str, groups: dict[str, _Group], directory: Path, unseal: Unseal) -> InventoryHost:
    own = {group for group, body in groups.items() if name in body.hosts}
    while more := {g for g, body in groups.items() if body.children & own} - own:
        own |= more
    ordered = sorted(own - {"all"}, key=lambda group: (groups[group].depth, group))
    variables: dict[str, Value] = {}
    for group in ("all", *ordered):
        if group in groups:
            variables.update(groups[group].variables)
    for group in ("all", *ordered):
        variables.update(_variable_files(directory / "group_vars", group, unseal))
    for body in groups.values():
        variables.update(body.hosts.get(name, {}))
    variables.update(_variable_files(directory / "host_vars", name, unseal))
    return InventoryHost(name, tuple(ordered), variables)


def _variable_files(folder: Path, name: str, unseal: Unseal) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for extension in _EXTENSIONS:
        if (folder / f"{name}{extension}").is_file():
            found.update(_variables(folder / f"{name}{extension}", unseal))
    if (folder / name).is_dir():
        for path in sorted((folder / name).iterdir()):
            if path.suffix in _EXTENSIONS and not path.name.startswith("."):
                found.update(_variables(path, unseal))
    return found


def _variables(path: Path, unseal: Unseal) -> dict[str, Value]:
    text = read_text(path)
    if text.startswith(VAULT_HEADER):
        opened = unseal(text, str(path))
        return {} if opened is None else parse(opened, path)
    return parse(text, path)
