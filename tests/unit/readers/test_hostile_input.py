"""Every reader, and the audit over it, on input that somebody made to break it.

The long form of this, guided by coverage and by chance, is ``make fuzz``.
"""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import guard
from tests.fuzz.__main__ import REGRESSIONS
from tests.fuzz.seeds import seeds, words
from tests.fuzz.targets import TARGETS

NAMES = sorted(TARGETS)


def found() -> Iterator[tuple[str, str]]:
    for folder in sorted(REGRESSIONS.iterdir()):
        for path in sorted(folder.iterdir()):
            yield folder.name, path.name


@pytest.mark.parametrize(("name", "file"), list(found()))
def test_what_was_found_once(name: str, file: str) -> None:
    text = (REGRESSIONS / name / file).read_bytes().decode("utf-8", "replace")
    guard.checked(TARGETS[name], text)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_mixed_from_its_own_words(name: str, data: st.DataObject) -> None:
    word = st.sampled_from(words(name))
    gap = st.sampled_from(["", " ", "\n", "\t", "\0", "\u202e", "\x1b[2J", "<script>"])
    guard.checked(TARGETS[name], "".join(data.draw(st.lists(word | gap, max_size=40))))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_cut_and_pasted(name: str, data: st.DataObject) -> None:
    pieces = st.sampled_from(list(seeds(name)))
    left, right = data.draw(pieces), data.draw(pieces)
    here = data.draw(st.integers(0, len(left)))
    there = data.draw(st.integers(0, len(right)))
    guard.checked(TARGETS[name], left[:here] + data.draw(st.text(max_size=5)) + right[there:])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "[",
        "{",
        '"',
        "a=",
        "a.b.",
        "include ",
        "${",
        "-- ",
        "\0",
        "[[",
        "/*",
        "a {\n",
        "`",
        "do ",
        "if a then ",
        "\n",
        " ",
        "{{",
        '"{{a}}',
        "<script",
        "<!--#",
        "- a",
        "{% if a %}",
    ],
)
def test_a_long_row_of_the_same(name: str, piece: str) -> None:
    guard.checked(TARGETS[name], piece * (100_000 // len(piece)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("opening", "piece"),
    [
        ("a=", "false"),
        ("a=", "b "),
        ("a = {", "1,"),
        ('x = "', "\\n"),
        ("a: [", "'y', "),
        ("<", "80"),
        ("a=b\\\n", "|\\\n"),
        ("a", "=\n"),
        ("12", ":/*"),
    ],
)
def test_a_long_row_behind_an_opening(name: str, opening: str, piece: str) -> None:
    guard.checked(TARGETS[name], opening + piece * (100_000 // len(piece)))


def test_the_guard_sees_what_no_reader_may_do() -> None:
    with pytest.raises(guard.Forbidden):
        guard.checked(lambda text: open(text, "w"), "/tmp/never")  # noqa: PTH123, SIM115
    with pytest.raises(guard.Forbidden):
        guard.checked(eval, "1 + 1")
    with pytest.raises(TimeoutError):
        guard.checked(lambda _: sum(range(400_000_000)), "")
