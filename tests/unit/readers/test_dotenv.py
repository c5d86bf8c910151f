"""``.env`` files by Docker Compose's rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfhost.readers.dotenv import read_dotenv
from selfhost.readers.tree import Source, Tree, Unknown, Value


def read(text: str) -> Tree:
    return read_dotenv(Source(".env", text))


def value(text: str, key: str = "A") -> Value:
    node = read(text).get((key,))
    assert node is not None
    return node.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=b", "b"),
        ("A=", ""),
        ("  A = b  ", "b"),
        ("export A=b", "b"),
        ("A: b", "b"),
        ("A=b # c", "b"),
        ("A=b#c", "b#c"),
        ("A=# c", ""),
        ("A='b # $X ${Y}' # c", "b # $X ${Y}"),
        ("A='it\\'s'", "it's"),
        ('A="b # c"', "b # c"),
        ('A="x\\n\\"y\\" \\$Z \\d"', 'x\n"y" $Z \\d'),
        ('A="one\ntwo"', "one\ntwo"),
        ("A=b=c", "b=c"),
        ("B=1\nA=${B}2$B", "121"),
        ("A=${B:-d}", "d"),
        ("B=\nA=${B:-d}", "d"),
        ("B=\nA=x${B-d}", "x"),
        ("A=${B:-${C:-e}}", "e"),
        ("B=1\nA=${B:+set}", "set"),
        ("A=${B:+set}", ""),
        ("A=$$B", "$B"),
        ("A=b\r\n", "b"),
    ],
)
def test_values(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text", ["A=${B}", "A=$B", "A", "A=${B:?no}", "A=${B", "A=${B!x}", 'A="x"y', "A=${}"]
)
def test_unknown(text: str) -> None:
    assert isinstance(value(text), Unknown)


def test_lines_and_overrides() -> None:
    tree = read('# A=0\n\nB="x\ny"\nA=1\nA=2\n')
    node = tree.get(("A",))
    assert node is not None
    assert (node.value, node.origin.line, [p.line for p in node.overrides]) == ("2", 6, [5])


def test_commented_key_is_absent() -> None:
    assert read("#A=1\n").get(("A",)) is None


@pytest.mark.parametrize("text", ["X=1\nnot a variable\nA=2", "X=1\nA='open\nB=2"])
def test_what_compose_refuses(text: str) -> None:
    tree = read(text)
    assert tree.problems[0].fatal
    assert tree.problems[0].origin.line == 2
    missing = tree.get(("B",))
    assert missing is not None
    assert isinstance(missing.value, Unknown)


def test_laughs() -> None:
    text = "A0=xxxxxxxxxx\n" + "".join(f"A{i}={f'${{A{i - 1}}}' * 10}\n" for i in range(1, 30))
    assert isinstance(value(text, "A20"), Unknown)


def test_nested_defaults_are_bounded() -> None:
    assert isinstance(value("A=" + "${B:-" * 50_000 + "}" * 50_000), Unknown)


@given(st.text(alphabet="AB=:${}-\"'\\# \n\r\tx", max_size=50))
def test_never_raises(text: str) -> None:
    list(read(text).walk())


def test_lines_behind_one_that_compose_refuses() -> None:
    tree = read("* a heading\nENABLE_RECORDING=1\n")
    node = tree.get(("ENABLE_RECORDING",))
    assert node is not None
    assert (node.value, node.origin.line) == ("1", 2)
