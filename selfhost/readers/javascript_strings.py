"""Methods of texts."""

from selfhost.readers.grammar import words
from selfhost.readers.javascript_operators import reason, to_float, to_text
from selfhost.readers.javascript_values import (
    MAX_STRING,
    Arr,
    Kind,
    Moment,
    Slot,
    Thing,
    Unk,
    Value,
)
from selfhost.readers.tree import Origin

_RESULTS: dict[str, Kind] = {
    **dict.fromkeys(
        words("""
    toLowerCase toUpperCase trim trimStart trimEnd replace replaceAll concat substring
    substr slice charAt padStart padEnd toString valueOf
    """),
        "string",
    ),
    **dict.fromkeys(("indexOf", "lastIndexOf", "search", "localeCompare", "charCodeAt"), "number"),
    **dict.fromkeys(("includes", "startsWith", "endsWith"), "boolean"),
    "match": "any",
    "split": "any",
}
_SPACE = " \t\n\r\v\f"


def string_method(
    text: str | Unk, name: str, values: list[Value], moment: Moment, origin: Origin
) -> Value:
    """What ``text.name(values)`` gives; ``None`` if it may be no method or may throw."""
    if name not in _RESULTS:
        return None
    if isinstance(text, str) and not any(isinstance(value, Thing | Unk) for value in values):
        known = _known(text, name, values, moment, origin)
        if known is not None:
            return known
    if name == "split":
        separator = values[0] if values else None
        plain = len(values) == 1 and isinstance(separator, str) and separator != ""
        return Unk(reason(text, *values), "strings" if plain else "object")
    if name in ("includes", "startsWith", "endsWith") and not all(
        isinstance(value, str) for value in values
    ):
        return None  # throws on a regular expression
    if name in ("replaceAll", "padStart", "padEnd") and not all(
        isinstance(value, str | float) for value in values
    ):
        return None
    return Unk(reason(text, *values), _RESULTS[name])


def _known(text: str, name: str, values: list[Value], moment: Moment, origin: Origin) -> Value:
    if not text.isascii():
        return None
    if name in ("toString", "valueOf"):
        return text
    if name in ("toLowerCase", "toUpperCase", "trim", "trimStart", "trimEnd"):
        return {
            "toLowerCase": text.lower(),
            "toUpperCase": text.upper(),
            "trim": text.strip(_SPACE),
            "trimStart": text.lstrip(_SPACE),
            "trimEnd": text.rstrip(_SPACE),
        }[name]
    if name in ("substring", "slice", "substr"):
        return _part(text, name, values)
    if name == "concat":
        joined = "".join([text, *(to_text(value) or "" for value in values)])
        return joined if len(joined) <= MAX_STRING else None
    first = values[0] if values else None
    if not isinstance(first, str):
        return None
    if len(values) == 1:
        if name == "split" and first and len(text) < 10_000:
            items = [Slot(part, origin) for part in text.split(first)]
            return Arr(moment, items=items)
        if name in ("includes", "startsWith", "endsWith"):
            return {
                "includes": first in text,
                "startsWith": text.startswith(first),
                "endsWith": text.endswith(first),
            }[name]
        if name == "indexOf":
            return float(text.find(first))
        if name == "lastIndexOf":
            return float(text.rfind(first))
    if name == "replace" and len(values) == 2:
        new = values[1]
        if isinstance(new, str) and "$" not in new and len(text) + len(new) <= MAX_STRING:
            return text.replace(first, new, 1)
    return None


def _part(text: str, name: str, values: list[Value]) -> Value:
    numbers = [to_float(value) for value in values]
    size = len(text)
    if not 1 <= len(numbers) <= 2 or not all(
        number is not None and number.is_integer() for number in numbers
    ):
        return None
    start = int(numbers[0] or 0)
    end = int(numbers[1] or 0) if len(numbers) > 1 else size
    if name == "slice":
        return text[start:end] if len(numbers) > 1 else text[start:]
    if name == "substr":
        start = max(size + start, 0) if start < 0 else min(start, size)
        length = end if len(numbers) > 1 else size
        return text[start : start + max(length, 0)]
    start, end = max(0, min(start, size)), max(0, min(end, size))
    return text[min(start, end) : max(start, end)]
