"""What the browser's own functions give, such as ``Object.assign``."""

import math

from tree_sitter import Node

from selfhost.readers.javascript_expressions import Expressions
from selfhost.readers.javascript_heap import Stop
from selfhost.readers.javascript_operators import reason, to_bool, to_float, to_text
from selfhost.readers.javascript_values import (
    UNDEFINED,
    Arr,
    Func,
    Host,
    Method,
    Obj,
    Unk,
    Value,
)


class Builtins(Expressions):
    def object_assign(self, values: list[Value], node: Node) -> Value:
        target = values[0]
        if isinstance(target, Obj) and target is not self.window and not target.frozen:
            for value in values[1:]:
                self.copy_into(target, value)
            return target
        if target is None or target is UNDEFINED:
            raise Stop("Object.assign to nothing", self.at(node))
        for value in values:
            self.escape(value)
        if target is self.window:
            self.everything_unknown("sets many globals")
        self.may_throw(self.at(node), "Object.assign to something unknown")
        self.unknown_code("may be changed by Object.assign")
        return Unk(reason(target))

    def freeze(self, value: Value) -> Value:
        if isinstance(value, Obj | Arr):
            if value.moment == self.moment:
                value.frozen = True
            elif isinstance(value, Obj):
                value.strange = True
            else:
                self.blur(value, "may be frozen")
        return value

    def convert(self, path: str, values: list[Value]) -> Value:
        """Conversions of known values; ``None``: not one of them (none of them gives null)."""
        if len(values) != 1 or isinstance(values[0], Unk | Obj | Func | Host | Method):
            return None
        if path == "String":
            return to_text(values[0])
        if path == "Number":
            return to_float(values[0])
        if path == "Boolean":
            return to_bool(values[0])
        if path == "Array.isArray":
            return isinstance(values[0], Arr)
        if path in ("isNaN", "Number.isNaN"):
            number = to_float(values[0])
            return None if number is None or path != "isNaN" else math.isnan(number)
        return None
