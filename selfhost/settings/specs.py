"""What the roles declare: their options, read from ``meta/argument_specs.yml``.

Format: Ansible's "Role argument validation". Of its keys we read ``type``, ``required``,
``default``, ``choices``, ``elements``, ``options``, ``no_log`` and ``description``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from selfhost.errors import SelfhostError

TYPES = ("str", "int", "float", "bool", "list", "dict", "path", "raw")
NO_DEFAULT: Any = type("NoDefault", (), {"__repr__": lambda self: "NO_DEFAULT"})()


@dataclass(frozen=True, slots=True)
class Option:
    """One variable of a role."""

    name: str
    role: str
    type: str
    required: bool
    default: Any  # NO_DEFAULT when there is none
    choices: tuple[Any, ...]
    elements: str | None
    options: tuple["Option", ...]
    secret: bool
    description: tuple[str, ...]  # paragraphs

    @property
    def summary(self) -> str:
        """The first paragraph of the description."""
        return self.description[0] if self.description else ""


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A role and its options, in the order in which its file has them."""

    name: str
    summary: str
    options: tuple[Option, ...]
    path: Path


@cache
def load_specs(roles: Path) -> tuple[RoleSpec, ...]:
    """The specs of all roles in a folder: ``site`` first, the others by name.

    Raises SelfhostError (a bug of ours) when a file is not a valid argument specification.
    """
    found = [
        _load(path) for path in sorted(roles.glob("*/meta/argument_specs.yml")) if path.is_file()
    ]
    if not found:
        raise SelfhostError(f"no role in {roles} has a meta/argument_specs.yml")
    return tuple(sorted(found, key=lambda spec: (spec.name != "site", spec.name)))


def options_of(specs: tuple[RoleSpec, ...]) -> dict[str, Option]:
    """All options by name; a name declared by two roles counts where it stands first."""
    found: dict[str, Option] = {}
    for spec in specs:
        for option in spec.options:
            found.setdefault(option.name, option)
    return found


def _load(path: Path) -> RoleSpec:
    role = path.parent.parent.name
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - a safe loader
        main = document["argument_specs"]["main"]
        options = main.get("options") or {}
        return RoleSpec(
            name=role,
            summary=_paragraphs(main.get("short_description"))[0],
            options=tuple(_option(role, name, raw) for name, raw in options.items()),
            path=path,
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise SelfhostError(
            f"{path} is not a valid argument specification ({type(error).__name__})"
        ) from error


def _option(role: str, name: str, raw: Mapping[str, Any]) -> Option:
    kind = raw.get("type", "str")
    if kind not in TYPES:
        raise KeyError(f"{name}: type {kind}")
    nested = raw.get("options") or {}
    return Option(
        name=name,
        role=role,
        type=kind,
        required=bool(raw.get("required", False)),
        default=raw.get("default", NO_DEFAULT),
        choices=tuple(raw.get("choices") or ()),
        elements=raw.get("elements"),
        options=tuple(_option(role, key, value) for key, value in nested.items()),
        secret=bool(raw.get("no_log", False)),
        description=tuple(_paragraphs(raw.get("description"))),
    )


def _paragraphs(text: Any) -> list[str]:
    if text is None:
        return []
    parts = text if isinstance(text, list) else [text]
    return [" ".join(str(part).split()) for part in parts]
