"""What the client configuration reader knows, what it does not, and where things were set."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfhost.readers.javascript import read_client_config
from selfhost.readers.tree import Function, Origin, Source, Tree, Unknown


def read(*texts: str, **options: object) -> Tree:
    sources = [Source(f"{index}.js", text) for index, text in enumerate(texts)]
    return read_client_config(sources, **options)  # type: ignore[arg-type]


def value(tree: Tree, path: str) -> object:
    node = tree.get(path)
    return node.value if node is not None else "absent"


def test_last_assignment_wins_and_names_what_it_replaced() -> None:
    tree = read("var config = {\n  p2p: { enabled: true },\n};\n", "config.p2p.enabled = false;")
    node = tree.get("p2p.enabled")
    assert node is not None
    assert node.value is False
    assert node.origin == Origin("1.js", 1)
    assert node.overrides == (Origin("0.js", 2),)


def test_comments_are_no_settings() -> None:
    tree = read("var config = {\n // a: 1,\n /* b: 2, */ c: 'http://x//y'\n};\n// config.d = 1\n")
    assert tree.root.plain() == {"c": "http://x//y"}
    assert not tree.problems


def test_upstreams_subdomain_leaves_only_what_depends_on_it_unknown() -> None:
    tree = read(
        """var subdomain = '<!--# echo var="subdomain" default="" -->';
if (subdomain) {
    subdomain = subdomain.substr(0, subdomain.length - 1).split('.').join('_').toLowerCase() + '.';
}
var config = { hosts: { domain: 'h.example', muc: 'conference.' + subdomain + 'h.example' } };
var enableJaaS = false;
if (enableJaaS) { config.dialInNumbersUrl = 'https://conference-mapper.example'; }
config.bosh = '/<!--# echo var="subdir" default="" -->http-bind';
config.last = 1;
"""
    )
    assert value(tree, "hosts.domain") == "h.example"
    assert isinstance(value(tree, "hosts.muc"), Unknown)
    assert value(tree, "bosh") == Unknown("depends on a server-side include")
    assert value(tree, "dialInNumbersUrl") == "absent"
    assert value(tree, "last") == 1
    assert not tree.problems


def test_server_side_includes_keep_the_lines() -> None:
    tree = read("var a = '<!--# echo\n var=\"x\" -->';\nvar config = {\n k: 1 };")
    node = tree.get("k")
    assert node is not None
    assert node.origin.line == 4


def test_an_included_file_makes_everything_unknown() -> None:
    tree = read('var config = {a: 1};\n<!--#include virtual="more.js" -->\n')
    assert isinstance(tree.root.value, Unknown)
    assert tree.problems[0].origin == Origin("0.js", 2)


@pytest.mark.parametrize(
    ("text", "unknown", "known"),
    [
        ("if (location.hash) { config.a = 2; }", "a", "b"),
        ("for (var i = 0; i < 9; i++) { config.a = i; }", "a", "b"),
        ("config.a = navigator.language;", "a", "b"),
        ("config.a = Date.now();", "a", "b"),
        ("location.hash && (config.a = 2);", "a", "b"),
        ("setTimeout(function () { config.a = 2; }, 5);", "a", "b"),
        ("document.addEventListener('x', () => { config.a = 2; });", "a", "b"),
        ("(location.hash ? config : {}).a = 2;", "a", "b"),
    ],
)
def test_only_what_may_change_is_unknown(text: str, unknown: str, known: str) -> None:
    tree = read("var config = {a: 1, b: 1};" + text)
    assert isinstance(value(tree, unknown), Unknown)
    assert value(tree, known) == 1


@pytest.mark.parametrize(
    "text",
    [
        "eval(location.hash)",
        "new Function(location.hash)()",
        "document.write('<script src=/x.js><\\/script>')",
        "var s = document.createElement('script'); s.src = '/x'; document.head.appendChild(s)",
        "with (config) { a = 2 }",
    ],
)
def test_code_that_cannot_be_seen_leaves_nothing_certain(text: str) -> None:
    tree = read("var config = {a: 1};" + text)
    assert isinstance(value(tree, "a"), Unknown)
    assert isinstance(value(tree, "other"), Unknown)


def test_an_unknown_call_opens_what_it_is_given() -> None:
    tree = read("var config = {a: 1}; customise(config);", also=["customise"])
    assert isinstance(value(tree, "a"), Unknown)
    assert tree.root.rest is not None


def test_a_spread_of_something_unknown_opens_the_object() -> None:
    tree = read("var config = {a: 1, ...base, b: 2};", also=["base"])
    assert isinstance(value(tree, "a"), Unknown)
    assert value(tree, "b") == 2
    assert isinstance(value(tree, "c"), Unknown)


def test_the_browser_stops_at_an_undefined_name() -> None:
    tree = read("var config = {a: 1};\nconfig.b = missing;\nconfig.c = 1;")
    assert tree.root.plain() == {"a": 1}
    assert [(p.origin.line, p.fatal) for p in tree.problems] == [(2, True)]


def test_what_does_not_parse_gives_nothing() -> None:
    tree = read("var config = {a: 1};\nconfig.b = }\n")
    assert isinstance(tree.root.value, Unknown)
    assert tree.root.value.reason.startswith("does not parse")
    assert tree.problems[0].origin == Origin("0.js", 2)
    assert tree.problems[0].fatal


def test_functions_are_functions() -> None:
    tree = read("var config = {f() {}, get g() { return 1; }, h: () => 1, i: function () {}};")
    assert all(isinstance(value(tree, key), Function) for key in "fghi")


def test_another_variable() -> None:
    tree = read("var interfaceConfig = {A: 'x'}; var config = 1;", variable="interfaceConfig")
    assert tree.root.plain() == {"A": "x"}
    assert isinstance(read("var config = 1;").root.value, Unknown)
    assert isinstance(read("").root.value, Unknown)
    assert isinstance(read().root.value, Unknown)


HOSTILE = {
    "brackets": "var config = " + "[" * 200_000,
    "closed brackets": "var config = " + "[" * 20_000 + "]" * 20_000,
    "parentheses": "config = " + "(" * 5_000 + "1" + ")" * 5_000,
    "sum": "var config = {a: " + "+".join(["1"] * 6_000) + "}",
    "ternaries": "var config = {a: " + "1?1:" * 3_000 + "1}",
    "members": "var config = {}; config" + ".a" * 5_000 + " = 1",
    "else-ifs": "var config = {};" + "if (location.hash) {} else " * 2_000 + "{}",
    "blocks": "var config = {};" + "{" * 5_000 + "}" * 5_000,
    "doubling": "var config = {s: 'x'};" + "config.s += config.s;" * 60,
    "sharing": "var config = {};" + "config = {a: config, b: config};" * 60,
    "itself": "var config = {}; config.me = config; config.l = [config]",
    "recursion": "var config = {}; (function f(n) { f(n + 1); f(n + 2) })(0)",
    "a callback in a callback": "var config = {};"
    + "setTimeout(function () {" * 30
    + "config.a = 1"
    + "})" * 30,
    "NUL": "var config = {a: '\0'}",
    "surrogate": "var config = {a: '\\ud800'}",
    "raw surrogate": "var config = {a: '\ud800'}",
    "one line": "var config = {" + "a: 1," * 10_000 + "}",
    "large": "//" + " " * 3_000_000 + "\nvar config = {}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_ends_soon(text: str) -> None:
    start = time.monotonic()
    tree = read(text)
    list(tree.walk())
    assert time.monotonic() - start < 10


PIECES = st.sampled_from(
    [
        "var",
        "config",
        "=",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ".",
        "?.",
        ";",
        ",",
        ":",
        "x",
        "if",
        "else",
        "for",
        "function",
        "=>",
        "...",
        "`",
        "${",
        "'",
        '"',
        "/",
        "/*",
        "*/",
        "//",
        "1",
        "+",
        "let",
        "const",
        "return",
        "try",
        "catch",
        "class",
        "new",
        "delete",
        "<!--#",
        "-->",
        "eval",
        "location",
        "\n",
        "\\u",
        "in",
        "of",
    ]
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=40))
def test_never_raises(text: str) -> None:
    tree = read("var config = {a: 1};\n" + text)
    assert isinstance(tree.root.value, Unknown) or tree.get("a") is not None or "a" in text


def test_a_large_real_configuration_is_read_fast() -> None:
    section = (
        "    // comment about a key\n    // key: false,\n\n    key%d: { a: true, b: [1, 'x'] },\n"
    )
    text = "var config = {\n" + "".join(section % i for i in range(500)) + "};\n"
    best = 1.0
    for _ in range(3):
        start = time.process_time()
        tree = read(text)
        best = min(best, time.process_time() - start)
    assert value(tree, "key499.a") is True
    assert best < 0.2


@pytest.mark.parametrize(
    "text",
    [
        "if (!config.hasOwnProperty('p2p')) config.p2p = {};\nconfig.p2p.enabled = false;",
        "if (!config.p2p) { config.p2p = {}; }\nconfig.p2p.enabled = false;",
        "config.p2p = config.p2p || {};\nconfig.p2p.enabled = false;",
        "config.p2p = config.p2p ?? {};\nconfig.p2p.enabled = false;",
        "config.a = null;\nconfig.a = config.a || {};\nconfig.a.b = 1;config.p2p.enabled = false;",
    ],
)
def test_a_file_that_adds_to_another_makes_sure_of_its_sections(text: str) -> None:
    tree = read(text, beneath="not here")
    assert not tree.problems
    assert value(tree, "p2p.enabled") is False
    assert value(tree, "p2p.stunServers") == Unknown("not here")


def test_a_section_that_may_have_been_put_there_is_not_certain() -> None:
    tree = read("if (!config.p2p) config.p2p = { enabled: false };", beneath="not here")
    assert isinstance(value(tree, "p2p.enabled"), Unknown)
    assert value(tree, "p2p.stunServers") == Unknown("not here")


def test_a_throw_before_the_first_value_leaves_no_client_at_all() -> None:
    tree = read("var config = { a: 1, b: decodeURIComponent(location.hash), c: 2 };\nconfig.d = 3;")
    assert (value(tree, "a"), value(tree, "c"), value(tree, "d")) == (1, 2, 3)
    assert isinstance(value(tree, "b"), Unknown)
    assert [problem.fatal for problem in tree.problems] == [False]


def test_a_throw_that_is_caught_does_not() -> None:
    text = "try { var config = { a: decodeURIComponent(location.hash) }; } catch (e) {}"
    assert isinstance(read(text).root.value, Unknown)


def test_what_follows_a_throw_may_not_happen() -> None:
    tree = read("var config = { a: 1 };\ndecodeURIComponent(location.hash);\nconfig.b = 2;")
    assert value(tree, "a") == 1
    assert isinstance(value(tree, "b"), Unknown)


def test_a_function_for_each_item_of_a_known_list_is_followed() -> None:
    tree = read(
        "var config = { a: 'x,y'.split(',').map(v => ({ urls: 'stun:' + v })),"
        " b: ['x'].map(function (v, n) { return v + n; }) };"
    )
    assert tree.root.plain() == {"a": [{"urls": "stun:x"}, {"urls": "stun:y"}], "b": ["x0"]}


def test_a_function_for_each_item_of_a_visitors_text_stops_nothing() -> None:
    tree = read("var config = { a: location.hash.split(',').map(v => v), b: 1 };")
    assert isinstance(value(tree, "a"), Unknown)
    assert value(tree, "b") == 1
