"""What a script does within a branch that may or may not be taken."""

import pytest

from selfhost.readers.javascript import read_client_config
from selfhost.readers.tree import Source, Tree, Unknown

BASE = "var config = { a: 1 };\n"


def read(text: str) -> Tree:
    return read_client_config([Source("config.js", BASE + text)])


def value(tree: Tree, path: str) -> object:
    node = tree.get(path)
    return None if node is None else node.value


def test_a_variable_of_the_branch_is_known_in_it() -> None:
    tree = read(
        "if (location.hash) {\n"
        "  var end = '@@END@@';\n"
        "  if (end.indexOf('@@') === 0) { end = 'x'; }\n"
        "  config.b = end + '/y';\n"
        "}\n"
    )
    assert value(tree, "a") == 1
    assert isinstance(value(tree, "b"), Unknown), "the branch may not be taken"
    assert not tree.problems


@pytest.mark.parametrize(
    "text",
    [
        "if (location.hash) { var b = 'x'; }\nconfig.b = b;\n",
        "var b = 'y';\nif (location.hash) { b = 'x'; }\nconfig.b = b;\n",
        "var b = 'y';\nif (location.hash) { b = 'x'; window.f(); }\nconfig.b = b;\n",
        "var b = 'y';\nif (location.hash) { b = 'x'; if (location.search) { b = 'z'; }"
        " config.b = b; }\n",
        "var b = 'y';\nwhile (location.hash) { b = b + 'x'; }\nconfig.b = b;\n",
        "var b = 'y';\nif (location.hash) { b = 'x'; window.f(() => { b = 'z'; }); config.b = b; }",
        "let b;\nif (location.hash) { b = 'x'; }\nconfig.b = b;\n",
    ],
)
def test_it_is_not_known_outside_or_after_what_may_change_it(text: str) -> None:
    assert isinstance(value(read(text), "b"), Unknown)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("location.hostname !== 'localhost'", 2),
        ("window.location.hostname != '127.0.0.1'", 2),
        ("typeof window !== 'undefined' && location.hostname !== 'localhost'", 2),
        ("location.hostname === 'localhost'", None),
        ("'localhost' == document.location.hostname", None),
    ],
)
def test_a_server_s_page_is_not_on_this_machine(condition: str, expected: int | None) -> None:
    assert value(read(f"if ({condition}) {{ config.b = 2; }}\n"), "b") == expected


@pytest.mark.parametrize(
    "condition",
    [
        "location.hostname === 'meet.example.org'",
        "location.pathname === 'localhost'",
        "(location.hostname === 'x' ? 'localhost' : 'y') === 'localhost'",
        "location.hostname + '' === 'localhost'",
    ],
)
def test_any_other_comparison_depends_on_the_visitor(condition: str) -> None:
    assert isinstance(value(read(f"if ({condition}) {{ config.b = 2; }}\n"), "b"), Unknown)
