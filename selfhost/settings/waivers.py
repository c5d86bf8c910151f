"""The file of waivers: findings that somebody answers for, until a day."""

import difflib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from selfhost.audit.waivers import Waiver
from selfhost.errors import SettingsError, UsageError
from selfhost.settings.document import Place, Value, parse, read_text

MIN_REASON = 20
MAX_DAYS = 366
_REQUIRED = ("control", "target", "reason", "owner", "expires")
_OPTIONAL = ("fingerprint",)
_EMPTY_WORDS = ("tbd", "todo", "wip", "fixme", "n/a", "xxx")


def read_waivers(path: Path, known: Callable[[str], str], today: date) -> tuple[Waiver, ...]:
    """The waivers of a file. ``known`` gives a control's id for an id or alias, or raises
    UsageError.

    Raises SettingsError naming file and line when one is not whole, not dated within a year, or
    about no control.
    """
    document = parse(read_text(path), path)
    for name, value in document.items():
        if name != "waivers":
            raise SettingsError(
                f"{value.place}: a file of waivers has a list 'waivers', not {name!r}",
                hint=_near(name, ("waivers",)),
            )
    if "waivers" not in document:
        raise SettingsError(f"{path}:1: there is no list 'waivers'", hint="docs/audit.md has one")
    entries = document["waivers"]
    if entries.data is None:
        return ()
    if not isinstance(entries.data, list):
        raise SettingsError(f"{entries.place}: waivers is a list; begin each with '- control: …'")
    return tuple(_waiver(entry, known, today) for entry in entries.data)


def _waiver(entry: Value, known: Callable[[str], str], today: date) -> Waiver:
    if not isinstance(entry.data, dict):
        raise SettingsError(f"{entry.place}: a waiver begins with '- control: …'")
    for name, value in entry.data.items():
        if name not in (*_REQUIRED, *_OPTIONAL):
            raise SettingsError(
                f"{value.place}: a waiver has no {name!r}",
                hint=_near(name, (*_REQUIRED, *_OPTIONAL)),
            )
    missing = [name for name in _REQUIRED if name not in entry.data]
    if missing:
        raise SettingsError(f"{entry.place}: a waiver lacks {', '.join(missing)}")
    texts = {name: _text(name, value) for name, value in entry.data.items() if name != "expires"}
    try:
        control = known(texts["control"])
    except UsageError as error:
        raise SettingsError(
            f"{entry.data['control'].place}: {error.message}", hint=error.hint
        ) from None
    _check_reason(texts["reason"], entry.data["reason"].place)
    fingerprint = texts.get("fingerprint", "")
    if fingerprint and (len(fingerprint) != 32 or not set(fingerprint) <= set("0123456789abcdef")):
        raise SettingsError(
            f"{entry.data['fingerprint'].place}: a fingerprint has 32 digits from 0 to f",
            hint="the JSON report has it with each result",
        )
    return Waiver(
        control=control,
        target=texts["target"],
        reason=texts["reason"],
        owner=texts["owner"],
        expires=_expires(entry.data["expires"], today),
        fingerprint=fingerprint,
        place=str(entry.place),
    )


def _text(name: str, value: Value) -> str:
    text = value.data.strip() if isinstance(value.data, str) else ""
    if not text:
        raise SettingsError(
            f"{value.place}: {name} must be text",
            hint="put it in quotes" if value.data not in (None, "") else "",
        )
    return text


def _check_reason(reason: str, place: Place) -> None:
    words = reason.lower().rstrip(".! ").split()
    if len(reason) < MIN_REASON or (words and words[0].rstrip(":") in _EMPTY_WORDS):
        raise SettingsError(
            f"{place}: the reason says too little",
            hint=f"in {MIN_REASON} characters or more: why is this acceptable, and to whom?",
        )


def _expires(value: Value, today: date) -> date:
    found = value.data
    if isinstance(found, str):
        try:
            found = date.fromisoformat(found)
        except ValueError:
            found = None
    if type(found) is not date:
        raise SettingsError(f"{value.place}: expires must be a day such as 2026-12-31")
    if found > today + timedelta(days=MAX_DAYS):
        raise SettingsError(
            f"{value.place}: expires is more than a year away",
            hint="a waiver is looked at again once a year at least",
        )
    return found


def _near(name: str, names: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"it has {', '.join(names)}"
