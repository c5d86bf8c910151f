"""The reader against QuickJS: it may say "unknown", but never something else than the engine."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def _load() -> ModuleType:
    path = Path(__file__).with_name("javascript_oracle.py")
    spec = importlib.util.spec_from_file_location("javascript_oracle", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


compare = _load().compare

VARIABLES = ("a", "b", "config", "config.o", "config.l", "o")
KEYS = ("x", "y", "o")

literals = st.sampled_from(
    [
        *("0", "1", "2", "-3", "0.5", "1e3", "'s'", '"t"', "''", "true", "false", "null"),
        *("undefined", "[]", "[1, 'x']", "{}", "NaN", "`q`", "'1'", "0x1f"),
    ]
)
names = st.sampled_from(VARIABLES)
unknowns = st.sampled_from(
    ["location.hash", "document.title", "(Math.random() < 0.5)", "location.hostname"]
)
keys = st.sampled_from(KEYS)
leaves = st.one_of(
    literals.map(lambda text: f"({text})"),
    names,
    unknowns,
    st.builds("{}.{}".format, names, keys),
    st.builds("{}?.{}".format, names, keys),
    st.builds("{}[{}]".format, names, st.sampled_from(["'x'", "a", "0", "location.hash"])),
)
OPERATORS = [
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "!=",
    "===",
    "!==",
    "<",
    ">",
    "<=",
    ">=",
    "&&",
    "||",
    "&",
    "|",
    "^",
    "<<",
    ">>",
    ">>>",
]


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("(({}) ?? ({}))".format, inner, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds(
            "({}{})".format, st.sampled_from(["!", "-", "+", "typeof ", "void ", "~"]), inner
        ),
        st.builds("({{x: {}, y: {}, ...{}}})".format, inner, inner, inner),
        st.builds("({{...{}, o: {}, [{}]: 1}})".format, names, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("`<${{{}}}>`".format, inner),
        st.builds("Object.assign({}, {{x: {}}})".format, names, inner),
        st.builds("(function (p) {{ {}; return p }})({})".format, _assign(inner), inner),
        st.builds(
            "((p, q = {}) => {{ if ({}) return p; {}; return q }})({})".format,
            inner,
            inner,
            _assign(inner),
            inner,
        ),
        st.builds("String({})".format, inner),
        st.builds(
            "('' + {}).{}".format,
            inner,
            st.sampled_from(
                [
                    "length",
                    "trim()",
                    "toUpperCase()",
                    "split(',')",
                    "split('e').join('_')",
                    "slice(1)",
                    "substr(1, 2)",
                    "substring(2, 0)",
                    "indexOf('e')",
                    "replace('e', 'E')",
                ]
            ),
        ),
        st.builds("({} = {})".format, names, inner),
        st.builds("({}.{} = {})".format, names, keys, inner),
        st.builds("({} in {})".format, st.sampled_from(["'x'", "'y'"]), names),
        st.builds("f({})".format, inner),
    )


def _assign(value: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} = {}".format, names, value),
        st.builds("{}.{} = {}".format, names, keys, value),
        st.builds("{}[{}] = {}".format, names, value, value),
        st.builds(
            "{}.{} {} {}".format,
            names,
            keys,
            st.sampled_from(["+=", "||=", "??=", "&&=", "-="]),
            value,
        ),
        st.builds("{}.{}++".format, names, keys),
        st.builds("delete {}.{}".format, names, keys),
        st.builds("window.{} = {}".format, st.sampled_from(["a", "config"]), value),
        st.builds("config.l.push({})".format, value),
        st.builds("[{}, {}] = [{}, {}]".format, names, names, value, value),
        st.builds("({{x: a, y: b = {}}} = {})".format, value, names),
    )


expressions = st.recursive(leaves, _grow, max_leaves=5)
simple = _assign(expressions).map(lambda text: f"{text};" if text[0] != "(" else f";{text};")


def _nest(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = st.lists(inner, min_size=1, max_size=3).map(" ".join)
    return st.one_of(
        st.builds("if ({}) {{ {} }}".format, expressions, block),
        st.builds("if ({}) {{ {} }} else {{ {} }}".format, expressions, block, block),
        st.builds("for (let n = 0; n < 2; n++) {{ {} config[n] = n; }}".format, block),
        st.builds("for (var k in {}) {{ {} config[k + 'z'] = 1; }}".format, names, block),
        st.builds(
            "for (const k of [1, 'x', 'y']) {{ {} config[k] = a; if ({}) break; }}".format,
            block,
            expressions,
        ),
        st.builds("try {{ {} }} catch (e) {{ {} }}".format, block, block),
        st.builds("try {{ {} }} finally {{ {} }}".format, block, block),
        st.builds(
            "switch ({}) {{ case {}: {} break; case 's': {} default: {} }}".format,
            expressions,
            expressions,
            block,
            block,
            block,
        ),
        st.builds("(function () {{ var o = config; {} }})();".format, block),
        st.builds("(function () {{ if ({}) return; {} }})();".format, expressions, block),
        st.builds("setTimeout(function () {{ {} }}, 1);".format, block),
        st.builds("[1, 2].forEach(function (a) {{ {} }});".format, block),
        st.builds("l: {{ {} if ({}) break l; {} }}".format, block, expressions, block),
        st.builds("{{ let a = {}; {} }}".format, expressions, block),
        st.builds("function g(p) {{ {} return p }}".format, block),
        st.builds("if ({}) {{ throw 1 }}".format, expressions),
    )


statements = st.recursive(simple, _nest, max_leaves=4)
programs = st.lists(statements, min_size=1, max_size=5).map(
    lambda parts: "\n".join([*parts, "g(a);", "config.last = b;"])
)
START = "var a = 1, b = {x: 2};\nvar config = {x: 1, o: {x: 'in'}, l: [1, 2]}, o = {y: b};\n"
FUNCTION = "function f(p) { return p } function g(p) { return f }\n"


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(programs)
def test_agrees_with_the_engine(program: str) -> None:
    compare(FUNCTION + START + program)


@pytest.mark.parametrize(
    "program",
    [
        "var config = {a: 1, a: 2, 'b-c': 3, 4: 5, [`d${1}`]: [,1], f() {}, get g() { return 1 }}",
        "var config = {}; var c = config; c.x = {y: 1}; config.x.y++; window.config['z'] = c.x.y",
        "config = {n: 1_000 + 0x10 + 0b11 + 0o7 + 1e3, s: 'a\\x41\\u0042\\u{43}\\\nd', t: -0}",
        "var config = {a: 1}; config = {...config, b: 2, a: 3}; delete config.b",
        "var config = {a: {}}; config.a.__proto__ = {x: 1}; config.b = config.a.x",
        "var config = {x: 1}; var o = {get y() { config.x = 2; return 1 }}; o.y; config.z = 1",
        "var config = {x: 1}; var o = {toString() { config.x = 2; return 't' }}; config['q' + o] = 1",  # noqa: E501
        "var config = {x: 1}; var o = {set y(v) { config.x = v }}; o.y = 5",
        "'use strict'; var config = {x: 1}; undeclared = 2; config.x = 3",
        "var config = {x: 1}; config.y = undefined++; (config.x)++; (undefined)--; config.z = 2",
        "'use strict'; var config = {x: 1}; undefined++; config.x = 2",
        "var config = Object.freeze({x: 1}); config.x = 2; config.y = 1",
        "'use strict'; var config = Object.freeze({x: 1}); config.x = 2",
        "var config = {x: 1}; function f(c) { arguments[0] = {}; c.x = 2 } f(config)",
        "var config = {x: 1}; (function f(n) { if (n) f(n - 1); config['k' + n] = n })(3)",
        "var config = {x: 1}; async function f() { config.x = 2 } f()",
        "var config = {x: 1}; class A { m() { config.x = 2 } } new A().m()",
        "var config = {x: 1}; var p = 'x'; do { config[p] = 2; p = p + 'y' } while (p.length < 4)",
        "var config = {k: 'x'}; for (var i = 0; i < 3; i++) { config[config.k] = i; config.k += 'x' }",  # noqa: E501
        "var config = {x: 1}; function later() { config.x = y } var y = 4; later()",
        "var config = {x: typeof nothing, y: typeof later}; function later() {}",
        "x(); function x() { config = {x: 1} } config.y = this === window",
        "var config = {x: [1, 2, 3].join(), y: '' + [1, [2]], z: [] + {}, l: [1].length}",
        "var config = {x: 1 / 3, y: 2 ** 10, z: 7 % -3, w: -7 % 3, v: 1e21 + '', u: 0.1 + 0.2}",
        "let config = {x: 1}; config.y = window.config === undefined",
        "const config = {x: 1}; config = {x: 2}",
        "var config = {x: 1}; { function g() { config.x = 2 } } g()",
        "var config = {x: 1}; if (location.hash) { var config = {x: 2} }",
        "var config = {x: 1}; try { null.x; config.x = 2 } catch { config.x = 3 } config.y = 1",
        "var config = {x: 1}; label: for (;;) { for (;;) { config.x++; break label } } config.y = 2",  # noqa: E501
        "var config = {x: 1}, l = [1]; l.push(2); l[2] = 3; config.l = l; l.length = 1",
        "var config = {x: 1}; Object.prototype.y = 2; config.z = ({}).y",
        "var config = {x: 1}; Object.defineProperty(config, 'x', {value: 5}); config.y = 1",
        "var config = {x: 1}; with (config) { x = 2 }",
        "var config = {x: 1}; var {x, y = 3, ...z} = config; config.q = x + y",
        "var config = {x: null?.y.z, y: undefined?.[a()], w: (null)?.(b())}",
        "var config = {'__proto__': {a: 1}, b: 1}; config.c = config.a",
        "var config = {x: 1}\n/* config.x = 2 */ // config.x = 3\n<!-- config.x = 4\n--> config.x = 5\n",  # noqa: E501
        "var config = {x: '1' * '2', y: '3' + 4, z: null + 1, w: undefined + 1, v: [] == '', u: '10' > '9'}",  # noqa: E501
        "var config={a:!0,b:!1,c:void 0,d:1/0,e:-1};config.f=config.a&&config.b||'x',config.g=config.c??2",  # noqa: E501
        "var config = {}; config.a = config.b = {}; config.a.x = 1",
        "var config = {a: 1}; eval('config.a = 2'); config.b = 1",
        "var config = {a: 1}; new Function('config.a = 2')()",
        "var config = {a: 1}; setTimeout('config.a = 2')",
        "var config = {a: 1}; [3, 4].map(v => config.a = v); config.b = 2",
        "var config = {a: 1}; var f = function () { this.b = 2 }; f.call(config); f.apply(config)",
        "var config = {a: 1}; config.f = function () { this.a = 2 }; config.f()",
    ],
)
def test_agrees_on(program: str) -> None:
    compare(program)


def test_scripts_in_order_share_their_globals() -> None:
    tree = compare("var config = {a: 1}; var t = 2;", "config.a = t; config.b = 3;")
    assert tree.root.plain() == {"a": 2, "b": 3}


def test_what_a_browser_refuses_is_not_read() -> None:
    for program in ("let config = {}; let config", "var config = {a: 1}; return", "x = 3in {}"):
        assert compare(program).problems[-1].fatal
