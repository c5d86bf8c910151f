"""What Secrets of Kubernetes hold, in YAML and JSON."""

import re
from typing import Any, Callable, Iterable, List, Tuple

KIND_SECRET = re.compile(r"\bkind[\"']?[ \t]*:[ \t]*[\"']?Secret\b")

_DATA = ("data", "stringData")
_JSON_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}]|:|,', re.S)
_YAML_KEY = re.compile(r"^( *(?:- +)*)([\"']?[\w./-]+[\"']?)[ \t]*:(?:[ \t]+(.*))?$")


def without_data(text: str, hide: Callable[[str], str]) -> str:
    """Manifests without what the Secrets in them hold, whatever its names are."""
    return _without_data_yaml(_without_data_json(text, hide), hide)


def _without_data_json(text: str, hide: Callable[[str], str]) -> str:
    # Of each open object: whether it is a Secret, and the strings of its data.
    objects: List[Tuple[List[bool], List[Tuple[int, int]]]] = []
    found: List[Tuple[int, int]] = []
    key = last = ""
    names: List[str] = []
    for token in _JSON_TOKEN.finditer(text):
        sign = token[0]
        if sign == "{":
            objects.append(([False], []))
            names.append(key)
            key = ""
        elif sign == "}":
            if objects:
                kind, strings = objects.pop()
                found += strings if kind[0] else []
                names.pop()
            key = ""
        elif sign == ":":
            key = last
        elif sign == ",":
            key = ""
        else:
            last = sign[1:].rstrip('"')
            if objects and key == "kind" and last == "Secret":
                objects[-1][0][0] = True
            if key and len(objects) > 1 and names[-1] in _DATA:
                objects[-2][1].append((token.start() + 1, token.start() + 1 + len(last)))
    out, done = [], 0
    for begin, stop in sorted(found):
        out += [text[done:begin], hide(text[begin:stop])]
        done = stop
    return "".join([*out, text[done:]])


def _without_data_yaml(text: str, hide: Callable[[str], str]) -> str:
    lines = text.split("\n")
    keys = [_YAML_KEY.match(line.rstrip("\r")) for line in lines]
    done = 0
    for number, line in enumerate(lines):
        here = keys[number]
        if here is None or number < done or not KIND_SECRET.match(line, len(here[1])):
            continue
        column = len(here[1])
        first = number
        while first > done and "-" not in lines[first][:column] and _deep(lines[first - 1], column):
            first -= 1
        last = number
        while last + 1 < len(lines) and _deep(lines[last + 1], column, item=False):
            last += 1
        _hide_data(lines, keys, range(first, last + 1), column, hide)
        done = last + 1
    return "\n".join(lines)


def _deep(line: str, column: int, item: bool = True) -> bool:
    """Whether a line belongs to the map whose keys stand in a column."""
    bare = line.lstrip(" -" if item else " ")
    return not bare.strip() or (len(line) - len(bare) >= column and not line.startswith("---"))


def _hide_data(
    lines: List[str],
    keys: List[Any],
    region: Iterable[int],
    column: int,
    hide: Callable[[str], str],
) -> None:
    inside, level = False, 0
    for number in region:
        line, key = lines[number], keys[number]
        depth = len(key[1]) if key is not None else len(line) - len(line.lstrip(" "))
        if line.strip() and depth <= column:
            inside, level = key is not None and key[2].strip("\"'") in _DATA, 0
            if inside and key[3] and key[3].startswith("{"):
                head = line.index("{")
                lines[number] = line[:head] + re.sub(
                    r"(:[ \t]*)([^,{}\s]+)", lambda m: m[1] + hide(m[2]), line[head:]
                )
            continue
        if not inside or not line.strip():
            continue
        level = level or depth
        if key is not None and depth == level:
            if key[3] and key[3][0] not in "|>":
                head = line.index(key[3], line.index(":"))
                lines[number] = line[:head] + hide(key[3].strip()) + line[head + len(key[3]) :]
        else:
            lines[number] = line[:depth] + hide(line.strip()) + line[len(line.rstrip()) :]
