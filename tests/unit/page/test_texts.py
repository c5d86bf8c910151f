"""Every language says the same."""

import string
from datetime import UTC, datetime

import pytest

from selfhost.by_language import DEFAULT
from selfhost.page.model import State
from selfhost.page.texts import Texts, languages
from selfhost.policy.catalogue import languages as of_policies
from selfhost.policy.catalogue import said, standards

ALL = pytest.mark.parametrize("texts", languages(), ids=lambda one: one.language)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@ALL
def test_keys_and_placeholders_are_those_of_the_default(texts: Texts) -> None:
    first = languages()[0]
    assert first.language == DEFAULT
    assert set(texts.by_key) == set(first.by_key)
    for key, text in texts.by_key.items():
        assert placeholders(text) == placeholders(first.by_key[key]), key
    assert len(texts.months) == 12


@ALL
def test_there_are_words_for_all_that_is_told(texts: Texts) -> None:
    for state in State:
        assert texts.has(state)
        assert texts.has(f"{state}-means")
    for sentence in standards().values():
        assert said(sentence.sentence, texts.language)


def test_its_languages_are_those_of_policies() -> None:
    assert {texts.language for texts in languages()} == set(of_policies())


def test_english_and_german_dates() -> None:
    moment = datetime(2026, 3, 5, 8, 7, tzinfo=UTC)
    said = {texts.language: texts.minute(moment) for texts in languages()}
    assert said == {"en": "5 March 2026, 08:07 UTC", "de": "5. März 2026, 08:07 Uhr UTC"}
