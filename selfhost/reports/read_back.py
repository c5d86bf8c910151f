"""A JSON report as the report that it was made from, so that other formats can be made of it. Pure.

It may come from anywhere. Each field is checked, and so is that verdicts, counts and headline
follow from the results: a report that was changed by hand does not pass for one of ours. Who
wrote it is what a signed statement tells, not this.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from selfhost.audit.model import Baseline, Report, Result, Seen, TargetReport, WaiverUse
from selfhost.audit.saved import SCHEMA, not_a_report
from selfhost.catalog import profiles
from selfhost.controls.model import Severity
from selfhost.reports import json as json_report


class _UnlikeError(Exception):
    """What is not as a report has it; the text says what and where."""


def report(text: str, name: str) -> Report:
    """The report in ``text``, which ``name`` is the file of. Raises UsageError when it is none, or
    does not agree with itself."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise not_a_report(name, "it is not JSON") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise not_a_report(name, f"it does not name the schema {SCHEMA}")
    try:
        found = _report(document)
        again = {
            **json_report.head(found),
            "targets": list(map(json_report.target_item, found.targets)),
            "results": list(map(json_report.result_item, found.results)),
        }
    except _UnlikeError as error:
        raise not_a_report(name, str(error)) from None
    except RecursionError:
        raise not_a_report(name, "it is nested too deeply") from None
    difference = next(_differences(again, document, ""), None)
    if difference is not None:
        raise not_a_report(
            name, f"it was changed after it was written: {difference} does not follow from the rest"
        )
    return found


def _report(document: dict[str, Any]) -> Report:
    profile = _made(str, document.get("profile"), "profile")
    known = {one.name: one for one in profiles.profiles()}
    if profile not in known:
        raise _UnlikeError(f"its profile {profile[:40]!r} is not known here")
    fail_on = document.get("fail_on")
    head = ("tool", "version"), ("controls", "count"), ("controls", "digest")
    version, count, digest = (_inner(document, *path) for path in head)
    return Report(
        targets=_targets(document),
        fail_on=None if fail_on == "never" else _made(Severity, fail_on, "fail_on"),
        version=_made(str, version, "tool.version"),
        controls=_made(int, count, "controls.count"),
        controls_digest=_made(str, digest, "controls.digest"),
        profile=profile,
        unknown_fails=known[profile].unknown_fails,
        new_only=document.get("fails_on") == "worse",
        waivers=_made(tuple[WaiverUse, ...], document.get("waivers"), "waivers"),
        baseline=_made(Baseline | None, document.get("baseline"), "baseline"),
    )


def _inner(document: dict[str, Any], key: str, inner: str) -> Any:
    holder = document.get(key)
    return holder.get(inner) if isinstance(holder, dict) else None


def _targets(document: dict[str, Any]) -> tuple[TargetReport, ...]:
    entries, results = document.get("targets"), document.get("results")
    if not isinstance(entries, list) or not isinstance(results, list):
        raise _UnlikeError("results or targets are missing")
    of: dict[str, list[Result]] = {}
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise _UnlikeError(f"targets[{number}] is not whole")
        of.setdefault(_made(str, entry.get("target"), f"targets[{number}].target"), [])
    for number, entry in enumerate(results):
        result = _result(entry, f"results[{number}]")
        if result.target not in of:
            raise _UnlikeError(f"results[{number}] is of a target that it does not name")
        of[result.target].append(result)
    # Of two targets with one name, the first has the results of both.
    return tuple(
        _target(entry, f"targets[{n}]", tuple(of.pop(entry["target"], ())))
        for n, entry in enumerate(entries)
    )


def _target(entry: dict[str, Any], place: str, results: tuple[Result, ...]) -> TargetReport:
    versions = entry.get("versions", {})
    if not isinstance(versions, dict):
        raise _UnlikeError(f"{place}.versions is not whole")
    return TargetReport(
        target=entry["target"],
        collected_at=_made(str, entry.get("collected_at"), f"{place}.collected_at"),
        results=results,
        out_of_scope=_made(tuple[str, ...], entry.get("out_of_scope"), f"{place}.out_of_scope"),
        documents=_made(tuple[Seen, ...], entry.get("documents"), f"{place}.documents"),
        unreachable=_made(str, entry.get("unreachable") or "", f"{place}.unreachable"),
        versions=tuple(
            (package, _made(str, version, f"{place}.versions"))
            for package, version in versions.items()
        ),
        kept=tuple(
            _log(one, f"{place}.kept") for one in _list(entry.get("kept", []), f"{place}.kept")
        ),
    )


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise _UnlikeError(f"{place} is not whole")
    return value


def _log(entry: Any, place: str) -> tuple[str, int | None]:
    if not isinstance(entry, dict):
        raise _UnlikeError(f"{place} is not whole")
    return _made(str, entry.get("log"), place), _made(int | None, entry.get("days"), place)


def _result(entry: Any, place: str) -> Result:
    if isinstance(entry, dict) and isinstance(fix := entry.get("fix"), dict):
        entry = {**entry, "fix": {key: value or "" for key, value in fix.items()}}
    return _made(Result, entry, place)  # type: ignore[no-any-return]


def _made(kind: Any, value: Any, place: str) -> Any:
    """A value of the model's type ``kind``. Raises _UnlikeError."""
    origin = get_origin(kind)
    if origin is UnionType:
        inner, _none = get_args(kind)
        return None if value is None else _made(inner, value, place)
    if origin is tuple and isinstance(value, list):
        item = get_args(kind)[0]
        return tuple(_made(item, one, f"{place}[{n}]") for n, one in enumerate(value))
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, dict):
        given = {}
        for name, (hint, needed) in _fields(kind).items():
            if name in value:
                given[name] = _made(hint, value[name], f"{place}.{name}")
            elif needed:
                raise _UnlikeError(f"{place}.{name} is missing")
        return kind(**given)
    if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(value, str):
        try:
            return kind(value)
        except ValueError:
            raise _UnlikeError(f"{place} is not one of its words") from None
    if type(value) is kind:
        return value
    raise _UnlikeError(f"{place} is not whole")


@cache
def _fields(kind: type) -> Mapping[str, tuple[Any, bool]]:
    """Its fields, each with its type and whether it has to be there."""
    hints = get_type_hints(kind)
    return {
        one.name: (hints[one.name], one.default is MISSING and one.default_factory is MISSING)
        for one in fields(kind)
    }


def _differences(ours: Any, theirs: Any, place: str) -> Iterator[str]:
    """Where the text differs from what its own results give. Keys that only it has are a later
    version's; what it lacks was empty then."""
    if isinstance(ours, Mapping) and isinstance(theirs, dict):
        for key, value in ours.items():
            inner = f"{place}.{key}" if place else key
            if key in theirs:
                yield from _differences(value, theirs[key], inner)
            elif value:
                yield inner
    elif isinstance(ours, list | tuple) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield place
        for number, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from _differences(one, other, f"{place}[{number}]")
    elif ours != theirs:
        yield place
