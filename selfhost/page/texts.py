"""The words of the page, one file of ``texts/`` per language."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from selfhost import by_language

_PACKAGE = "selfhost.page"


@dataclass(frozen=True, slots=True)
class Texts:
    """A language: its code (ISO 639-1), and sentences by key."""

    language: str
    by_key: dict[str, str]
    months: tuple[str, ...]

    def say(self, key: str, **values: Any) -> str:
        """A sentence. Raises KeyError for one that is not there."""
        return by_language.filled(self.by_key[key], values)

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in self.by_key

    def day(self, moment: datetime) -> str:
        """As people write it, in UTC."""
        day = moment.astimezone(UTC)
        return self.say("day", day=day.day, month=self.months[day.month - 1], year=day.year)

    def minute(self, moment: datetime) -> str:
        """The same with the time of day."""
        return self.say("minute", day=self.day(moment), time=f"{moment.astimezone(UTC):%H:%M}")


@cache
def languages() -> tuple[Texts, ...]:
    """All that there are, the default first."""
    found = []
    for name in by_language.languages(_PACKAGE):
        content = by_language.load(_PACKAGE, "texts", f"{name}.yml")
        found.append(Texts(name, content["texts"], tuple(content["months"])))
    return tuple(found)
