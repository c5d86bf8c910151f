"""The sentences that selfhost brings, and their texts."""

import re

import pytest

from selfhost.catalog import profiles
from selfhost.controls import registry
from selfhost.controls.model import Category
from selfhost.errors import UsageError
from selfhost.policy.catalogue import languages, said, standards, text, texts
from selfhost.policy.facts import FACTS
from selfhost.policy.model import Sentence


def test_every_sentence_is_bound_to_what_there_is() -> None:
    names = {one.name for one in profiles.profiles()}
    for standard in standards().values():
        sentence = standard.sentence
        assert {registry.find(one).id for one in sentence.controls} == set(sentence.controls)
        assert set(sentence.categories) <= set(Category)
        assert not sentence.fact or sentence.fact in FACTS
        assert sentence.controls or sentence.categories or sentence.fact
        assert {standard.profile, standard.not_with} - {""} <= names
    for fact in FACTS.values():
        assert {registry.find(one).id for one in fact.controls} == set(fact.controls)


def placeholders(language: str) -> dict[str, set[str]]:
    return {key: set(re.findall(r"\{(\w+)\}", one)) for key, one in texts(language).items()}


def test_every_language_has_the_same_texts() -> None:
    assert set(languages()) >= {"en", "de"}
    for language in languages():
        assert placeholders(language) == placeholders("en")
        assert all(f"sentence.{name}" in texts(language) for name in standards())


def test_values_are_put_in_as_they_are() -> None:
    assert text("en", "change.removed", was="{now} %s \\1") == ("No longer promised: {now} %s \\1")


def test_a_language_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="no texts in 'xx'"):
        said(Sentence("no-ai"), "xx")


def test_an_own_sentence_is_said_as_the_operator_wrote_it() -> None:
    ours = Sentence("ours", text={"en": "x", "de": "y"})
    assert [said(ours, language) for language in ("en", "de", "fr")] == ["x", "y", "x"]
