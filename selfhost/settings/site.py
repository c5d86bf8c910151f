"""A site: its servers with how to reach them, and its checked settings."""

import getpass
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from selfhost.errors import SettingsError
from selfhost.provision import content
from selfhost.settings import secrets
from selfhost.settings.document import VAULT_HEADER, Value, Vaulted, read_text
from selfhost.settings.inventory import GROUPS, InventoryHost, read_inventory
from selfhost.settings.members import Member, member_problems
from selfhost.settings.problems import Problem, raise_for
from selfhost.settings.release import (
    Release,
    acknowledged_problem,
    load_release,
    renamed_problems,
)
from selfhost.settings.rules import EXAMPLE_DOMAIN, check_rules
from selfhost.settings.specs import NO_DEFAULT, Option, load_specs, options_of
from selfhost.settings.versions import version_problems

KNOWN_HOSTS = "known_hosts"
_WORD = re.compile(r"[A-Za-z0-9_:.][A-Za-z0-9_:.%@\\-]{0,252}")
_INVENTORY_DIR = re.compile(r"\{\{\s*inventory_dir\s*\}\}")


@dataclass(frozen=True, slots=True)
class Host:
    """One server: the parts it plays, and how Ansible and the audit reach it."""

    name: str
    groups: tuple[str, ...]
    address: str
    port: int
    user: str
    identity_file: Path | None
    become: bool
    connection: str  # "ssh" or "local"
    settings: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Site:
    """The inventory, read and found valid. ``settings`` are the signalling host's, with the
    roles' defaults filled in; a default that is a template stands as it is written."""

    inventory: Path
    hosts: tuple[Host, ...]
    settings: Mapping[str, Any] = field(repr=False)
    secret_names: frozenset[str]

    @property
    def domain(self) -> str:
        """The domain that people open in their browsers."""
        return str(self.settings["site_domain"])

    @property
    def known_hosts(self) -> Path:
        """The site's own file of server keys; it need not exist yet."""
        return self.inventory / KNOWN_HOSTS

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown, for masking what other programs print."""
        found = {
            value
            for host in self.hosts
            for name in self.secret_names
            if isinstance(value := host.settings.get(name), str) and len(value) >= 8
        }
        return tuple(sorted(found, key=len, reverse=True))


def load_site(
    inventory: Path,
    vault_password_file: Path | None = None,
    *,
    need_secrets: bool = True,
    roles: Path | None = None,
) -> Site:
    """Read and check an inventory directory.

    Without ``need_secrets``, secrets that are encrypted may stay closed. The vault password
    file defaults to the one that ``ANSIBLE_VAULT_PASSWORD_FILE`` names.

    Raises SettingsError for all that is wrong, each with file and line.
    """
    inventory = inventory.expanduser()
    password_file = secrets.vault_password_file(vault_password_file)
    closed = False

    def unseal(ciphertext: str, where: str) -> str | None:
        nonlocal closed
        if password_file is not None:
            return secrets.unseal(ciphertext, password_file, where)
        if need_secrets:
            raise SettingsError(
                f"{where} is encrypted and no password is given",
                hint="name the password's file with --vault-password-file",
            )
        closed = True
        return None

    options = options_of(load_specs(roles or content.roles()))
    release = load_release(roles or content.roles())
    found = read_inventory(inventory, unseal)
    problems: dict[Problem, None] = dict.fromkeys(_group_problems(found, inventory))
    hosts: list[Host] = []
    members: list[Member] = []
    for host in found:
        connection, values = _split(_open(host, unseal))
        problems.update(dict.fromkeys(_check(values, options, release, secrets_closed=closed)))
        problems.update(dict.fromkeys(version_problems(values)))
        problems.update(dict.fromkeys(_exposed(host.variables, options)))
        defaults = {n: o.default for n, o in options.items() if o.default is not NO_DEFAULT}
        plain = {name: value.plain() for name, value in values.items()}
        members.append(Member(host.name, host.groups, {**defaults, **plain}, values))
        made = _host(host, connection, {**defaults, **plain}, inventory)
        if isinstance(made, Problem):
            problems[made] = None
        else:
            hosts.append(made)
    problems.update(dict.fromkeys(member_problems(members, str(inventory / "hosts.yml"))))
    raise_for(list(problems))
    first = next((h for h in hosts if "jitsi_signalling" in h.groups), hosts[0])
    return Site(
        inventory=inventory,
        hosts=tuple(hosts),
        settings=first.settings,
        secret_names=frozenset(name for name, option in options.items() if option.secret),
    )


def _group_problems(hosts: tuple[InventoryHost, ...], inventory: Path) -> list[Problem]:
    path = inventory / "hosts.yml"
    if not hosts:
        return [Problem(str(path), "names no host", "selfhost init writes a valid one")]
    members = {group: [h.name for h in hosts if group in h.groups] for group in GROUPS}
    problems = [
        Problem(str(path), f"the group {group} has no host", f"list the server under {group}: too")
        for group in ("jitsi_signalling", "jitsi_web", "jitsi_videobridge")
        if not members[group]
    ]
    if len(members["jitsi_signalling"]) > 1:
        problems.append(
            Problem(
                str(path),
                "the group jitsi_signalling has more than one host",
                "a domain has one signalling server; more load needs more in jitsi_videobridge",
            )
        )
    return problems


def _open(host: InventoryHost, unseal: Any) -> dict[str, Value]:
    opened = {}
    for name, value in host.variables.items():
        if isinstance(value.data, Vaulted):
            text = unseal(value.data.ciphertext, f"{name} ({value.place})")
            value = value if text is None else replace(value, data=text.rstrip("\n"))
        opened[name] = value
    return opened


def _split(variables: dict[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    connection = {k: v for k, v in variables.items() if k.startswith("ansible_")}
    return connection, {k: v for k, v in variables.items() if k not in connection}


def _check(
    values: dict[str, Value],
    options: Mapping[str, Option],
    release: Release,
    *,
    secrets_closed: bool,
) -> list[Problem]:
    from selfhost.settings.model import build_model, check_types  # pydantic is slow to import

    renamed = list(renamed_problems(values, release.renamed))
    values = {name: value for name, value in values.items() if name not in release.renamed}
    problems = check_types(build_model(options), options, values)
    if secrets_closed:
        problems = [
            p for p in problems if p.place or not (p.key in options and options[p.key].secret)
        ]
    bad = {p.key.split(".")[0].split("[")[0] for p in problems}
    settings = {name: value.plain() for name, value in values.items() if name not in bad}
    for name, option in options.items():
        if name not in bad and option.default is not NO_DEFAULT:
            settings.setdefault(name, option.default)
    # Settings that the user wrote come last, so that a clash names what can be mended.
    ordered = {name: settings[name] for name in sorted(settings, key=lambda n: n in values)}
    early = acknowledged_problem(settings, release.number)
    for problem in (*check_rules(ordered, options), *([early] if early else [])):
        value = values.get(problem.key)
        problems.append(replace(problem, place=value.place if value else None))
    return [*renamed, *problems]


def _exposed(values: Mapping[str, Value], options: Mapping[str, Option]) -> list[Problem]:
    """Files with secrets in plain text that other users of this machine could read."""
    domain = values.get("site_domain")
    if domain is not None and domain.data == EXAMPLE_DOMAIN:
        return []
    files = {
        value.place.path
        for name, value in values.items()
        if name in options and options[name].secret and isinstance(value.data, str)
    }
    return [
        Problem(str(path), "other users of this machine can read its secrets", f"chmod 600 {path}")
        for path in sorted(files)
        if not read_text(path).startswith(VAULT_HEADER)
        and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]


def _host(
    host: InventoryHost,
    connection: Mapping[str, Value],
    settings: Mapping[str, Any],
    inventory: Path,
) -> Host | Problem:
    def text(*names: str) -> str | None:
        for name in names:
            if name in connection and connection[name].data is not None:
                raw = str(connection[name].plain())
                return _INVENTORY_DIR.sub(str(inventory.resolve()), raw)
        return None

    for name, value in connection.items():
        if name in _CONNECTION and "{{" in (text(name) or ""):
            return Problem(name, "must be plain here, not a template", place=value.place)
    port = text("ansible_port", "ansible_ssh_port") or "22"
    if not port.isdigit() or not 1 <= int(port) <= 65535:
        place = connection["ansible_port"].place if "ansible_port" in connection else None
        return Problem("ansible_port", "expected a port number", "usually 22", place)
    identity = text("ansible_ssh_private_key_file", "ansible_private_key_file")
    user = text("ansible_user", "ansible_ssh_user") or getpass.getuser()
    address = text("ansible_host", "ansible_ssh_host") or host.name
    for key, word in (("ansible_host", address), ("ansible_user", user)):
        if not _WORD.fullmatch(word):  # a leading '-' would be an option to ssh
            place = connection[key].place if key in connection else None
            return Problem(key, f"{word!r} is not a valid name or address", place=place)
    return Host(
        name=host.name,
        groups=host.groups,
        address=address,
        port=int(port),
        user=user,
        identity_file=Path(identity).expanduser() if identity else None,
        become=(text("ansible_become") or str(user != "root")).lower() in ("true", "yes", "1"),
        connection="local" if text("ansible_connection") == "local" else "ssh",
        settings=settings,
    )


_CONNECTION = (
    "ansible_host",
    "ansible_port",
    "ansible_user",
    "ansible_ssh_private_key_file",
    "ansible_become",
    "ansible_connection",
)
