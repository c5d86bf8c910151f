"""Following operators."""

from tree_sitter import Node

from selfhost.readers import javascript_host as host
from selfhost.readers.javascript_members import INHERITED, Members
from selfhost.readers.javascript_nodes import bare, named
from selfhost.readers.javascript_operators import (
    binary,
    nullish,
    reason,
    to_bool,
    typeof,
)
from selfhost.readers.javascript_values import (
    Arr,
    Func,
    Host,
    Obj,
    Unk,
    Value,
)

LOGICAL = {"&&", "||", "??"}
_COERCING = {"instanceof", "in", "===", "!=="}


class Operations(Members):
    def needs_right(self, operator: str, left: Value) -> bool | None:
        if operator == "??":
            return nullish(left)
        truth = to_bool(left)
        return None if truth is None else truth is (operator == "&&")

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
        if operator in LOGICAL:
            go_on = self.needs_right(operator, left)
            if go_on is False:
                return left
            if go_on is True:
                return self.evaluate(right_node)
            self.escape(left)
            with self.uncertain(f"set under a condition: {reason(left)}"):
                right = self.evaluate(right_node)
                above = self.assumed
                if above is not None and isinstance(right, Obj) and reason(left) == above.rest:
                    return self.section_with(right, above)
                self.escape(right)
                if operator != "&&" and isinstance(right, Obj | Arr):
                    return Unk(reason(left), "object")
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
            if slot is None and right.rest is None and key not in INHERITED:
                return False
        elif not isinstance(right, Obj | Arr | Func | Host):
            self.may_throw(self.at(node), "in something that may be no object")
        return Unk(reason(right), "boolean")

    def typeof(self, operand: Node) -> Value:
        operand = bare(operand)
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
