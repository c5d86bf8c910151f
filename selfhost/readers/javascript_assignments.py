"""Following assignments, and what else changes its operand."""

from collections.abc import Callable

from tree_sitter import Node

from selfhost.readers.javascript_heap import GiveUp, Stop
from selfhost.readers.javascript_nodes import bare, named
from selfhost.readers.javascript_operations import LOGICAL, Operations
from selfhost.readers.javascript_operators import (
    arithmetic,
    binary,
    nullish,
    reason,
    to_float,
    unary,
)
from selfhost.readers.javascript_values import (
    UNDEFINED,
    Arr,
    Obj,
    Unk,
    Value,
)

#: Kinds of nodes that name a variable.
NAMES = ("identifier", "undefined")


class Assignments(Operations):
    def assign(self, target: Node, compute: Callable[[], Value], node: Node) -> Value:
        target = bare(target)
        if target.type in NAMES:
            value = compute()
            self.assign_name(self.text(target), value, node)
            return value
        if target.type in ("member_expression", "subscript_expression"):
            base, key = self.place(target)
            value = compute()
            self.set_member(base, key, value, node)
            return value
        value = compute()
        self.bind(target, value, self.assign_name)
        return value

    def bind(self, pattern: Node, value: Value, put: Callable[[str, Value, Node], None]) -> None:
        """Takes ``value`` apart as ``pattern`` says."""
        self.step(pattern)
        kind = pattern.type
        if kind in (*NAMES, "shorthand_property_identifier_pattern"):
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
            self.escape(value)
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

    def held(self, target: Node, node: Node) -> tuple[Value, Callable[[Value], None]]:
        """What a target holds before ``node`` changes it, and how another value gets there."""
        target = bare(target)
        if target.type in NAMES:
            name = self.text(target)
            return self.read(target), lambda value: self.assign_name(name, value, node)
        base, key = self.place(target)
        old = self.member(base, key, target)
        return old, lambda value: self.set_member(base, key, value, node)

    def x_assignment_expression(self, node: Node) -> Value:
        left, right = named(node)[:2]
        return self.assign(left, lambda: self.evaluate(right), node)

    def x_augmented_assignment_expression(self, node: Node) -> Value:
        left, right = named(node)[:2]
        sign = node.child_by_field_name("operator")
        operator = sign.type[:-1] if sign is not None else ""
        old, put = self.held(left, node)
        if operator in LOGICAL:
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

    def x_update_expression(self, node: Node) -> Value:
        operator = node.child_by_field_name("operator")
        sign = "+" if operator is not None and operator.type == "++" else "-"
        old, put = self.held(named(node)[0], node)
        self.coerce(old)
        before = to_float(old)
        was: Value = Unk(reason(old), "number") if before is None else before
        new = arithmetic("-", was, -1.0 if sign == "+" else 1.0)
        put(new)
        return new if operator is not None and operator == node.children[0] else was

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

    def delete(self, operand: Node) -> Value:
        operand = bare(operand)
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
