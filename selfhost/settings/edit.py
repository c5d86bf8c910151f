"""Change one value of a settings file where it stands: comments, order and layout stay."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from selfhost import whole_file
from selfhost.errors import SettingsError, UsageError
from selfhost.settings import render
from selfhost.settings.document import VAULT_HEADER, read_text


def with_value(text: str, path: Path, keys: tuple[str, ...], value: Any) -> str:
    """A YAML text in which the value at a path of keys is another one.

    A key that is missing is added to its mapping. Raises SettingsError when a mapping on the way
    is missing, or the value is not one plain word or quoted text that can be replaced.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for depth, key in enumerate(keys):
        inner = _member(node, key)
        if inner is None and depth == len(keys) - 1 and isinstance(node, yaml.MappingNode):
            return _added(text, node, key, value)
        if inner is None:
            raise SettingsError(f"{path}: there is no {'.'.join(keys[: depth + 1])}")
        node = inner
    if not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">") or node.tag == "!vault":
        raise SettingsError(f"{path}: {keys[-1]} cannot be changed here", hint="edit it by hand")
    new = render.dump({"x": value}).removeprefix("x:").strip()
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return text[:start] + new + text[end:]


def files_with(inventory: Path, name: str) -> Iterator[Path]:
    """The variable files of an inventory that set ``name`` at their top level."""
    for folder in ("group_vars", "host_vars"):
        for path in sorted((inventory / folder).rglob("*.y*ml")):
            text = read_text(path)
            if text.startswith(VAULT_HEADER):
                continue
            with contextlib.suppress(yaml.YAMLError):
                if _member(yaml.compose(text, Loader=yaml.SafeLoader), name) is not None:
                    yield path


def set_value(inventory: Path, name: str, value: Any) -> Path:
    """Change a setting in the one file that has it; return the file.

    A setting that no file has is added to ``group_vars/all/settings.yml``. Raises SettingsError
    when several files have it, or the file cannot be changed.
    """
    found = list(files_with(inventory, name))
    if len(found) > 1:
        raise SettingsError(
            f"{name} stands in {found[0]} and in {found[1]}", hint="keep it in one of them"
        )
    path = found[0] if found else inventory / "group_vars" / "all" / "settings.yml"
    write_text(path, with_value(read_text(path), path, (name,), value))
    return path


def write_text(path: Path, text: str, mode: int | None = None) -> None:
    """Write a file in one step; it keeps its mode unless one is given.

    Raises UsageError when it cannot be written; the old content is there then.
    """
    try:
        kept = path.stat().st_mode & 0o777 if mode is None else mode
        path.parent.mkdir(parents=True, exist_ok=True)
        whole_file.put(path, text.encode(), kept)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _member(node: Any, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                found: yaml.Node = value
                return found
    return None


def _added(text: str, node: yaml.MappingNode, key: str, value: Any) -> str:
    line = render.dump({key: value}).rstrip("\n")
    if node.flow_style or not node.value:
        raise SettingsError(f"{key} cannot be added here", hint="write it by hand")
    start: yaml.Mark = node.value[0][0].start_mark
    place: int = start.index - start.column
    return text[:place] + " " * start.column + line + "\n" + text[place:]
