"""The sentences that selfhost brings (``sentences.yml``), and their texts by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from selfhost import by_language
from selfhost.errors import UsageError
from selfhost.policy.model import Sentence

_PACKAGE = "selfhost.policy"


@dataclass(frozen=True, slots=True)
class Standard:
    """A sentence as it is bound; of a fact, the policy gives the bound. ``profile`` and
    ``not_with`` as in the file."""

    sentence: Sentence
    profile: str
    not_with: str

    def fits(self, profile: str) -> bool:
        """Whether a site that is audited by this profile can say it."""
        return profile != self.not_with and self.profile in ("", profile)


def load(*path: str) -> Any:
    """A YAML file of this package as plain data."""
    return by_language.load(_PACKAGE, *path)


@cache
def standards() -> Mapping[str, Standard]:
    """By id, in the order of the file."""
    return {
        entry["id"]: Standard(
            Sentence(
                entry["id"],
                tuple(entry.get("controls", ())),
                tuple(entry.get("categories", ())),
                entry.get("fact", ""),
            ),
            entry.get("profile", ""),
            entry.get("not_with", ""),
        )
        for entry in load("sentences.yml")
    }


def languages() -> tuple[str, ...]:
    """Those that there is a file of texts for, English first."""
    return by_language.languages(_PACKAGE)


@cache
def texts(language: str) -> Mapping[str, str]:
    """Every text of a language. Raises UsageError naming the languages that there are."""
    if language not in languages():
        raise UsageError(
            f"there are no texts in {language!r}", hint=f"one of {', '.join(languages())}"
        )
    found: dict[str, str] = load("texts", f"{language}.yml")
    return found


def text(language: str, key: str, **values: object) -> str:
    """One text with its values filled in."""
    return by_language.filled(texts(language)[key], values)


def said(sentence: Sentence, language: str) -> str:
    """The sentence as people read it; one of the operator's in another language where they wrote
    it in others only. Raises UsageError where selfhost has no texts in that language."""
    if not sentence.own:
        return text(language, f"sentence.{sentence.id}", at_most=sentence.at_most)
    return sentence.text.get(language) or next(iter(sentence.text.values()))
