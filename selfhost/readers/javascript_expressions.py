"""Following a script's expressions."""

from collections.abc import Callable

from tree_sitter import Node

from selfhost.readers import javascript_host as host
from selfhost.readers.grammar import Syntax, words
from selfhost.readers.javascript_early import named
from selfhost.readers.javascript_heap import MAX_DEPTH, MAX_STEPS, GiveUp, Heap, Stop
from selfhost.readers.javascript_literals import number, unescape
from selfhost.readers.javascript_operators import (
    add,
    arithmetic,
    binary,
    nullish,
    reason,
    to_bool,
    to_float,
    to_text,
    typeof,
    unary,
)
from selfhost.readers.javascript_ssi import REASON as SSI
from selfhost.readers.javascript_values import (
    UNDEFINED,
    VISITOR,
    Arr,
    Func,
    Host,
    Method,
    Obj,
    Scope,
    Slot,
    Unk,
    Value,
)
from selfhost.readers.tree import Origin

_INHERITED = frozenset(
    words("""
    constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString
    valueOf __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__
    """)
)
_LOGICAL = {"&&", "||", "??"}
_COERCING = {"instanceof", "in", "===", "!=="}


class Expressions(Heap):
    """``evaluate`` gives a node's value and does what it does."""

    syntax: Syntax
    mark: str
    rows: tuple[int, ...]
    path: str
    source: int
    scope: Scope
    strict: bool
    this: Value
    variable: str
    also: frozenset[str]
    later: frozenset[str]
    """Names that a later script declares."""

    # Texts and places.

    def at(self, node: Node) -> Origin:
        return Origin(self.path, self.rows[node.start_point.row])

    def text(self, node: Node) -> str:
        return self.syntax.text(node)

    def step(self, node: Node) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise GiveUp("too much to follow", self.at(node))
        if self.depth > MAX_DEPTH:
            raise GiveUp("nested too deeply", self.at(node))

    def evaluate(self, node: Node) -> Value:
        handler: Callable[[Node], Value] | None = getattr(self, f"x_{node.type}", None)
        self.depth += 1
        try:
            self.step(node)
            if handler is None:
                raise GiveUp(f"holds a {node.type.replace('_', ' ')}", self.at(node))
            return handler(node)
        finally:
            self.depth -= 1

    # Literals.

    def x_number(self, node: Node) -> Value:
        value = number(self.text(node))
        if value is None:
            raise GiveUp("holds a big integer", self.at(node))
        return value

    def x_string(self, node: Node) -> Value:
        return self.literal(self.text(node)[1:-1])

    def literal(self, raw: str) -> Value:
        if self.mark in raw:
            return Unk(SSI, "string")
        text = unescape(raw)
        return Unk("an unusual escape", "string") if text is None else text

    def x_template_string(self, node: Node) -> Value:
        value: Value = ""
        position = node.start_byte + 1
        for child in [*named(node), None]:
            if child is not None and child.type != "template_substitution":
                continue
            end = child.start_byte if child is not None else node.end_byte - 1
            raw = self.syntax.data[position:end].decode().replace("\r\n", "\n")
            value = add(value, self.literal(raw))
            if child is not None:
                inner = self.evaluate(named(child)[0])
                self.coerce(inner)
                value = add(value, inner)
                position = child.end_byte
        return value

    def x_true(self, node: Node) -> Value:
        return True

    def x_false(self, node: Node) -> Value:
        return False

    def x_null(self, node: Node) -> Value:
        return None

    def x_regex(self, node: Node) -> Value:
        return Unk("a regular expression", "object")

    def x_parenthesized_expression(self, node: Node) -> Value:
        return self.evaluate(named(node)[0])

    def x_sequence_expression(self, node: Node) -> Value:
        value: Value = UNDEFINED
        for child in named(node):
            value = self.evaluate(child)
        return value

    def x_array(self, node: Node) -> Value:
        array = Arr(self.moment)
        previous = "["
        for child in node.children:
            if child.type in ("comment", "html_comment"):
                continue
            if child.type == ",":
                if previous in ("[", ","):
                    array.items.append(Slot(UNDEFINED, self.at(child)))
            elif child.type == "spread_element":
                value = self.evaluate(named(child)[0])
                if isinstance(value, Arr) and value.opaque is None:
                    array.items.extend(Slot(slot.value, slot.origin) for slot in value.items)
                else:
                    self.iterate(value, child)
                    array.opaque = reason(value)
            elif child.is_named:
                array.items.append(Slot(self.evaluate(child), self.at(child)))
            previous = child.type
        if array.opaque is not None:
            for slot in array.items:
                self.escape(slot.value)
        return array

    def iterate(self, value: Value, node: Node) -> None:
        """Something that is not a known list is gone through."""
        if isinstance(value, str | Arr) or (isinstance(value, Unk) and value.kind == "string"):
            return
        self.may_throw(self.at(node), "goes through something that may be no list")
        self.escape(value)
        self.unknown_code(reason(value))

    # Objects.

    def x_object(self, node: Node) -> Value:
        obj = Obj(self.moment)
        for child in named(node):
            if child.type == "spread_element":
                self.copy_into(obj, self.evaluate(named(child)[0]))
            elif child.type == "shorthand_property_identifier":
                self.define(obj, self.text(child), self.read(child), child)
            elif child.type == "method_definition":
                self.define_method(obj, child)
            else:
                key_node, value_node = named(child)[:2]
                key = self.property_key(key_node)
                if key == "__proto__" and key_node.type != "computed_property_name":
                    self.escape(self.evaluate(value_node))
                    obj.rest = "inherits from another object"
                    obj.strange = True
                    continue
                self.define(obj, key, self.evaluate(value_node), child)
        return obj

    def define_method(self, obj: Obj, node: Node) -> None:
        name = node.child_by_field_name("name")
        key = self.property_key(name) if name is not None else None
        accessor = any(child.type in ("get", "set") for child in node.children)
        function = self.function(node)
        self.define(obj, key, function, node)
        if accessor and isinstance(key, str):
            obj.slots[key].accessor = True
            self.escape(function)

    def define(self, obj: Obj, key: str | Unk | None, value: Value, node: Node) -> None:
        if not isinstance(key, str):
            self.escape(value)
            self.blur(obj, key.reason if key is not None else SSI)
            return
        old = obj.slots.pop(key, None)
        overrides = (*old.overrides[-40:], old.origin) if old is not None else ()
        certain = obj.moment == self.moment
        if not certain:
            self.escape(value)
        obj.slots[key] = Slot(value if certain else Unk(self.why()), self.at(node), overrides)

    def property_key(self, node: Node) -> str | Unk:
        """A key in an object, a class or a pattern."""
        if node.type == "computed_property_name":
            return self.key(self.evaluate(named(node)[0]))
        if node.type in ("string", "number"):
            return self.key(self.evaluate(node))
        text = self.text(node)
        return Unk(SSI) if self.mark in text else text

    def key(self, value: Value) -> str | Unk:
        """A value used as a key."""
        self.coerce(value)
        text = to_text(value)
        return Unk(reason(value)) if text is None else text

    def copy_into(self, obj: Obj, value: Value) -> None:
        """``{...value}`` and ``Object.assign(obj, value)``."""
        certain = obj.moment == self.moment
        if isinstance(value, Obj) and value is not self.window:
            if value.rest is not None:
                self.blur(obj, value.rest)
            for key, slot in tuple(value.slots.items()):
                copied: Value = slot.value
                if slot.accessor:
                    self.unknown_code("computed by a getter")
                    copied = Unk("computed by a getter")
                old = obj.slots.get(key)
                self.write(obj, key, copied)
                new = obj.slots[key]
                if certain and new.value is copied:
                    new.origin = slot.origin
                    before = (*old.overrides, old.origin) if old is not None else ()
                    new.overrides = (*before, *slot.overrides)[-40:]
        elif isinstance(value, Arr) and value.opaque is None:
            for index, slot in enumerate(value.items):
                self.write(obj, str(index), slot.value)
        elif isinstance(value, str):
            for index, letter in enumerate(value[:1000]):
                self.write(obj, str(index), letter)
        elif isinstance(value, Unk | Host | Func | Method | Arr | Obj):  # noqa: SIM102
            if not (isinstance(value, Unk) and value.kind in ("number", "boolean")):
                self.escape(value)
                self.blur(obj, reason(value))

    # Names.

    def lookup(self, name: str) -> tuple[Scope | Obj, Slot] | None:
        scope: Scope | None = self.scope
        while scope is not None:
            slot = scope.slots.get(name)
            if slot is not None:
                return scope, slot
            scope = scope.parent
        slot = self.window.slots.get(name)
        return (self.window, slot) if slot is not None else None

    def x_identifier(self, node: Node) -> Value:
        return self.read(node)

    x_undefined = x_identifier

    def read(self, node: Node) -> Value:
        name = self.text(node)
        if self.mark in name:
            return Unk(SSI)
        found = self.lookup(name)
        if found is not None:
            table, slot = found
            if slot.dead:
                raise Stop(f"{name} is used before it is set", self.at(node))
            if table is self.window and name in host.SPECIAL:
                return self.special(name)
            if slot.accessor:
                self.unknown_code("computed by a getter")
                return Unk("computed by a getter")
            return slot.value
        value = self.browser_name(name)
        if value is None:
            if name in self.also:
                return Unk("set by another script", foreign=True)
            if self.window.rest is not None or name in self.later:
                self.may_throw(self.at(node), f"{name} may not exist")
                return Unk("set by another script", foreign=True)
            raise Stop(f"{name} is not defined", self.at(node))
        return value

    def browser_name(self, name: str) -> Value:
        """A name that the page's scripts did not declare; ``None``: no such name."""
        if name == "undefined":
            return UNDEFINED
        if name in ("NaN", "Infinity"):
            return float(name.lower().replace("infinity", "inf"))
        if name in host.SELF:
            return self.window
        if name == "arguments":
            return Unk("the arguments of a function", "object") if self.depth else None
        return host.name(name)

    def special(self, name: str) -> Value:
        value = host.name(name)
        return self.window if name in host.SELF else value if value is not None else Unk(VISITOR)

    def x_this(self, node: Node) -> Value:
        return self.this

    def x_super(self, node: Node) -> Value:
        return Unk("a class", foreign=True)

    x_meta_property = x_super

    def assign_name(self, name: str, value: Value, node: Node) -> None:
        self.origin = self.at(node)
        if self.mark in name:
            raise GiveUp(SSI, self.at(node))
        found = self.lookup(name)
        if name in ("undefined", "NaN", "Infinity") and (found is None or found[0] is self.window):
            if self.strict:
                raise Stop(f"{name} cannot be set", self.at(node))
            return
        if found is None:
            if self.strict and not (name in host.SPECIAL or name in self.also):
                raise Stop(f"{name} is not defined", self.at(node))
            self.write(self.window, name, value)
            if name in host.SPECIAL:
                self.escape(value)
            return
        table, slot = found
        if slot.dead:
            raise Stop(f"{name} is used before it is set", self.at(node))
        if slot.constant:
            raise Stop(f"{name} is a constant", self.at(node))
        self.write(table, name, value)

    # Properties.

    def member(self, base: Value, key: str | Unk, node: Node) -> Value:
        """``base.key``."""
        if base is None or base is UNDEFINED:
            what = "null" if base is None else "undefined"
            raise Stop(f"a property of {what} is read", self.at(node))
        if isinstance(base, Unk):
            return self.member_of_unknown(base, key, node)
        if isinstance(key, Unk):
            if isinstance(base, Obj):
                self.escape(base)
            return Unk(key.reason)
        if isinstance(base, Obj):
            return self.member_of_object(base, key)
        if isinstance(base, Arr | str):
            return self.item(base, key)
        if isinstance(base, Host):
            return self.member_of_host(base, key, node)
        if isinstance(base, float | bool):
            return self.method(base, key, "a property of a number")
        if key in ("call", "apply", "bind"):
            return Method(base, key)
        return Unk("a property of a function")

    def member_of_unknown(self, base: Unk, key: str | Unk, node: Node) -> Value:
        if base.kind == "any":
            self.may_throw(self.at(node), "a property of something unknown is read")
        if isinstance(key, Unk):
            return Unk(base.reason)
        if base.kind == "string":
            known = Unk(base.reason, "number") if key == "length" else None
            return known or self.method(base, key, base.reason)
        if base.kind == "strings" and key == "0":
            return Unk(base.reason, "string")
        if base.kind in ("strings", "number", "boolean"):
            if key == "length" and base.kind == "strings":
                return Unk(base.reason, "number")
            return self.method(base, key, base.reason)
        return Unk(base.reason, foreign=base.foreign)

    def member_of_object(self, obj: Obj, key: str) -> Value:
        slot = obj.slots.get(key)
        if slot is not None:
            if obj is self.window and key in host.SPECIAL:
                return self.special(key)
            if slot.accessor:
                self.unknown_code("computed by a getter")
                return Unk("computed by a getter")
            return slot.value
        if obj is self.window:
            if key == self.variable and key not in self.also and obj.rest is None:
                return UNDEFINED
            value = self.browser_name(key) if key != "arguments" else None
            if value is not None and key not in self.globals.slots:
                return value
            return Unk("may be set by another script", foreign=True)
        if obj.rest is not None:
            return Unk(obj.rest)
        if key in _INHERITED:
            return Method(obj, key) if key != "__proto__" else Unk("an inherited property")
        return UNDEFINED

    def item(self, base: Arr | str, key: str) -> Value:
        if isinstance(base, Arr):
            if base.opaque is not None:
                if key.isdecimal():
                    return Unk(base.opaque)
                if key == "length":
                    return Unk(base.opaque, "number")
                return self.method(base, key, base.opaque)
            if key == "length":
                return float(len(base.items))
            if key.isdecimal() and key == str(int(key[:9])):
                return base.items[int(key)].value if int(key) < len(base.items) else UNDEFINED
            return self.method(base, key, "a property of a list")
        if key == "length":
            return float(len(base.encode("utf-16-le")) // 2)
        if key.isdecimal() and key == str(int(key[:9])):
            if not base.isascii():
                return Unk("a part of a text")
            return base[int(key)] if int(key) < len(base) else UNDEFINED
        return self.method(base, key, "a property of a text")

    def method(self, base: Value, key: str, why: str) -> Value:
        """A method that every value of this type has; else nothing certain."""
        kind = "list" if isinstance(base, Arr) else typeof(base)
        if isinstance(base, Unk) and base.kind == "strings":
            kind = "list"
        return Method(base, key) if key in host.METHODS.get(kind or "", ()) else Unk(why)

    def member_of_host(self, base: Host, key: str, node: Node) -> Value:
        if to_bool(base) is None and not base.path.endswith("()"):  # noqa: SIM102
            if base.path not in ("document.body", "document.head", "document.documentElement"):
                self.may_throw(self.at(node), f"{base.path} may not exist")
        return host.member(base.path, key)

    def set_member(self, base: Value, key: str | Unk, value: Value, node: Node) -> None:
        """``base.key = value``."""
        self.origin = self.at(node)
        if base is None or base is UNDEFINED:
            what = "null" if base is None else "undefined"
            raise Stop(f"a property of {what} is set", self.at(node))
        if isinstance(base, Unk):
            if base.kind == "any":
                self.may_throw(self.at(node), "a property of something unknown is set")
            self.escape(value)
            for thing in tuple(self.escaped):
                if isinstance(thing, Arr) or isinstance(key, Unk):
                    self.blur(thing, base.reason)
                else:
                    self.write(thing, key, value, certain=False)
            if base.foreign or base.kind == "any" or self.loose:
                self.unknown_code(base.reason)
        elif isinstance(base, Obj):
            self.set_property(base, key, value, node)
        elif isinstance(base, Arr):
            if base.frozen:
                return
            if isinstance(key, str) and key.isdecimal() and key == str(int(key[:9])):
                self.write_item(base, int(key), value)
            else:
                self.escape(value)
                self.blur(base, "a list changed in a way that is not followed")
        elif isinstance(base, Host):
            self.escape(value)
            root = base.path.split(".", 1)[0]
            if root in host.CLASSES or root in ("JSON", "Math", "Reflect"):
                self.everything_unknown("changes what the language offers")
        else:
            self.escape(value)

    def set_property(self, obj: Obj, key: str | Unk, value: Value, node: Node) -> None:
        if obj.frozen:
            if self.strict:
                self.may_throw(self.at(node), "a frozen object is changed")
            return
        if isinstance(key, Unk):
            self.escape(value)
            if obj is self.window:
                self.everything_unknown(f"sets a global whose name {key.reason}")
            self.blur(obj, key.reason)
        elif key == "__proto__":
            self.escape(value)
            obj.strange = True
            self.blur(obj, "inherits from another object")
        else:
            if obj is self.window:
                if key in self.globals.slots or key in host.SPECIAL or key.startswith("on"):
                    self.escape(value)
                found = obj.slots.get(key)
                if found is not None and found.constant:
                    return
            old = obj.slots.get(key)
            if old is not None and old.accessor:
                self.escape(value)
                self.unknown_code("set through a setter")
            self.write(obj, key, value)

    # Targets of assignments.

    def place(self, node: Node) -> tuple[Value, str | Unk]:
        """The object and the key of a member or subscript expression."""
        inner = node.child_by_field_name("object")
        assert inner is not None  # noqa: S101 (the grammar says so)
        base = self.section(inner)
        if node.type == "member_expression":
            last = node.child_by_field_name("property")
            assert last is not None  # noqa: S101
            text = self.text(last)
            return base, Unk(SSI) if self.mark in text else text
        index = node.child_by_field_name("index")
        assert index is not None  # noqa: S101
        value = self.evaluate(index)
        return base, self.key(value)

    def section(self, node: Node) -> Value:
        """The object whose property is set. A section of an object that was not given is taken to
        be an object: the file that it belongs to has it, or its author would have seen an error."""
        if node.type == "member_expression":
            inner, last = node.child_by_field_name("object"), node.child_by_field_name("property")
            above = self.section(inner) if inner is not None else None
            key = self.text(last) if last is not None else ""
            if isinstance(above, Obj) and above.assumed and above.rest and key not in above.slots:
                self.write(above, key, Obj(above.moment, rest=above.rest, assumed=True))
                return above.slots[key].value
        return self.evaluate(node)

    def assign(self, target: Node, compute: Callable[[], Value], node: Node) -> Value:
        while target.type == "parenthesized_expression":
            target = named(target)[0]
        if target.type in ("identifier", "undefined"):
            value = compute()
            self.assign_name(self.text(target), value, node)
            return value
        if target.type in ("member_expression", "subscript_expression"):
            base, key = self.place(target)
            value = compute()
            self.set_member(base, key, value, node)
            return value
        value = compute()
        self.bind(target, value, lambda name, part, at: self.assign_name(name, part, at))
        return value

    def bind(self, pattern: Node, value: Value, put: Callable[[str, Value, Node], None]) -> None:
        """Takes ``value`` apart as ``pattern`` says."""
        self.step(pattern)
        kind = pattern.type
        if kind in ("identifier", "undefined", "shorthand_property_identifier_pattern"):
            put(self.text(pattern), value, pattern)
        elif kind in ("member_expression", "subscript_expression"):
            base, key = self.place(pattern)
            self.set_member(base, key, value, pattern)
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            left, default = named(pattern)[:2]
            if value is UNDEFINED:
                value = self.evaluate(default)
            elif isinstance(value, Unk) and value.kind == "any":
                with self.uncertain(value.reason):
                    self.escape(self.evaluate(default))
            self.bind(left, value, put)
        elif kind == "object_pattern":
            self.bind_object(pattern, value, put)
        elif kind == "array_pattern":
            self.bind_array(pattern, value, put)
        else:
            raise GiveUp("holds a pattern that is not followed", self.at(pattern))

    def bind_object(
        self, pattern: Node, value: Value, put: Callable[[str, Value, Node], None]
    ) -> None:
        if nullish(value):
            raise Stop("null or undefined is taken apart", self.at(pattern))
        if nullish(value) is None:
            self.may_throw(self.at(pattern), "something unknown is taken apart")
            value = Unk(reason(value), "object")
        for part in named(pattern):
            if part.type == "rest_pattern":
                self.escape(value)
                self.bind(named(part)[0], Unk("the rest of an object", "object"), put)
            elif part.type == "pair_pattern":
                key_node, target = named(part)[:2]
                self.bind(target, self.member(value, self.property_key(key_node), part), put)
            else:
                name = named(part)[0] if part.type == "object_assignment_pattern" else part
                self.bind(part, self.member(value, self.text(name), part), put)

    def bind_array(
        self, pattern: Node, value: Value, put: Callable[[str, Value, Node], None]
    ) -> None:
        known = isinstance(value, Arr) and value.opaque is None
        if not known:
            self.iterate(value, pattern)
        self.escape(value) if not known else None
        index = 0
        for part in pattern.children:
            if part.type == ",":
                index += 1
            elif part.is_named and part.type not in ("comment", "html_comment"):
                item: Value = Unk(reason(value))
                if isinstance(value, Arr) and known and part.type != "rest_pattern":
                    item = value.items[index].value if index < len(value.items) else UNDEFINED
                elif part.type == "rest_pattern":
                    self.escape(value)
                    item = Unk("the rest of a list", "object")
                target = named(part)[0] if part.type == "rest_pattern" else part
                self.bind(target, item, put)

    # Operators.

    def x_assignment_expression(self, node: Node) -> Value:
        left, right = named(node)[:2]
        return self.assign(left, lambda: self.evaluate(right), node)

    def x_augmented_assignment_expression(self, node: Node) -> Value:
        left, right = named(node)[:2]
        sign = node.child_by_field_name("operator")
        operator = sign.type[:-1] if sign is not None else ""
        while left.type == "parenthesized_expression":
            left = named(left)[0]
        base: Value = UNDEFINED
        key: str | Unk = ""
        if left.type == "identifier":
            old = self.read(left)
        else:
            base, key = self.place(left)
            old = self.member(base, key, left)

        def put(value: Value) -> None:
            if left.type == "identifier":
                self.assign_name(self.text(left), value, node)
            else:
                self.set_member(base, key, value, node)

        if operator in _LOGICAL:
            go_on = self.needs_right(operator, old)
            if go_on is False:
                return old
            if go_on is None:
                with self.uncertain(f"set under a condition: {reason(old)}"):
                    put(self.evaluate(right))
                return Unk(reason(old))
            value = self.evaluate(right)
        else:
            operand = self.evaluate(right)
            self.coerce(old)
            self.coerce(operand)
            value = binary(operator, old, operand)
        put(value)
        return value

    def needs_right(self, operator: str, left: Value) -> bool | None:
        if operator == "??":
            return nullish(left)
        truth = to_bool(left)
        return None if truth is None else truth is (operator == "&&")

    def x_update_expression(self, node: Node) -> Value:
        operator = node.child_by_field_name("operator")
        sign = "+" if operator is not None and operator.type == "++" else "-"
        target = named(node)[0]
        while target.type == "parenthesized_expression":
            target = named(target)[0]
        base: Value = UNDEFINED
        key: str | Unk = ""
        if target.type == "identifier":
            old = self.read(target)
        else:
            base, key = self.place(target)
            old = self.member(base, key, target)
        self.coerce(old)
        before = to_float(old)
        was: Value = Unk(reason(old), "number") if before is None else before
        new = arithmetic("-", was, -1.0 if sign == "+" else 1.0)
        if target.type == "identifier":
            self.assign_name(self.text(target), new, node)
        else:
            self.set_member(base, key, new, node)
        return new if operator is not None and operator == node.children[0] else was

    def x_binary_expression(self, node: Node) -> Value:
        spine: list[Node] = []
        while node.type == "binary_expression":
            spine.append(node)
            left = node.child_by_field_name("left")
            assert left is not None  # noqa: S101
            node = left
        value = self.evaluate(node)
        for level in reversed(spine):
            right = level.child_by_field_name("right")
            sign = level.child_by_field_name("operator")
            assert right is not None  # noqa: S101
            assert sign is not None  # noqa: S101
            self.step(level)
            value = self.operate(sign.type, value, right, level)
        return value

    def operate(self, operator: str, left: Value, right_node: Node, node: Node) -> Value:
        if operator in _LOGICAL:
            go_on = self.needs_right(operator, left)
            if go_on is False:
                return left
            if go_on is True:
                return self.evaluate(right_node)
            self.escape(left)
            with self.uncertain(f"set under a condition: {reason(left)}"):
                right = self.evaluate(right_node)
                self.escape(right)
                same = typeof(right) == typeof(left) == "string"
                return Unk(reason(left), "string" if same else "any")
            return Unk(reason(left))
        right = self.evaluate(right_node)
        if operator == "in":
            return self.contains(left, right, node)
        if operator == "instanceof":
            if not isinstance(right, Func | Host):
                self.may_throw(self.at(node), "instanceof something unknown")
            return Unk(reason(left), "boolean")
        if operator not in _COERCING:
            self.coerce(left)
            self.coerce(right)
        return binary(operator, left, right)

    def contains(self, left: Value, right: Value, node: Node) -> Value:
        key = self.key(left)
        if isinstance(right, Obj) and right is not self.window and isinstance(key, str):
            slot = right.slots.get(key)
            if slot is not None and not isinstance(slot.value, Unk):
                return True
            if slot is None and right.rest is None and key not in _INHERITED:
                return False
        elif not isinstance(right, Obj | Arr | Func | Host):
            self.may_throw(self.at(node), "in something that may be no object")
        return Unk(reason(right), "boolean")

    def coerce(self, value: Value) -> None:
        """An object becomes a primitive value, which may run code of the script."""
        if isinstance(value, Obj) and value is not self.window:
            odd = value.rest is not None or value.strange
            if odd or not value.slots.keys().isdisjoint(("toString", "valueOf", "toJSON")):
                self.escape(value)
                self.may_throw(self.origin, "an object is turned into a text")
                self.unknown_code("an object turned into a text")
        elif isinstance(value, Arr) and to_text(value) is None:
            for slot in value.items if value.opaque is None else ():
                if isinstance(slot.value, Obj):
                    self.coerce(slot.value)
            if value.opaque is not None:
                self.unknown_code(value.opaque)

    def x_unary_expression(self, node: Node) -> Value:
        operator = node.children[0].type
        operand = named(node)[0]
        if operator == "delete":
            return self.delete(operand)
        if operator == "typeof":
            return self.typeof(operand)
        value = self.evaluate(operand)
        if operator == "void":
            return UNDEFINED
        if operator != "!":
            self.coerce(value)
        return unary(operator, value)

    def typeof(self, operand: Node) -> Value:
        while operand.type == "parenthesized_expression":
            operand = named(operand)[0]
        if operand.type == "identifier":
            name = self.text(operand)
            missing = self.lookup(name) is None and self.browser_name(name) is None
            if missing and self.mark not in name:
                known = name == self.variable or name in host.NOT_IN_BROWSERS
                if known and name not in self.also | self.later and self.window.rest is None:
                    return "undefined"
                return Unk("may be set by another script", "string")
        value = self.evaluate(operand)
        name = typeof(value) or ""
        return name or Unk(reason(value), "string")

    def delete(self, operand: Node) -> Value:
        while operand.type == "parenthesized_expression":
            operand = named(operand)[0]
        if operand.type not in ("member_expression", "subscript_expression"):
            if operand.type == "identifier":
                found = self.lookup(self.text(operand))
                if found is not None and found[0] is self.window:
                    self.origin = self.at(operand)
                    self.write(self.window, self.text(operand), Unk("deleted"), certain=False)
                return Unk("the outcome of delete", "boolean")
            self.evaluate(operand)
            return True
        base, key = self.place(operand)
        self.origin = self.at(operand)
        if isinstance(base, Obj) and isinstance(key, str) and base is not self.window:
            if base.frozen:
                if self.strict and key in base.slots:
                    raise Stop("a property of a frozen object is deleted", self.at(operand))
                return Unk("the outcome of delete", "boolean")
            self.remove(base, key)
            return True
        if base is self.window and key == self.variable:
            self.write(self.window, self.variable, Unk("deleted"), certain=False)
            return Unk("the outcome of delete", "boolean")
        if isinstance(base, Arr | Obj):
            self.blur(base, "a key of it is deleted")
        else:
            self.set_member(base, key, Unk("deleted"), operand)
        return Unk("the outcome of delete", "boolean")

    def x_ternary_expression(self, node: Node) -> Value:
        condition, first, second = named(node)[:3]
        value = self.evaluate(condition)
        truth = to_bool(value)
        if truth is not None:
            return self.evaluate(first if truth else second)
        kinds: list[str | None] = []
        objects = True
        for branch in (first, second):
            with self.uncertain(f"set under a condition: {reason(value)}"):
                result = self.evaluate(branch)
                self.escape(result)
                kinds.append(typeof(result))
                objects = objects and isinstance(result, Obj | Arr)
        if objects and len(kinds) == 2:
            return Unk(reason(value), "object")
        return Unk(reason(value), "string" if kinds == ["string", "string"] else "any")

    # Functions.

    def function(self, node: Node) -> Func:
        raise NotImplementedError

    def x_function_expression(self, node: Node) -> Value:
        return self.function(node)

    x_arrow_function = x_function_expression
    x_generator_function = x_function_expression

    def x_await_expression(self, node: Node) -> Value:
        self.escape(self.evaluate(named(node)[0]))
        self.unknown_code("what happens while it waits")
        return Unk("what was waited for")

    def x_yield_expression(self, node: Node) -> Value:
        for child in named(node):
            self.escape(self.evaluate(child))
        return Unk("what a generator was given")
