"""Edits of ``hosts.yml`` as text, so that comments and layout stay as the admin wrote them."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from selfhost.errors import SettingsError
from selfhost.settings.render import dump

_WHERE = "hosts.yml"


def with_host(text: str, name: str, variables: Mapping[str, Any], group: str) -> str:
    """The text with one more host: below ``all`` with its variables, and in a group.

    Raises SettingsError when the host is there already, or the file is laid out in a way that
    cannot be added to line by line.
    """
    if any(key.value == name for _, key, _ in _hosts(text)):
        raise SettingsError(f"{_WHERE} has a host {name} already", hint="choose another name")
    text = _added(text, group, [f"{name}:"])
    return _added(text, "all", [f"{name}:", *(f"  {line}" for line in _lines(variables))])


def without_host(text: str, name: str) -> str:
    """The text without a host, in whatever groups it stands.

    Raises SettingsError when it is not there, or stands in a line with others.
    """
    found = [(key, value) for _, key, value in _hosts(text) if key.value == name]
    if not found:
        raise SettingsError(f"{_WHERE} has no host {name}", hint="selfhost bridge list")
    lines = text.splitlines(keepends=True)
    for key, value in sorted(found, key=lambda item: -item[0].start_mark.line):
        first = key.start_mark.line
        if lines[first].strip().split(":")[0].strip("\"'") != name:
            raise _not_by_line(first)
        del lines[first : _end(lines, first, max(value.end_mark.line, first + 1))]
    return "".join(lines)


def _lines(variables: Mapping[str, Any]) -> list[str]:
    return dump(variables).splitlines() if variables else []


def _end(lines: list[str], first: int, end: int) -> int:
    """Where what belongs to a key ends: comments and blank lines after it are not its own."""
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip()[:1] == "#"):
        end -= 1
    return end


def _groups(node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every group with its body, wherever it is nested."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, body in node.value:
        yield key.value, body
        if isinstance(body, yaml.MappingNode):
            for section, inner in body.value:
                if section.value == "children":
                    yield from _groups(inner)


def _hosts(text: str) -> Iterator[tuple[str, Any, Any]]:
    """Every mention of a host: group, key, value."""
    for group, body in _groups(_compose(text)):
        if isinstance(body, yaml.MappingNode):
            for section, inner in body.value:
                if section.value == "hosts" and isinstance(inner, yaml.MappingNode):
                    for key, value in inner.value:
                        yield group, key, value


def _added(text: str, group: str, new: list[str]) -> str:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    body = dict(_groups(_compose(text))).get(group)
    if body is None:
        return "".join([*lines, f"{group}:\n", "  hosts:\n", *(f"    {line}\n" for line in new)])
    section = next((k for k, _ in getattr(body, "value", []) if k.value == "hosts"), None)
    if section is None or body.flow_style:
        raise _not_by_line(body.start_mark.line)
    hosts = next(value for key, value in body.value if key is section)
    if isinstance(hosts, yaml.MappingNode) and hosts.value and not hosts.flow_style:
        last_key, last = hosts.value[-1]
        indent = hosts.value[0][0].start_mark.column
        first = last_key.start_mark.line
        place = _end(lines, first, max(last.end_mark.line, first + 1))
    elif isinstance(hosts, yaml.ScalarNode) or not hosts.value:
        indent, place = section.start_mark.column + 2, section.start_mark.line + 1
        lines[place - 1] = " " * section.start_mark.column + "hosts:\n"
    else:
        raise _not_by_line(hosts.start_mark.line)
    lines[place:place] = [f"{' ' * indent}{line}\n" for line in new]
    return "".join(lines)


def _compose(text: str) -> Any:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise SettingsError(f"{_WHERE} is not valid YAML: {error}") from None


def _not_by_line(line: int) -> SettingsError:
    return SettingsError(
        f"{_WHERE}:{line + 1}: a host is written in one line with others",
        hint="write each host on a line of its own, as selfhost init does",
    )
