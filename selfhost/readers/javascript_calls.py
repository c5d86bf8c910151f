"""Following a script's function calls."""

from tree_sitter import Node

from selfhost.readers import javascript_host as host
from selfhost.readers.grammar import words
from selfhost.readers.javascript_builtins import Builtins
from selfhost.readers.javascript_heap import Stop
from selfhost.readers.javascript_nodes import named, parameters
from selfhost.readers.javascript_operators import nullish, reason, to_text
from selfhost.readers.javascript_strings import string_method
from selfhost.readers.javascript_values import (
    MAX_STRING,
    UNDEFINED,
    VISITOR,
    Arr,
    Func,
    Host,
    Kind,
    Method,
    Obj,
    Scope,
    Slot,
    Unk,
    Value,
)

_CHAIN = frozenset({"member_expression", "subscript_expression", "call_expression"})
_READING = frozenset({"join", "indexOf", "includes", "lastIndexOf", "slice", "concat", "toString"})
_OF_STRINGS: dict[str, Kind] = {
    "join": "string",
    "slice": "object",
    "includes": "boolean",
    "indexOf": "number",
    "pop": "any",
    "reverse": "object",
}
_CHANGING = frozenset(
    words("""
    pop shift unshift splice sort reverse fill copyWithin
    """)
)
_WITH_CALLBACK = frozenset(
    words("""
    forEach map filter some every find findIndex reduce reduceRight flatMap
    """)
)


#: Items of a list for each of which a function is followed.
_MAX_MAPPED = 50


class _Short(Exception):  # noqa: N818
    """An optional chain ended early."""


def _holds_things(values: list[Value]) -> bool:
    return any(isinstance(value, Obj | Arr | Func | Method) for value in values)


class Calls(Builtins):
    # Chains: a.b?.c(d)[e].

    def x_member_expression(self, node: Node) -> Value:
        with self.flow_kept():
            try:
                return self.link(node)[1]
            except _Short:
                return UNDEFINED

    x_subscript_expression = x_member_expression
    x_call_expression = x_member_expression

    def link(self, node: Node) -> tuple[Value, Value]:
        """A chain's object (for ``this``) and value."""
        if node.type not in _CHAIN:
            return UNDEFINED, self.evaluate(node)
        self.depth += 1
        try:
            self.step(node)
            if node.type == "call_expression":
                return UNDEFINED, self.call_link(node)
            inner = node.child_by_field_name("object")
            assert inner is not None  # noqa: S101 (the grammar says so)
            base = self.optional(node, self.link(inner)[1])
            last = node.child_by_field_name("property") or node.child_by_field_name("index")
            assert last is not None  # noqa: S101
            if node.type == "subscript_expression":
                key = self.key(self.evaluate(last))
            else:
                text = self.text(last)
                key = Unk(VISITOR) if self.mark in text else text
            return base, self.member(base, key, node)
        finally:
            self.depth -= 1

    def optional(self, node: Node, value: Value) -> Value:
        if node.child_by_field_name("optional_chain") is None:
            return value
        empty = nullish(value)
        if empty:
            raise _Short
        if empty is None:
            self.flow_enter(f"set under a condition: {reason(value)}")
            if isinstance(value, Unk):
                return Unk(value.reason, "object", value.foreign)
        return value

    def call_link(self, node: Node) -> Value:
        callee = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        assert callee is not None  # noqa: S101
        assert arguments is not None  # noqa: S101
        if callee.type == "import":
            self.everything_unknown("loads a script")
            return Unk("a loaded script")
        while callee.type == "parenthesized_expression" and named(callee)[0].type in _CHAIN:
            callee = named(callee)[0]
        this, function = self.link(callee)
        function = self.optional(node, function)
        if arguments.type == "template_string":
            self.evaluate(arguments)
            self.escape(function)
            self.may_throw(self.at(node), "a tagged template")
            self.unknown_code("a tagged template", foreign=True)
            return Unk("a tagged template")
        values, complete = self.arguments(arguments)
        self.origin = self.at(node)
        name = callee.child_by_field_name("property")
        if name is not None and not isinstance(this, Obj | Arr | str):
            self.inserted(self.text(name), values)
        return self.call(function, this, values, node, complete=complete)

    def inserted(self, name: str, values: list[Value]) -> None:
        if name in host.INSERTING:
            for value in values:
                plain = isinstance(value, Host) and value.path.startswith("<")
                if not plain and value is not None and value is not UNDEFINED:
                    self.everything_unknown("may load a script")

    def arguments(self, node: Node) -> tuple[list[Value], bool]:
        """The values, and whether they are all (nothing unknown was spread)."""
        values: list[Value] = []
        complete = True
        for child in named(node):
            if child.type == "spread_element":
                value = self.evaluate(named(child)[0])
                if isinstance(value, Arr) and value.opaque is None:
                    values.extend(slot.value for slot in value.items)
                else:
                    self.iterate(value, child)
                    self.escape(value)
                    complete = False
            else:
                values.append(self.evaluate(child))
        return values, complete

    # Calls.

    def call(
        self, function: Value, this: Value, values: list[Value], node: Node, *, complete: bool
    ) -> Value:
        if isinstance(function, Func) and complete:
            return self.call_function(function, this, values, node)
        if isinstance(function, Method) and complete:
            return self.call_method(function, values, node)
        if isinstance(function, Host) and complete:
            return self.call_host(function.path, values, node)
        if isinstance(function, Unk | Func | Method | Host):
            foreign = not isinstance(function, Unk) or function.foreign or function.kind == "any"
            self.escape(function)
            self.escape(this)
            for value in values:
                self.escape(value)
            self.may_throw(self.at(node), "something unknown is called")
            self.unknown_code(
                f"may be changed by a call (line {self.at(node).line})", foreign=foreign
            )
            return Unk(reason(function), foreign=foreign)
        raise Stop("something is called that is no function", self.at(node))

    def call_function(self, function: Func, this: Value, values: list[Value], node: Node) -> Value:
        text = self.syntax.data[function.node.start_byte : function.node.end_byte]
        if not function.plain or function.source != self.source or b"arguments" in text:
            self.escape(function)
            self.escape(this)
            for value in values:
                self.escape(value)
            self.may_throw(self.at(node), "a function that is not followed is called")
            self.unknown_code(
                "may be changed by a function", foreign=function.source != self.source
            )
            return Unk("computed by a function")
        return self.enter(function, this, values)

    def enter(self, function: Func, this: Value, values: list[Value] | None) -> Value:
        """Runs the body. ``values`` is ``None`` for unknown arguments."""
        saved = self.scope, self.this, self.strict
        self.depth += 2
        try:
            with self.flow_kept():
                self.step(function.node)
                self.scope = Scope(self.moment, parent=function.scope, function=True)
                self.strict = function.strict
                if function.arrow:
                    self.this = function.this
                elif this is UNDEFINED and not function.strict:
                    self.this = self.window
                else:
                    self.this = this
                name = function.node.child_by_field_name("name")
                if function.node.type == "function_expression" and name is not None:
                    self.scope.slots[self.text(name)] = Slot(function, self.at(name))
                    self.scope = Scope(self.moment, parent=self.scope, function=True)
                return self.body(function, values)
        finally:
            self.depth -= 2
            self.scope, self.this, self.strict = saved

    def body(self, function: Func, values: list[Value] | None) -> Value:
        scope = self.scope

        def put(name: str, value: Value, node: Node) -> None:
            scope.slots[name] = Slot(value, self.at(node))

        for index, parameter in enumerate(parameters(function.node)):
            if parameter.type == "rest_pattern":
                rest = Arr(
                    self.moment, items=[Slot(v, self.origin) for v in (values or [])[index:]]
                )
                if values is None:
                    rest.opaque = "an argument of a function"
                self.bind(named(parameter)[0], rest, put)
            elif values is None:
                self.bind(parameter, Unk("an argument of a function"), put)
            else:
                self.bind(parameter, values[index] if index < len(values) else UNDEFINED, put)
        body = function.node.child_by_field_name("body")
        assert body is not None  # noqa: S101
        if body.type != "statement_block":
            return self.evaluate(body)
        return self.run_body(body)

    def run_body(self, body: Node) -> Value:
        raise NotImplementedError

    def run(self, function: Func) -> None:
        if function.source != self.source or function.node.type in ("class", "class_declaration"):
            self.everything_unknown("a function that is not followed may run")
            return
        self.escape(self.enter(function, Unk("this of a function"), None))

    def x_new_expression(self, node: Node) -> Value:
        constructor = node.child_by_field_name("constructor")
        arguments = node.child_by_field_name("arguments")
        assert constructor is not None  # noqa: S101
        function = self.evaluate(constructor)
        values, _ = self.arguments(arguments) if arguments is not None else ([], True)
        self.origin = self.at(node)
        if isinstance(function, Host):
            path = function.path
            if path == "Object" and not values:
                return Obj(self.moment)
            if path == "Array" and not any(isinstance(v, float | Unk) for v in values):
                return Arr(self.moment, items=[Slot(v, self.origin) for v in values])
            if path in host.DANGEROUS_CALLS:
                self.everything_unknown(host.DANGEROUS_CALLS[path])
            made = host.instance(path)
            for value in values:
                self.escape(value)
            if isinstance(made, Unk) and path not in ("Promise", "Object", "Array", "Error"):
                self.may_throw(self.at(node), f"new {path}")
            if path in ("Worker", "Proxy"):
                self.everything_unknown(f"makes a {path}")
            if _holds_things(values):
                self.unknown_code(f"given to new {path}")
            return made
        if not isinstance(function, Unk | Func | Method):
            raise Stop("new on something that is no function", self.at(node))
        self.call(Unk(reason(function), foreign=True), function, values, node, complete=True)
        return Unk("made by a constructor", "object")

    # What the language and the browser offer.

    def call_host(self, path: str, values: list[Value], node: Node) -> Value:
        if path in host.DANGEROUS_CALLS:
            what = host.DANGEROUS_CALLS[path]
            if what:
                self.everything_unknown(what)
            elif not values or not isinstance(values[0], Func):
                self.everything_unknown("runs text as code")
        if path == "Object.assign" and values:
            return self.object_assign(values, node)
        if path == "Object.freeze" and len(values) == 1:
            return self.freeze(values[0])
        if path == "document.createElement":
            tag = to_text(values[0]) if values else None
            plain = (
                tag is not None
                and tag.isalnum()
                and tag.lower() not in ("script", "iframe", "object", "embed", "frame")
            )
            return Host(f"<{tag}>" if plain else "document.createElement()")
        if path.startswith("console."):
            return UNDEFINED
        known = self.convert(path, values)
        if known is not None:
            return known
        if _holds_things(values):
            for value in values:
                self.escape(value)
            self.unknown_code(f"may be changed by {path}")
        elif not host.is_certain(path):
            self.unknown_code(f"may be changed by {path}")
        if not host.is_certain(path):
            self.may_throw(self.at(node), f"{path} is called")
        return host.result(path)

    def call_method(self, method: Method, values: list[Value], node: Node) -> Value:
        receiver, name = method.receiver, method.name
        if isinstance(receiver, Func):
            if name == "call":
                this = values[0] if values else UNDEFINED
                return self.call_function(receiver, this, values[1:], node)
            return self.call(Unk("computed by a function"), receiver, values, node, complete=True)
        if isinstance(receiver, Arr):
            return self.call_list_method(receiver, name, values, node)
        if isinstance(receiver, str) or (isinstance(receiver, Unk) and receiver.kind == "string"):
            result = string_method(receiver, name, values, self.moment, self.origin)
            if _holds_things(values):
                for value in values:
                    self.escape(value)
                self.unknown_code("may be changed by a method of a text")
            if result is not None:
                return result
            self.may_throw(self.at(node), f"the method {name} of a text")
            return Unk(reason(receiver))
        if isinstance(receiver, Unk) and receiver.kind == "strings":
            if name in _WITH_CALLBACK:
                for value in values:
                    self.escape(value)
                self.unknown_code(f"may be changed by {name}")
                return Unk(receiver.reason, "object" if name in ("map", "filter") else "any")
            kind = _OF_STRINGS.get(name)
            if kind is not None and not _holds_things(values):
                return Unk(receiver.reason, kind)
        if isinstance(receiver, Obj) and name == "hasOwnProperty" and len(values) == 1:
            return self.contains(values[0], receiver, node)
        for value in (receiver, *values):
            self.escape(value)
        if not (isinstance(receiver, float | bool) and name in ("toString", "toFixed")):
            self.may_throw(self.at(node), f"the method {name}")
        self.unknown_code(f"may be changed by {name}")
        return Unk(reason(receiver), "string" if name in ("toString", "toFixed") else "any")

    def call_list_method(self, array: Arr, name: str, values: list[Value], node: Node) -> Value:
        if name == "push" and array.moment == self.moment and array.opaque is None:
            if array.frozen:
                raise Stop("a frozen list is changed", self.at(node))
            for value in values:
                self.origin = self.at(node)
                self.write_item(array, len(array.items), value)
            return float(len(array.items))
        one = values[0] if len(values) == 1 and array.opaque is None else None
        if name == "map" and isinstance(one, Func) and len(array.items) <= _MAX_MAPPED:
            given = [(slot.value, float(n)) for n, slot in enumerate(array.items)]
            made = [self.call_function(one, UNDEFINED, list(pair), node) for pair in given]
            return Arr(self.moment, items=[Slot(value, self.at(node)) for value in made])
        if name in _READING:
            plain = array.opaque is None and not _holds_things([s.value for s in array.items])
            if name == "join" and plain and all(isinstance(v, str) for v in values):
                parts = [
                    "" if s.value in (None, UNDEFINED) else to_text(s.value) for s in array.items
                ]
                separator = values[0] if values else ","
                if isinstance(separator, str) and None not in parts:
                    joined = separator.join(part or "" for part in parts)
                    return (
                        joined if len(joined) <= MAX_STRING else Unk("a very long text", "string")
                    )
            for value in (array, *values):
                self.escape(value)
            text = name in ("join", "toString")
            self.coerce(array) if text else None
            return Unk(array.opaque or "computed from a list", "string" if text else "any")
        for value in (array, *values):
            self.escape(value)
        if name in _CHANGING or name == "push":
            self.blur(array, "a list changed in a way that is not followed")
            if values and name == "sort":
                self.unknown_code("may be changed by sort")
            return Unk("taken from a list")
        if name not in _WITH_CALLBACK:
            self.may_throw(self.at(node), f"the method {name} of a list")
        why = f"set in a function that is called for each item (line {self.at(node).line})"
        self.unknown_code(why, foreign=any(isinstance(v, Unk) for v in values))
        return Unk("computed from a list")
