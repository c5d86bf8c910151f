"""Java properties."""

from hypothesis import given
from hypothesis import strategies as st

from selfhost.readers.properties import read_properties
from selfhost.readers.tree import Source, Tree, Unknown


def read(text: str) -> Tree:
    return read_properties(Source("sip-communicator.properties", text))


def test_values_lines_and_overrides() -> None:
    tree = read("# c\n! c\n\na.b = 1\nlong = x\\\n   y\nkey\\ two: \\u00e9\na.b=2\nempty\n")
    assert tree.root.plain() == {"a.b": "2", "long": "xy", "key two": "é", "empty": ""}
    node = tree.get(("a.b",))
    assert node is not None
    assert (node.origin.line, [place.line for place in node.overrides]) == (8, [4])
    after = tree.get(("key two",))
    assert after is not None
    assert after.origin.line == 7


def test_commented_key_is_absent() -> None:
    assert read("#a.b=1").get(("a.b",)) is None


def test_lines_with_carriage_returns() -> None:
    node = read("a=1\r\nb=2\r\n").get(("b",))
    assert node is not None
    assert (node.value, node.origin.line) == ("2", 2)


def test_malformed_escape_is_fatal() -> None:
    tree = read("a=1\nb=\\uZZZZ\n")
    assert isinstance(tree.root.value, Unknown)
    assert tree.problems[0].fatal


def test_a_line_that_is_continued_without_end_is_not_read() -> None:
    tree = read("a=1\nb=" + "|\\\n" * 20_000)
    assert [problem.message for problem in tree.problems] == ["a line that is continued too often"]
    assert isinstance(tree.root.value, Unknown)
    after = read("a=" + "1,\\\n  " * 500 + "2\nb=3").get(("b",))
    assert after is not None
    assert (after.value, after.origin.line) == ("3", 502)


def test_too_large_is_not_read() -> None:
    assert isinstance(read("a=1\n" * 600_000).root.value, Unknown)


@given(st.text(alphabet="ab=: \\u0\n\r#!\t", max_size=60))
def test_never_raises(text: str) -> None:
    list(read(text).walk())
