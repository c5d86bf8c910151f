"""Files of assignments that a shell or systemd reads."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfhost.readers.shell_environment import read_shell_environment
from selfhost.readers.tree import Source, Tree, Unknown, Value


def read(text: str) -> Tree:
    return read_shell_environment(Source("/etc/default/x", text))


def value(text: str, key: str = "A") -> Value:
    node = read(text).get((key,))
    assert node is not None
    return node.value


SAME = [
    "A=b",
    "A=",
    'A=""',
    "  A=b  ",
    "export A=b",
    "A='b c'",
    'A="b c"',
    "A=x'y z'\"w\"",
    'A="say \\"x\\" \\$y \\d"',
    "A=x\\ y",
    "A=a#b",
    "A='one\ntwo'",
    'A="one\\\ntwo"',
    "A=-Dconfig.file=/etc/jitsi/jvb.conf",
    "A=1\nA=2\n# A=3",
    "A='$B'",
]


@pytest.mark.parametrize("text", SAME)
def test_same_as_a_shell(text: str) -> None:
    script = text + '\nprintf %s "$A"'
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert value(text) == shell.stdout
    assert read(text).problems == ()


@pytest.mark.parametrize(
    "text",
    ["A=$B", 'A="$B"', "A=`id`", 'A="$(id)"', "A=b c", "A=b # c", "A='open", "A=b; B=c", "A=(x y)"],
)
def test_unknown(text: str) -> None:
    assert isinstance(value(text), Unknown)


def test_code_makes_everything_unknown() -> None:
    tree = read("A=1\n[ -f /x ] && . /x\nB=2\n")
    assert [problem.origin.line for problem in tree.problems] == [2]
    for key in ("A", "B", "C"):
        node = tree.get((key,))
        assert node is not None
        assert isinstance(node.value, Unknown)


def test_lines() -> None:
    tree = read("#\nA='x\ny'\nB=1\nexport A B\nB=2")
    node = tree.get(("B",))
    assert node is not None
    assert (node.origin.line, [p.line for p in node.overrides]) == (6, [4])
    assert tree.problems == ()


def test_comments_are_not_settings() -> None:
    assert read("#A=1\n  ; A=2\n").get(("A",)) is None


@given(st.text(alphabet="AB=$`()\"'\\#; \n\t", max_size=50))
def test_never_raises(text: str) -> None:
    list(read(text).walk())


@pytest.mark.parametrize("text", ['A="' + "\\" * 200_000, "A='" * 100_000, "A=" + "\\\n" * 100_000])
def test_hostile(text: str) -> None:
    read(text)
