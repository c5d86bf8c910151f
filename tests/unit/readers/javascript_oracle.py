"""What a real engine makes of a script, for several visitors, to compare the reader with."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dukpy

from selfhost.readers.javascript import read_client_config
from selfhost.readers.tree import Function, Node, Source, Tree, Unknown

FUNCTION = "\u0001function"
_BEFORE = """
var window = globalThis, self = globalThis;
var location = {hash: dukpy.visitor, hostname: dukpy.visitor || 'h.example', search: ''};
var later_ = [];
var document = {title: dukpy.visitor, addEventListener: function (n, f) { later_.push(f) }};
var setTimeout = function (f) { later_.push(f) };
Math.random = function () { return dukpy.visitor ? 0.9 : 0.1 };
0
"""
_LATE = "for (var f_ of later_.slice()) { try { f_() } catch (e) {} } 0"
_AFTER = """
(function () {
    var left = 3000;
    function plain(value, above) {
        if (typeof value === 'function') return '\\u0001function';
        if (typeof value === 'number' && !isFinite(value)) return '\\u0001' + value;
        if (typeof value !== 'object' || value === null) return value;
        if (above.indexOf(value) >= 0 || --left < 0) return '\\u0001cut';
        above = above.concat([value]);
        if (Array.isArray(value)) return value.map(function (item) { return plain(item, above) });
        var copy = {};
        Object.keys(value).forEach(function (key) { copy[key] = plain(value[key], above) });
        return copy;
    }
    var seen = (function () { try { return config } catch (e) {} })();
    return JSON.stringify([typeof seen, seen === undefined ? null : plain(seen, [])]);
})()
"""
CUT = "\u0001cut"


def run(scripts: Sequence[str], visitor: str, late: bool) -> tuple[str, str, Any]:
    """``(ran|threw|refused, typeof config, config)``."""
    engine = dukpy.JSInterpreter()
    engine.evaljs(_BEFORE, visitor=visitor)
    outcome = "ran"
    try:
        for script in scripts:
            engine.evaljs(f"{script}\n;0")
    except dukpy.JSRuntimeError as error:
        outcome = "refused" if str(error).startswith("SyntaxError") else "threw"
    if late:
        engine.evaljs(_LATE)
    kind, value = json.loads(engine.evaljs(_AFTER))
    return outcome, kind, value


def disagreement(node: Node, real: Any, path: str = "config") -> str | None:
    """Where the reader claims something that is not so; ``None`` if nowhere."""
    value = node.value
    if isinstance(value, Unknown) or real == CUT:
        return None
    if isinstance(value, Function):
        return None if real == FUNCTION or not isinstance(real, str) else f"{path}: function"
    if isinstance(value, Mapping):
        if not isinstance(real, dict):
            return f"{path}: read an object, is {real!r}"
        for key, child in value.items():
            if key not in real:
                if not isinstance(child.value, Unknown | Function):
                    return f"{path}.{key}: read {child.plain()!r}, is absent"
                continue
            found = disagreement(child, real[key], f"{path}.{key}")
            if found:
                return found
        missing = [key for key in real if key not in value]
        if missing and node.rest is None:
            return f"{path}: {missing} not seen"
        return None
    if isinstance(value, Sequence) and not isinstance(value, str):
        if not isinstance(real, list) or len(real) != len(value):
            return f"{path}: read a list of {len(value)}, is {real!r}"
        for index, child in enumerate(value):
            found = disagreement(child, real[index], f"{path}[{index}]")
            if found:
                return found
        return None
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None if isinstance(real, str) and real[:1] == "\u0001" else f"{path}: {value}"
    same = value == real and isinstance(value, bool) is isinstance(real, bool)
    return None if same else f"{path}: read {value!r}, is {real!r}"


def compare(*scripts: str) -> Tree:
    """Reads the scripts, and raises ``AssertionError`` if any visitor gets something else."""
    tree = read_client_config([Source(f"{i}.js", text) for i, text in enumerate(scripts)])
    stopped = any(problem.fatal for problem in tree.problems)
    for visitor in ("", "#a"):
        for late in (False, True):
            outcome, kind, value = run(scripts, visitor, late)
            text = "\n".join(scripts)
            if isinstance(tree.root.value, Unknown):
                continue
            children = tree.root.value.values() if isinstance(tree.root.value, Mapping) else ()
            if tree.root.rest and all(isinstance(child.value, Unknown) for child in children):
                continue  # nothing is claimed
            assert outcome != "refused", f"a browser refuses this:\n{text}"
            assert kind == "object", f"config is {kind} in:\n{text}"
            found = disagreement(tree.root, value)
            assert found is None, f"{found} for visitor {visitor!r} in:\n{text}"
            if stopped:
                assert outcome == "threw", f"does not throw:\n{text}"
    return tree
