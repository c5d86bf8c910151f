"""Operators of JavaScript on values of which some are not known."""

import math
from typing import TypeVar

from selfhost.readers.javascript_host import NAMES, type_of
from selfhost.readers.javascript_literals import number_text, to_number
from selfhost.readers.javascript_values import (
    MAX_STRING,
    UNDEFINED,
    VISITOR,
    Arr,
    Func,
    Host,
    Method,
    Thing,
    Undefined,
    Unk,
    Value,
)

_Ordered = TypeVar("_Ordered", str, float)
_TYPES = {"string": "string", "number": "number", "boolean": "boolean", "strings": "object"}


def reason(*values: Value) -> str:
    """Why a result computed from ``values`` is not known."""
    for value in values:
        if isinstance(value, Unk):
            return value.reason
    if any(isinstance(value, Host) for value in values):
        return VISITOR
    return "computed in a way that is not followed"


#: The names of this machine.
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def to_bool(value: Value) -> bool | None:
    """``None``: not known."""
    if isinstance(value, Unk):
        return True if value.kind in ("object", "strings") else None
    if isinstance(value, Host):
        return True if value.path in NAMES or value.path.startswith("new ") else None
    if isinstance(value, Thing):
        return True
    if isinstance(value, float):
        return not (value == 0 or math.isnan(value))
    return bool(value) if not isinstance(value, Undefined) else False


def to_text(value: Value) -> str | None:
    """A value as a string; ``None``: not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, Arr) and value.opaque is None and not value.slots:
        parts: list[str] = []
        for slot in value.items:
            if isinstance(slot.value, Thing | Unk):
                return None
            parts.append("" if slot.value in (None, UNDEFINED) else to_text(slot.value) or "")
        return ",".join(parts)
    return None


def to_float(value: Value) -> float | None:
    """A value as a number; ``None``: not known."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    if isinstance(value, Undefined):
        return math.nan
    if value is None:
        return 0.0
    if isinstance(value, str):
        return to_number(value)
    return None


def typeof(value: Value) -> str | None:
    if isinstance(value, Unk):
        return _TYPES.get(value.kind)
    if isinstance(value, Host):
        return type_of(value.path)
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "function" if isinstance(value, Func | Method) else "object"


def nullish(value: Value) -> bool | None:
    if value is None or value is UNDEFINED:
        return True
    if isinstance(value, Unk):
        return None if value.kind == "any" else False
    if isinstance(value, Host):
        return False if to_bool(value) else None
    return False


def _is_page_host(value: Value, other: Value) -> bool:
    """Whether the page's host is compared with this machine: of a server's page it never is."""
    return isinstance(value, Unk) and value.page_host and other in LOOPBACK


def strictly_equal(left: Value, right: Value) -> bool | None:
    if _is_page_host(left, right) or _is_page_host(right, left):
        return False
    if isinstance(left, Unk | Host) or isinstance(right, Unk | Host):
        if isinstance(left, Host) and left == right and left.path in NAMES:
            return True
        kinds = typeof(left), typeof(right)
        if None not in kinds and kinds[0] != kinds[1]:
            return False
        for one, other in ((left, right), (right, left)):
            if other in (None, UNDEFINED) and nullish(one) is False:
                return False
        return None
    if isinstance(left, Method) or isinstance(right, Method):
        return None
    if isinstance(left, Thing) or isinstance(right, Thing):
        return left is right
    if type(left) is not type(right):
        return False
    return left == right


def loosely_equal(left: Value, right: Value) -> bool | None:
    empty = nullish(left), nullish(right)
    if None in empty:
        return None
    if empty[0] or empty[1]:
        return empty[0] is empty[1]
    kinds = typeof(left), typeof(right)
    if None in kinds:
        return None
    if kinds[0] == kinds[1]:
        return strictly_equal(left, right)
    if isinstance(left, Unk | Thing) or isinstance(right, Unk | Thing):
        return None
    first, second = to_float(left), to_float(right)
    return None if first is None or second is None else first == second


def add(left: Value, right: Value) -> Value:
    texts = any(
        isinstance(side, str) or (isinstance(side, Unk) and side.kind == "string")
        for side in (left, right)
    )
    known = not isinstance(left, Unk | Thing) and not isinstance(right, Unk | Thing)
    arrays = isinstance(left, Arr) or isinstance(right, Arr)
    if texts or arrays:
        first, second = to_text(left), to_text(right)
        if first is None or second is None:
            return Unk(reason(left, right), "string" if texts else "any")
        if len(first) + len(second) > MAX_STRING:
            return Unk("a very long text", "string")
        return first + second
    if known:
        a, b = to_float(left), to_float(right)
        return Unk(reason(), "number") if a is None or b is None else a + b
    return Unk(reason(left, right))


def arithmetic(operator: str, left: Value, right: Value) -> Value:
    a, b = to_float(left), to_float(right)
    if a is None or b is None:
        return Unk(reason(left, right), "number")
    result = _compute(operator, a, b)
    return Unk(reason(), "number") if result is None else result


def _compute(operator: str, a: float, b: float) -> float | None:
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if operator == "/":
        if b == 0:
            if a == 0 or math.isnan(a):
                return math.nan
            return math.copysign(math.inf, a) * math.copysign(1, b)
        return a / b
    if operator == "%":
        if b == 0 or math.isinf(a) or math.isnan(a) or math.isnan(b):
            return math.nan
        return math.fmod(a, b)
    if operator == "**":
        if not (a.is_integer() and b.is_integer() and 0 <= b <= 64 and abs(a) < 2**20):
            return None
        power = int(a) ** int(b)
        return float(power) if abs(power) <= 2**53 and a != 0 else None
    x, y = _int32(a), _int32(b)
    if operator == "&":
        return float(x & y)
    if operator == "|":
        return float(x | y)
    if operator == "^":
        return float(x ^ y)
    if operator == "<<":
        return float(_wrap(x << (y & 31)))
    if operator == ">>":
        return float(x >> (y & 31))
    if operator == ">>>":
        return float((x & 0xFFFFFFFF) >> (y & 31))
    return None


def _wrap(value: int) -> int:
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value & 0x80000000 else value


def _int32(value: float) -> int:
    return 0 if math.isnan(value) or math.isinf(value) else _wrap(int(value))


def compare(operator: str, left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        if max(left + right, default="") > "\uffff":
            return Unk(reason(), "boolean")
        return _order(operator, left, right)
    a, b = to_float(left), to_float(right)
    if a is None or b is None:
        return Unk(reason(left, right), "boolean")
    return _order(operator, a, b)


def _order(operator: str, a: _Ordered, b: _Ordered) -> bool:
    if operator == "<":
        return a < b
    if operator == ">":
        return a > b
    return a <= b if operator == "<=" else a >= b


def binary(operator: str, left: Value, right: Value) -> Value:
    """Every operator but the logical ones, ``in`` and ``instanceof``."""
    equal: bool | None
    if operator in ("===", "!==", "==", "!="):
        strict = len(operator) == 3
        equal = strictly_equal(left, right) if strict else loosely_equal(left, right)
        if equal is None:
            return Unk(reason(left, right), "boolean")
        return equal if operator[0] == "=" else not equal
    if operator == "+":
        return add(left, right)
    if operator in ("<", ">", "<=", ">="):
        return compare(operator, left, right)
    return arithmetic(operator, left, right)


def unary(operator: str, value: Value) -> Value:
    if operator == "!":
        truth = to_bool(value)
        return Unk(reason(value), "boolean") if truth is None else not truth
    number = to_float(value)
    if number is None:
        return Unk(reason(value), "number")
    if operator == "-":
        return -number
    return number if operator == "+" else float(~_int32(number))
