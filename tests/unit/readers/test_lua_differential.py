"""Lua as it is read here against a real Lua: programs that set globals, as options are."""

from collections.abc import Mapping, Sequence

import lupa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfhost.readers.prosody import read_prosody
from selfhost.readers.tree import Node, Source, Unknown

MAIN = "/etc/prosody/prosody.cfg.lua"

ORACLE = """
local options = {}
local env = setmetatable({}, {
  __index = function(_, k) local v = options[k] if v == nil then return _G[k] end return v end,
  __newindex = function(_, k, v) options[k] = v end })
return function(text)
  local chunk = load(text, "c", "t", env)
  if not chunk then return "refused" end
  if not pcall(chunk) then return "failed" end
  return options
end
"""


def disagreement(node: Node, real: object) -> str | None:
    value = node.value
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        if lupa.lua_type(real) != "table":
            return f"read a table, is {real!r}"
        pairs = {str(k): v for k, v in real.items()}  # type: ignore[attr-defined]
        own = (
            dict(value.items())
            if isinstance(value, Mapping)
            else {str(i + 1): item for i, item in enumerate(value)}
        )
        certain = {key for key, child in own.items() if not isinstance(child.value, Unknown)}
        if certain - pairs.keys() or (pairs.keys() - own.keys() and node.rest is None):
            return f"keys {sorted(own)} but {sorted(pairs)}"
        for key, child in own.items():
            found = disagreement(child, pairs.get(key))
            if found:
                return f"{key}: {found}"
        return None
    if isinstance(value, str) and isinstance(real, bytes):
        real = real.decode()
    same = value == real and isinstance(value, bool) is isinstance(real, bool)
    return None if same else f"read {value!r}, is {real!r}"


def compare(text: str) -> None:
    config = read_prosody({MAIN: Source(MAIN, text)}, MAIN)
    if isinstance(config.sections[0].options.root.value, Unknown):
        return
    runtime = lupa.LuaRuntime(encoding="utf-8", register_eval=False)
    options = runtime.execute(ORACLE)(text)
    assert options != "refused", f"Lua refuses this:\n{text}"
    if options == "failed":  # Prosody does not start then: there is nothing to compare with
        return
    found = disagreement(config.sections[0].options.root, options)
    assert found is None, f"{found} in:\n{text}"


keys = st.sampled_from(["x", "y", "z"])
atoms = st.sampled_from(
    [
        "1",
        "-2",
        "0x1F",
        "1.5",
        "'s'",
        '"a\\65\\n\\z  b"',
        "[==[\nl]]\n]==]",
        "true",
        "false",
        "nil",
        "x",
        "y",
        "l",
        "{}",
        "{1, 'b'; c = 3}",
        "{[1] = 1, 'p', nil, 'q'}",
        "os.time()",
        "#'abc'",
    ]
)
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format,
            inner,
            st.sampled_from(["and", "or", "==", "~=", "..", "+", "-", "*", "/", "<", ">="]),
            inner,
        ),
        st.builds("{{{}, k = {}, [{}] = 5}}".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({}).k".format, inner),
    ),
    max_leaves=4,
)
simple = st.one_of(
    st.builds("{} = {}".format, keys, values),
    st.builds("{}, l = {}, {}".format, keys, values, values),
    st.builds("local l = {}".format, values),
    st.builds("if type(l) == 'table' then l.k = {} end".format, values),
)
statements = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds("if {} then {} else {} end".format, values, inner, inner),
        st.builds("if {} then {} elseif {} then {} end".format, values, inner, values, inner),
        st.builds("for i = 1, 2 do {} x = i end".format, inner),
        st.builds("do local l = {}; {} end".format, values, inner),
    ),
    max_leaves=3,
)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(statements, min_size=1, max_size=6).map("\n".join))
def test_agrees_with_lua(text: str) -> None:
    compare("local l = {}\n" + text)


@pytest.mark.parametrize(
    "text",
    [
        "local a = { 1 } local b = a b[2] = 2 x = a",
        "x = 'a' .. 1 .. [[b]] y = #{1, 2, 3} z = {1, 2, [3] = 3, n = nil}",
        "local t = {} table.insert(t, 'a') table.insert(t, 'b') x = t",
        "x = 1 -- comment\n--[[ x = 2 ]] --[==[ x = 3\n]==] y = 2; ;",
        "x = { a = { b = { 'c' } } } x = nil",
        "x = '\\x41\\u{20ac}\\\n\\'' y = \"\\065\"",
        "local x <const> = 1 y = x",
        "local i = 'a' local t = {} for n = 1, 3 do t[i] = 1 i = i .. 'a' end x = t",
    ],
)
def test_agrees_with_lua_on(text: str) -> None:
    compare(text)
