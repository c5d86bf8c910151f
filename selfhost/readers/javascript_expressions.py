"""Following a script's expressions."""

from tree_sitter import Node

from selfhost.readers.javascript_assignments import Assignments
from selfhost.readers.javascript_heap import GiveUp
from selfhost.readers.javascript_literals import number, unescape
from selfhost.readers.javascript_nodes import named
from selfhost.readers.javascript_operators import (
    add,
    reason,
)
from selfhost.readers.javascript_ssi import REASON as SSI
from selfhost.readers.javascript_values import (
    UNDEFINED,
    Arr,
    Func,
    Host,
    Method,
    Obj,
    Slot,
    Unk,
    Value,
)


class Expressions(Assignments):
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
                value = self.evaluate(value_node)
                # If evaluating it throws, the object never comes to be.
                obj.moment = self.moment
                self.define(obj, key, value, child)
        obj.moment = self.moment
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

    def copy_into(self, obj: Obj, value: Value) -> None:
        """``{...value}`` and ``Object.assign(obj, value)``."""
        certain = obj.moment == self.moment
        if isinstance(value, Obj) and value is not self.window:
            if value.rest is not None:
                self.blur(obj, value.rest)
            for key, slot in tuple(value.slots.items()):
                copied = self.value_of(value, key, slot)
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
