"""Texts of a package by language: one YAML file each in its folder ``texts``."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

#: What is shown to whoever asks for none of the others.
DEFAULT = "en"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def load(package: str, *path: str) -> Any:
    """A YAML file of a package as plain data."""
    text = files(package).joinpath(*path).read_text("utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


@cache
def languages(package: str) -> tuple[str, ...]:
    """Those that there is a file for (ISO 639-1), the default first."""
    folder = files(package).joinpath("texts")
    names = {one.name.removesuffix(".yml") for one in folder.iterdir() if one.name.endswith(".yml")}
    return (DEFAULT, *sorted(names - {DEFAULT}))


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with its ``{names}`` filled in. Values are put in as they are, and never read again.

    Raises KeyError for one that is missing.
    """
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)
