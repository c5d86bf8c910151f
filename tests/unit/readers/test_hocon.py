"""HOCON, against what Lightbend's library (config 1.4.3) made of the same text."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfhost.readers.hocon import read_hocon
from selfhost.readers.tree import Node, Source, Tree, Unknown

CASES = json.loads((Path(__file__).parent / "hocon_cases.json").read_text(encoding="utf-8"))


def read(text: str, **options: Any) -> Tree:
    return read_hocon(Source("jvb.conf", text), **options)


def node(tree: Tree, path: str) -> Node:
    found = tree.get(path)
    assert found is not None
    return found


def absent(kind: str, name: str) -> Source | None:
    return Source("none.conf", "") if name.startswith("nofile") else None


def fatal(tree: Tree) -> bool:
    assert isinstance(tree.root.value, Unknown) == any(p.fatal for p in tree.problems)
    return any(problem.fatal for problem in tree.problems)


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_same_as_the_java_library(case: dict[str, Any]) -> None:
    """``ENV_X`` was set in the environment; the included files did not exist."""
    tree = read(case["text"], include=absent, environment={"ENV_X": "envval"})
    if case.get("refused"):
        assert fatal(tree)
    elif case.get("unresolved"):
        assert any(isinstance(child.value, Unknown) for _, child in tree.walk())
    else:
        assert tree.problems == ()
        assert tree.root.plain() == case["value"]


def test_there_are_many_cases() -> None:
    assert sum("value" in case for case in CASES) > 80
    assert sum("refused" in case for case in CASES) > 30


def test_places_and_what_was_overridden() -> None:
    tree = read('a {\n  b = 1\n}\n\na.b = 2\na.b = """x\ny"""\nc = [\n  {d = 1}\n  2]\n')
    b = node(tree, "a.b")
    assert b.value == "x\ny"
    assert str(b.origin) == "jvb.conf:6"
    assert [place.line for place in b.overrides] == [2, 5]
    assert node(tree, "c.0.d").origin.line == 9
    assert node(tree, "c.1").origin.line == 10


def test_key_with_dots_is_one_step() -> None:
    tree = read('a."b.c" = 1')
    assert tree.get(("a", "b.c")) is not None
    assert tree.get("a.b") is None


def test_the_place_of_a_syntax_error_and_no_secret_in_it() -> None:
    tree = read("a = 1\npassword = hunter2+/=\n")
    assert fatal(tree)
    assert tree.problems[0].origin.line == 2
    assert "hunter2" not in tree.problems[0].message


@pytest.mark.parametrize("text", ["a = ${X}", "a = ${?X}", "a = 1\na = ${?X}", "a = x${?X}"])
def test_substitution_from_outside_is_unknown_without_an_environment(text: str) -> None:
    assert isinstance(node(read(text), "a").value, Unknown)


def test_environment_answers_substitutions() -> None:
    assert node(read("a = ${X}", environment={"X": "v"}), "a").value == "v"
    assert node(read("a = 1\na = ${?X}", environment={}), "a").value == 1
    assert read("a = ${?X}", environment={}).get("a") is None
    assert isinstance(node(read("a = ${X}", environment={}), "a").value, Unknown)
    assert node(read("a = ${p.q}", environment={"p.q": "v"}), "a").value == "v"


def test_unknown_object_keeps_what_stands_above_it() -> None:
    tree = read("a = ${X}\na { b = 1 }\n")
    assert node(tree, "a.b").value == 1
    assert isinstance(node(tree, "a.c").value, Unknown)


def test_unknown_object_hides_what_stands_below_it() -> None:
    tree = read("a { b = 1 }\na = ${X}\n")
    assert isinstance(node(tree, "a.b").value, Unknown)


def test_append_without_an_environment_is_known() -> None:
    assert node(read("a.b += 1\na.b += 2"), "a.b").plain() == [1, 2]


FILES = {
    "x.conf": "k = 1\nv = ${k}\nw = ${outer}\n",
    "p.properties": "a.b=1\na=2\nc.d=x\n",
    "loop.conf": 'include "loop.conf"',
}


class TestInclude:
    def find(self, kind: str, name: str) -> Source | None:
        self.asked.append((kind, name))
        return Source(name, FILES[name]) if name in FILES else None

    def setup_method(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def test_kinds(self) -> None:
        read(
            'include "a"\ninclude file("b")\ninclude required(url("c"))\n'
            'include required(classpath("d"))\ninclude required("e")',
            include=self.find,
        )
        assert self.asked == [
            ("name", "a"),
            ("file", "b"),
            ("url", "c"),
            ("classpath", "d"),
            ("name", "e"),
        ]

    def test_its_substitutions_look_beside_it_first(self) -> None:
        text = 'outer = o\nk = far\ns { include "x.conf", k = 2 }'
        tree = read(text, include=self.find)
        assert tree.root.plain() == {"outer": "o", "k": "far", "s": {"k": 2, "v": 2, "w": "o"}}
        assert str(node(tree, "s.v").origin) == "x.conf:2"
        assert [str(place) for place in node(tree, "s.k").overrides] == ["x.conf:1"]

    def test_properties(self) -> None:
        tree = read('include "p.properties"', include=self.find)
        assert tree.root.plain() == {"a": {"b": "1"}, "c": {"d": "x"}}

    def test_not_collected_opens_the_object_and_hides_what_came_before(self) -> None:
        tree = read('a = 1\ns.x = 1\ns { include "gone"\n b = 2 }\n', include=self.find)
        assert node(tree, "a").value == 1
        assert tree.get("other") is None
        assert node(tree, "s.b").value == 2
        assert isinstance(node(tree, "s.other").value, Unknown)
        assert isinstance(node(tree, "s.x").value, Unknown)

    def test_no_callback_is_not_collected(self) -> None:
        assert isinstance(node(read('a = 1\ninclude "gone"'), "a").value, Unknown)

    def test_circle(self) -> None:
        assert fatal(read('include "loop.conf"', include=self.find))


HOSTILE = {
    "laughs, lists": "a0 = [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"a{i} = [{','.join([f'${{a{i - 1}}}'] * 10)}]\n" for i in range(1, 12)),
    "laughs, text": "a0 = xxxxxxxxxx\n"
    + "".join(f"a{i} = {f'${{a{i - 1}}}' * 10}\n" for i in range(1, 12)),
    "laughs, joined lists": "a0 = [1]\n"
    + "".join(f"a{i} = {f'${{a{i - 1}}}' * 4}\n" for i in range(1, 40)),
    "doubling itself": "a = [1]\n" + "a = ${a}${a}\n" * 60,
    "braces": "a{" * 100_000,
    "brackets": "a=" + "[" * 100_000,
    "dots": "a = 1\n" + ".".join(["a"] * 100_000) + " = 1",
    "substitution of dots": "a = ${" + ".".join(["a"] * 100_000) + "}",
    "circle": "a { b = ${c} }\nc { d = ${a} }",
    "long chain": "".join(f"a{i} = ${{a{i + 1}}}\n" for i in range(3000)),
    "huge": "a = 1\n" * 400_000,
    "many tokens": "a=[" + "1," * 700_000 + "]",
    "open quote": 'a = "' + "\\x" * 200_000,
    "open triple": 'a = """' + '""x' * 100_000,
    "digits": "a = " + "9" * 100_000 + "\nb = 1e" + "9" * 5000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    tree = read(HOSTILE[name])
    if name not in ("circle", "digits", "substitution of dots"):
        assert fatal(tree)


def test_an_object_inside_itself_is_unknown() -> None:
    assert isinstance(node(read("a { b = ${a} }"), "a.b").value, Unknown)


def test_many_values_of_one_key_are_read() -> None:
    text = "".join(f"s.k{i} = {i}\ns.k0 = {i}\nl += {i}\n" for i in range(3000))
    tree = read(text)
    assert node(tree, "s.k2999").value == 2999
    assert len(node(tree, "s.k0").overrides) == 3000
    assert len(node(tree, "l").plain()) == 3000  # type: ignore[arg-type]


PIECES = st.sampled_from(
    [
        *["a", "b", "a.b", '"x"', "${a}", "${?b}", "${?X}", "{", "}", "[", "]", "=", ":", "+="],
        *[",", "\n", "1", "true", " ", "#", "//", 'include "f"', "$", '"', '"""', "\\", "é", "\0"],
    ]
)


@settings(max_examples=150, deadline=2000)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join)))
def test_never_raises(text: str) -> None:
    for environment in (None, {"X": "1"}):
        tree = read(text, environment=environment)
        fatal(tree)
        list(tree.walk())
