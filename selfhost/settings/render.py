"""The text of an inventory's files: the same for ``selfhost init`` and ``inventory.example``."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from selfhost.settings.inventory import GROUPS
from selfhost.settings.release import ACKNOWLEDGED
from selfhost.settings.rules import EXAMPLE_DOMAIN, EXAMPLE_SECRET
from selfhost.settings.secrets import LENGTH
from selfhost.settings.specs import NO_DEFAULT, Option, RoleSpec

_WIDTH = 98
_STR = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class HostEntry:
    """The server as ``hosts.yml`` shall describe it."""

    name: str
    address: str
    user: str = "root"
    port: int = 22
    identity_file: Path | None = None


def host_variables(host: HostEntry) -> dict[str, Any]:
    """How Ansible reaches a server."""
    variables: dict[str, Any] = {
        "ansible_host": host.address,
        "ansible_port": host.port,
        "ansible_user": host.user,
    }
    if host.user != "root":
        variables["ansible_become"] = True
    if host.identity_file is not None:
        variables["ansible_ssh_private_key_file"] = str(host.identity_file)
    return variables


def hosts_text(host: HostEntry) -> str:
    """``hosts.yml`` for one server that plays all parts."""
    lines = [
        "---",
        "# The server, and which parts of Jitsi Meet it plays: here, all of them.",
        "all:",
        "  hosts:",
        f"    {host.name}:",
    ]
    lines += [f"      {line}" for line in dump(host_variables(host)).splitlines()]
    for group in GROUPS:
        lines += [f"{group}:", "  hosts:", f"    {host.name}:"]
    return "\n".join(lines) + "\n"


def settings_text(specs: tuple[RoleSpec, ...], values: Mapping[str, Any]) -> str:
    """``settings.yml``: given and required settings set, all others commented with defaults."""
    lines = [
        "---",
        "# The settings of your server: the one file to edit. 'selfhost apply' puts a change into",
        "# effect. A setting that is commented out shows its default.",
    ]
    for spec in specs:
        options = [option for option in spec.options if not option.secret]
        if not options:
            continue
        lines += ["", f"# --- {spec.name}: {spec.summary}"]
        for option in options:
            lines.append("")
            lines += comment(option)
            shown = "" if option.default is NO_DEFAULT else option.default
            if option.name in values:
                lines += dump({option.name: values[option.name]}).splitlines()
            else:
                lines += [f"# {line}" for line in dump({option.name: shown}).splitlines()]
    return "\n".join(lines) + "\n"


def secrets_text(specs: tuple[RoleSpec, ...], values: Mapping[str, str]) -> str:
    """``secrets.yml``: a value for each secret."""
    lines = [
        "---",
        "# Secrets that the server's parts share: letters and digits only, known to nobody.",
    ]
    for option in secret_options(specs):
        lines += ["", *comment(option), *dump({option.name: values[option.name]}).splitlines()]
    return "\n".join(lines) + "\n"


def secret_options(specs: tuple[RoleSpec, ...]) -> tuple[Option, ...]:
    """The secrets that have to be generated."""
    return tuple(o for spec in specs for o in spec.options if o.secret and o.required)


def example(specs: tuple[RoleSpec, ...], release: str) -> dict[str, str]:
    """The files of ``inventory.example`` by their path inside it."""
    address = "203.0.113.10"
    secrets = {
        option.name: f"{EXAMPLE_SECRET}{number:0>{LENGTH - len(EXAMPLE_SECRET)}}"
        for number, option in enumerate(secret_options(specs), start=1)
    }
    settings = {
        "site_domain": EXAMPLE_DOMAIN,
        "site_public_address": address,
        ACKNOWLEDGED: release,
    }
    return {
        "hosts.yml": hosts_text(HostEntry(EXAMPLE_DOMAIN, address)),
        "group_vars/all/settings.yml": settings_text(specs, settings),
        "group_vars/all/secrets.yml": secrets_text(specs, secrets),
    }


def comment(option: Option) -> list[str]:
    """The option's description as comment lines, with its choices."""
    paragraphs = list(option.description)
    if option.choices:
        paragraphs.append("One of: " + ", ".join(str(choice) for choice in option.choices) + ".")
    return [
        f"# {line}"
        for paragraph in paragraphs
        for line in textwrap.wrap(paragraph, width=_WIDTH - 2)
    ]


def dump(values: Mapping[str, Any]) -> str:
    """YAML in the repository's style: block lists indented, texts unquoted where possible."""
    text: str = yaml.dump(
        dict(values),
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=False,
        allow_unicode=True,
        width=10_000,
    )
    return text


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, data: str) -> yaml.ScalarNode:
    resolve: Any = dumper.resolve
    read_back = resolve(yaml.ScalarNode, data, (True, False))
    plain = read_back == _STR and dumper.analyze_scalar(data).allow_block_plain
    style = "|" if "\n" in data else (None if plain else '"')
    return dumper.represent_scalar(_STR, data, style=style)


_Dumper.add_representer(str, _text)
