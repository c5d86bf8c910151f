"""YAML that somebody else may have written: bounded, and told in one sentence."""

from pathlib import Path

import pytest

from selfhost.errors import SettingsError
from selfhost.settings.document import parse


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(text, Path("x.yml"))
    return caught.value.message


def test_aliases_count_with_all_that_they_stand_for() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    assert "more than 100000 values" in refusal("\n".join(levels))


def test_a_few_aliases_are_fine() -> None:
    found = parse("a: &a [1, 2]\nb: *a\n", Path("x.yml"))
    assert found["b"].plain() == [1, 2]


@pytest.mark.parametrize(
    "text",
    ["a: " + "[" * 200_000, "a: " + "{a: " * 100_000, "? " * 50_000, "a: &a [*a]\n"],
    ids=["lists", "mappings", "keys", "itself"],
)
def test_what_is_nested_too_deeply_is_refused_and_crashes_nothing(text: str) -> None:
    assert "x.yml:1: nested too deeply" in refusal(text)
