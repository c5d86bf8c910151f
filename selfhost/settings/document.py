"""A YAML file as values with their lines. Safe: no tags but YAML's own and Ansible's ``!vault``."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from selfhost.errors import SettingsError

MAX_BYTES = 1024 * 1024
_MAX_DEPTH = 30
#: An alias of YAML stands for all that its anchor holds, so a short text can hold any number.
_MAX_VALUES = 100_000
VAULT_HEADER = "$ANSIBLE_VAULT;"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, as shown to the user: ``path:line``."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Vaulted:
    """A value that only the vault password opens."""

    ciphertext: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it stands. A mapping's or list's members are Values themselves."""

    data: Any
    place: Place

    def plain(self) -> Any:
        """The value alone, without places."""
        if isinstance(self.data, dict):
            return {key: value.plain() for key, value in self.data.items()}
        if isinstance(self.data, list):
            return [value.plain() for value in self.data]
        return self.data

    def at(self, path: tuple[str | int, ...]) -> "Value":
        """The innermost value on a path of keys and indexes that exists."""
        value = self
        for step in path:
            try:
                value = value.data[step]
            except (KeyError, IndexError, TypeError):
                break
        return value


class _Reading:
    """One file being read: how many values it may still hold."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.loader = _Loader("")
        self._left = _MAX_VALUES

    def place(self, node: yaml.Node, depth: int) -> Place:
        """Of one more value. Raises SettingsError when there are too many, or too deep."""
        found = Place(self.path, node.start_mark.line + 1)
        self._left -= 1
        if depth > _MAX_DEPTH:
            raise SettingsError(f"{found}: nested too deeply")
        if self._left < 0:
            raise SettingsError(
                f"{found}: more than {_MAX_VALUES} values, those that aliases repeat included",
                hint="write out what anchors (&name) and aliases (*name) stand for",
            )
        return found


def read_text(path: Path) -> str:
    """The file's text. Raises SettingsError when it is missing, denied, too large or not UTF-8."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SettingsError(
            f"{path} cannot be read: No such file or directory",
            hint="selfhost init DOMAIN --host ADDRESS writes a new inventory; -i names another one",
        ) from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise SettingsError(f"{path} is larger than a settings file can be (1 MiB)")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}:{line}: the file is not UTF-8 text") from None


def parse(text: str, path: Path) -> dict[str, Value]:
    """The top-level mapping of a YAML text; empty when the text has none.

    Raises SettingsError with file and line when it is not YAML, not a mapping, repeats a key,
    or holds what a settings file may not hold.
    """
    try:
        _check_depth(text, path)
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise SettingsError(
                f"{path}:{node.start_mark.line + 1}: expected 'name: value' lines",
                hint="each setting is on a line of its own, with a space after the colon",
            )
        reading = _Reading(path)
        try:
            return dict(_members(node, reading, 0))
        finally:
            reading.loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise SettingsError(
            f"{path}:{line}: not valid YAML: {error.problem or error.context}",
            hint=_yaml_hint(error, text.splitlines()[line - 1 : line]),
        ) from None
    except yaml.YAMLError:
        raise SettingsError(f"{path}: not valid YAML: it holds characters YAML forbids") from None


def _check_depth(text: str, path: Path) -> None:
    """By the stream of events: what composes them calls itself for each level, and would crash."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise SettingsError(f"{path}:{line}: nested too deeply")


def _members(node: yaml.MappingNode, reading: _Reading, depth: int) -> Iterator[tuple[str, Value]]:
    seen: dict[str, int] = {}
    path = reading.path
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if key_node.tag == "tag:yaml.org,2002:merge":
            raise SettingsError(f"{path}:{line}: '<<' is not supported here; write the keys out")
        key = _value(key_node, reading, depth + 1).data
        if not isinstance(key, str):
            raise SettingsError(
                f"{path}:{line}: a setting's name must be text", hint="put the name in quotes"
            )
        if key in seen:
            raise SettingsError(
                f"{path}:{line}: {key} stands twice (first on line {seen[key]})",
                hint="keep one of them: only the last would count",
            )
        seen[key] = line
        yield key, Value(_value(value_node, reading, depth + 1).data, Place(path, line))


def _value(node: yaml.Node, reading: _Reading, depth: int) -> Value:
    place = reading.place(node, depth)
    if node.tag == "!vault" and isinstance(node, yaml.ScalarNode):
        return Value(Vaulted(node.value), place)
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise SettingsError(f"{place}: the tag {node.tag} is not known here")
    if isinstance(node, yaml.MappingNode):
        return Value(dict(_members(node, reading, depth)), place)
    if isinstance(node, yaml.SequenceNode):
        return Value([_value(item, reading, depth + 1) for item in node.value], place)
    try:
        return Value(reading.loader.construct_object(node), place)
    except ValueError:
        raise SettingsError(
            f"{place}: this looks like a date or a number, but is none", hint="put it in quotes"
        ) from None


def _yaml_hint(error: yaml.MarkedYAMLError, lines: list[str]) -> str:
    problem = error.problem or ""
    if any("\t" in line[: len(line) - len(line.lstrip())] for line in lines):
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in problem:
        return "a value with ': ' in it needs quotes; or a line above is indented wrongly"
    if "cannot start any token" in problem or "alias" in problem or "anchor" in problem:
        return "a value with special characters needs quotes"
    return "check quotes, colons and indentation on this line and the one above"
