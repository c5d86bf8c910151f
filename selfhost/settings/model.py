"""The pydantic model of the settings, built from the roles' argument specs."""

import difflib
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    WrapValidator,
    create_model,
)

from selfhost.settings.document import Value, Vaulted
from selfhost.settings.problems import Problem
from selfhost.settings.specs import NO_DEFAULT, Option

_PYTHON_TYPES: dict[str, Any] = {
    "str": StrictStr,
    "path": StrictStr,
    "int": StrictInt,
    "float": StrictFloat,  # which takes whole numbers as well
    "bool": StrictBool,
    "raw": Any,
}
_WORDS = {
    "str": "text",
    "path": "a path",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "a mapping of names to values",
}


def build_model(options: Mapping[str, Option]) -> type[BaseModel]:
    """A model with one field for each option; it forbids any other name.

    An option with a default, or not required, may be left out. Secrets are shown as ``***`` in
    the model's repr. Types are strict, as YAML has types of its own; a text with ``{{`` stands
    for any type, because only Ansible can evaluate it.
    """
    return _model("Settings", tuple(options.values()))


def check_types(
    model: type[BaseModel], options: Mapping[str, Option], values: Mapping[str, Value]
) -> list[Problem]:
    """Compare values with the model: unknown names, missing ones, wrong types and choices."""
    plain = {key: value.plain() for key, value in values.items()}
    try:
        model.model_validate(plain)
    except ValidationError as error:
        found: dict[tuple[str | int, ...], Problem] = {}
        for item in error.errors(include_url=False, include_input=False, include_context=False):
            loc = item["loc"]
            if loc not in found:
                found[loc] = _problem(item["type"], loc, options, values)
        return list(found.values())
    return []


def _model(name: str, options: tuple[Option, ...]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for option in options:
        required = option.required and option.default is NO_DEFAULT
        default = option.default if option.default is not NO_DEFAULT else None
        fields[option.name] = (
            _annotation(option, optional=not required),
            Field(
                ... if required else default,
                description=option.summary or None,
                repr=not option.secret,
            ),
        )
    made: type[BaseModel] = create_model(
        name, __config__=ConfigDict(extra="forbid", frozen=True, protected_namespaces=()), **fields
    )
    return made


def _annotation(option: Option, *, optional: bool) -> Any:
    kind: Any
    if option.type == "list":
        element: Any = _PYTHON_TYPES.get(option.elements or "raw", Any)
        if option.elements == "dict":
            element = _model(option.name, option.options) if option.options else dict[str, Any]
        elif option.choices:
            element = Literal[option.choices]
        kind = list[element]
    elif option.type == "dict":
        kind = _model(option.name, option.options) if option.options else dict[str, Any]
    elif option.choices:
        kind = Literal[option.choices]
    else:
        kind = _PYTHON_TYPES[option.type]
    if optional and option.default in (NO_DEFAULT, None):
        kind = kind | None
    return Annotated[kind, WrapValidator(_unless_deferred)]


def _unless_deferred(value: Any, validate: Callable[[Any], Any]) -> Any:
    """Leave to Ansible what only Ansible can know: templates and encrypted values."""
    if isinstance(value, Vaulted) or (isinstance(value, str) and "{{" in value):
        return value
    return validate(value)


def _problem(
    kind: str,
    loc: tuple[str | int, ...],
    options: Mapping[str, Option],
    values: Mapping[str, Value],
) -> Problem:
    option, siblings = _declared(loc, options)
    value = _at(loc, values)
    key = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in loc).removeprefix(".")
    place = value.place if value else None
    if kind == "missing":
        summary = f": {option.summary}" if option and option.summary else ""
        return Problem(key, f"is required and missing{summary}", _missing_hint(option), place)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(loc[-1]), siblings, n=1)
        return Problem(
            key,
            "there is no such setting",
            f"did you mean {near[0]}?" if near else "remove it; the roles' READMEs list them all",
            value.place if value else None,
        )
    inside_list = isinstance(loc[-1], int)
    expected = _expected(option, inside_list=inside_list)
    got = _got(value.plain() if value else None, secret=bool(option and option.secret))
    return Problem(
        key,
        f"expected {expected}, got {got}",
        _type_hint(option, value, inside_list=inside_list),
        place,
    )


def _declared(
    loc: tuple[str | int, ...], options: Mapping[str, Option]
) -> tuple[Option | None, tuple[str, ...]]:
    """The option at a location, and the names that its level knows."""
    level, option = dict(options), None
    siblings = tuple(level)
    for step in loc:
        if isinstance(step, str):
            option, siblings = level.get(step), tuple(level)
            level = {child.name: child for child in option.options} if option else {}
    return option, siblings


def _at(loc: tuple[str | int, ...], values: Mapping[str, Value]) -> Value | None:
    """The value at a location, or the innermost one around it."""
    found = values.get(str(loc[0]))
    return found.at(loc[1:]) if found else None


def _expected(option: Option | None, *, inside_list: bool) -> str:
    if option is None:
        return "something else"
    if option.choices:
        return "one of " + ", ".join(str(choice) for choice in option.choices)
    kind = (option.elements or "raw") if inside_list else option.type
    return _WORDS.get(kind, "something else")


def _got(value: Any, *, secret: bool) -> str:
    words = {bool: "true or false", int: "a number", float: "a number", list: "a list"}
    if value is None:
        return "nothing"
    if secret:
        return words.get(type(value), "another kind of value") + " (not shown: a secret)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        shown = value if len(value) <= 60 else value[:60] + "…"
        return f"the text {shown!r}"
    if isinstance(value, dict):
        return "a mapping"
    return words.get(type(value), f"a {type(value).__name__}")


def _type_hint(option: Option | None, value: Value | None, *, inside_list: bool) -> str:
    got = value.plain() if value else None
    if option is None:
        return ""
    if option.choices and isinstance(got, str):
        near = difflib.get_close_matches(got, [str(c) for c in option.choices], n=1)
        return f"did you mean {near[0]}?" if near else ""
    if got is None and value is not None:
        return "write a value after the colon, or remove the line"
    kind = option.elements if inside_list else option.type
    if kind in ("str", "path") and not isinstance(got, list | dict):
        return "put the value in quotes"
    if kind in ("int", "float", "bool") and isinstance(got, str):
        return "write it without quotes"
    if kind == "list":
        return "write one '- item' line for each, indented below the name"
    return ""


def _missing_hint(option: Option | None) -> str:
    if option is not None and option.secret:
        return "selfhost secrets add generates it (with -i, where the inventory is elsewhere)"
    return ""
