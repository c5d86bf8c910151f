"""Lua's expressions, followed without running them. What the text does not settle is ``Unk``."""

import re

import tree_sitter_lua
from tree_sitter import Language
from tree_sitter import Node as SyntaxNode

from selfhost.readers.grammar import MAX_NODES, GrammarError, Syntax
from selfhost.readers.lua_values import Closure, Library, LuaError, Slot, Table, TooMuch, Unk
from selfhost.readers.tree import Origin

_LANGUAGE = Language(tree_sitter_lua.language())
_MAX_DEPTH = 70
_MAX_STRING = 256 * 1024
_ESCAPE = re.compile(
    r"\\(?:z\s*|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]+)\}|([0-9]{1,3})|(\r\n|\n\r|.))", re.DOTALL
)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_LONG = re.compile(r"\[(=*)\[(.*)\]\1\]", re.DOTALL)


def named(node: SyntaxNode) -> list[SyntaxNode]:
    return [n for n in node.named_children if n.type not in ("comment", "hash_bang_line")]


class Expressions:
    """The expressions of one file. Subclasses give globals and calls their meaning."""

    def __init__(self, path: str, text: str) -> None:
        """Raises ``LuaError``, ``TooMuch``."""
        self.path = path
        try:
            self.syntax = Syntax(_LANGUAGE, text.removeprefix("\ufeff"))
        except GrammarError as error:
            origin = Origin(path, error.row + 1)
            if error.reason.startswith("does not parse"):
                raise LuaError(error.reason, origin) from None
            raise TooMuch(error.reason, origin) from None
        self.scopes: list[dict[str, Slot]] = [{}]
        self.unsure: str | None = None
        self.depth = 0
        self.steps = 0

    # To be given a meaning.

    def get_global(self, name: str, node: SyntaxNode) -> object:
        raise NotImplementedError

    def call(self, function: object, values: list[object], node: SyntaxNode) -> object:
        raise NotImplementedError

    def call_method(
        self, value: object, name: str, values: list[object], node: SyntaxNode
    ) -> object:
        raise NotImplementedError

    # Where it is, and how far it may go.

    def at(self, node: SyntaxNode) -> Origin:
        return Origin(self.path, node.start_point.row + 1)

    def text(self, node: SyntaxNode) -> str:
        return self.syntax.text(node)

    def step(self, node: SyntaxNode) -> None:
        self.steps += 1
        if self.steps > MAX_NODES:
            raise TooMuch("too much to follow", self.at(node))
        if self.depth > _MAX_DEPTH:
            raise TooMuch("nested too deeply", self.at(node))

    def blur(self, table: Table, why: str) -> None:
        table.rest = why
        for slot in table.slots.values():
            if isinstance(slot.value, Table) and slot.value.rest is None:
                self.blur(slot.value, why)
            slot.value = Unk(why)

    # Expressions.

    def evaluate(self, node: SyntaxNode) -> object:
        self.step(node)
        handler = getattr(self, f"x_{node.type}", None)
        if handler is None:
            raise TooMuch(f"holds a {node.type.replace('_', ' ')}", self.at(node))
        self.depth += 1
        try:
            value: object = handler(node)
            return value
        finally:
            self.depth -= 1

    def x_nil(self, node: SyntaxNode) -> object:
        return None

    def x_true(self, node: SyntaxNode) -> object:
        return True

    def x_false(self, node: SyntaxNode) -> object:
        return False

    def x_vararg_expression(self, node: SyntaxNode) -> object:
        return Unk("the arguments of the chunk")

    def x_function_definition(self, node: SyntaxNode) -> object:
        return Closure()

    def x_parenthesized_expression(self, node: SyntaxNode) -> object:
        return self.evaluate(named(node)[0])

    def x_number(self, node: SyntaxNode) -> object:
        text = self.text(node).lower()
        try:
            if text.startswith("0x"):
                if "." in text or "p" in text:
                    return float.fromhex(text)
                return int(text, 16) if len(text) < 17 else Unk("a large number")
            if text.isdecimal():
                return int(text) if len(text) < 16 else Unk("a large number")
            return float(text)
        except ValueError:
            return Unk("an unusual number")

    def x_string(self, node: SyntaxNode) -> object:
        raw = self.text(node)
        long = _LONG.fullmatch(raw)
        if long:
            return re.sub(r"\r\n?", "\n", re.sub(r"\A(?:\r\n|\n)", "", long[2]))
        return self.unescape(raw[1:-1], node)

    def unescape(self, raw: str, node: SyntaxNode) -> object:
        bare = _ESCAPE.sub("", raw)
        if "\n" in bare or "\r" in bare:
            raise LuaError("does not parse: an unfinished string", self.at(node))
        if "\\" not in raw:
            return raw
        out = bytearray()
        at = 0
        for match in _ESCAPE.finditer(raw):
            out += raw[at : match.start()].encode()
            at = match.end()
            if match[1]:
                out.append(int(match[1], 16))
            elif match[2]:
                if int(match[2], 16) > 0x10FFFF:
                    return Unk("an unusual escape")
                out += chr(int(match[2], 16)).encode(errors="replace")
            elif match[3]:
                if int(match[3]) > 255:
                    raise LuaError("does not parse: an escape", self.at(node))
                out.append(int(match[3]))
            elif match[4]:
                out += b"\n" if match[4][0] in "\r\n" else _PLAIN.get(match[4], match[4]).encode()
        out += raw[at:].encode()
        try:
            return out.decode()
        except UnicodeDecodeError:
            return Unk("bytes that are no text")

    def x_table_constructor(self, node: SyntaxNode) -> object:
        table = Table()
        index = 0
        keyed: set[object] = set()
        fields = named(node)
        for position, part in enumerate(fields):
            name = part.child_by_field_name("name")
            value_node = part.child_by_field_name("value")
            if value_node is None:
                raise TooMuch("holds an unusual table", self.at(part))
            key: object
            if name is None:
                index += 1
                key = index
            elif part.children[0].type == "[":
                key = self.evaluate(name)
            else:
                key = self.text(name)
            value = self.evaluate(value_node)
            many = value_node.type in ("function_call", "vararg_expression")
            if name is None and many and position == len(fields) - 1:
                table.rest = "all results of a call"
            if isinstance(key, float) and key.is_integer():
                key = int(key)
            if not isinstance(key, str | int) or isinstance(key, bool):
                if key is None:
                    raise LuaError("a table key is nil", self.at(part))
                self.blur(table, "a key that is not known")
                continue
            if name is not None:
                keyed.add(key)
            old = table.slots.pop(key, None)
            if value is not None:
                overrides = (*old.overrides[-40:], old.origin) if old is not None else ()
                table.slots[key] = Slot(value, self.at(part), overrides)
        for twice in range(1, index + 1):
            if twice in keyed:  # which one wins depends on when Lua stores the items
                table.slots[twice] = Slot(Unk("set twice in one table"), self.at(node))
        return table

    def x_identifier(self, node: SyntaxNode) -> object:
        name = self.text(node)
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name].value
        return self.get_global(name, node)

    def index_parts(self, node: SyntaxNode) -> tuple[object, object]:
        table = node.child_by_field_name("table")
        last = node.child_by_field_name("field") or node.child_by_field_name("method")
        if table is None or last is None:
            raise TooMuch(f"holds a {node.type}", self.at(node))
        value = self.evaluate(table)
        if node.type == "bracket_index_expression":
            return value, self.evaluate(last)
        return value, self.text(last)

    def x_dot_index_expression(self, node: SyntaxNode) -> object:
        table, key = self.index_parts(node)
        if isinstance(table, Library):
            if not isinstance(key, str):
                return Unk("a part of Lua")
            return Library(f"{table.path}.{key}" if table.path else key)
        if isinstance(table, Table):
            if isinstance(key, str | int) and not isinstance(key, bool):
                slot = table.slots.get(key)
                if slot is not None:
                    return slot.value
                return Unk(table.rest) if table.rest else None
            return Unk(key.reason if isinstance(key, Unk) else "a key that is not known")
        if table is None or isinstance(table, bool | int | float):
            raise LuaError("a field of something that is no table is read", self.at(node))
        return Unk(table.reason if isinstance(table, Unk) else "a field that is not followed")

    x_bracket_index_expression = x_dot_index_expression

    def x_function_call(self, node: SyntaxNode) -> object:
        name = node.child_by_field_name("name")
        arguments = node.child_by_field_name("arguments")
        if name is None or arguments is None:
            raise TooMuch("holds an unusual call", self.at(node))
        if name.type == "method_index_expression":
            value, method = self.index_parts(name)
            return self.call_method(value, str(method), self.arguments(arguments), node)
        function = self.evaluate(name)
        return self.call(function, self.arguments(arguments), node)

    def arguments(self, node: SyntaxNode) -> list[object]:
        return [self.evaluate(part) for part in named(node)]

    def x_unary_expression(self, node: SyntaxNode) -> object:
        value = self.evaluate(named(node)[0])
        sign = node.children[0].type
        if sign == "not":
            return value if isinstance(value, Unk) else value is None or value is False
        if sign == "#" and isinstance(value, str):
            return len(value.encode())
        if sign == "#" and isinstance(value, Table) and value.rest is None:
            return Unk("a length") if value.has_holes() else value.length()
        if sign == "-" and isinstance(value, int | float) and not isinstance(value, bool):
            return -value
        if value is None or isinstance(value, bool):
            raise LuaError(f"{sign} on {value}", self.at(node))
        return Unk(value.reason if isinstance(value, Unk) else "computed")

    def x_binary_expression(self, node: SyntaxNode) -> object:
        left_node, right_node = named(node)[:2]
        sign = next(child.type for child in node.children if not child.is_named)
        left = self.evaluate(left_node)
        if sign in ("and", "or"):
            if isinstance(left, Unk):
                saved = self.unsure
                self.unsure = saved or left.reason
                try:
                    self.evaluate(right_node)
                finally:
                    self.unsure = saved
                return left
            truth = left is not None and left is not False
            return self.evaluate(right_node) if truth is (sign == "and") else left
        right = self.evaluate(right_node)
        for side in (left, right):
            if isinstance(side, Unk):
                return side
        return self.operate(sign, left, right, node)

    def operate(self, sign: str, left: object, right: object, node: SyntaxNode) -> object:
        plain = (type(None), bool, int, float, str)
        if sign in ("==", "~="):
            if isinstance(left, plain) and isinstance(right, plain):
                numbers = [type(v) in (int, float) for v in (left, right)]
                same = left == right and (all(numbers) or type(left) is type(right))
                return same is (sign == "==")
            if isinstance(left, Table) and isinstance(right, Table):
                return (left is right) is (sign == "==")
            if isinstance(left, plain) or isinstance(right, plain):
                return Unk("a comparison") if not isinstance(left, Table) else sign == "~="
            return Unk("a comparison")
        if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
            raise LuaError(f"{sign} on nil or a boolean", self.at(node))
        if sign == "..":
            parts = [str(v) if isinstance(v, str | int) else None for v in (left, right)]
            if parts[0] is None or parts[1] is None:
                return Unk("a text from something that is not followed")
            joined = parts[0] + parts[1]
            return joined if len(joined) <= _MAX_STRING else Unk("a very long text")
        if isinstance(left, int | float) and isinstance(right, int | float):
            if sign in ("<", ">", "<=", ">="):
                return {
                    "<": left < right,
                    ">": left > right,
                    "<=": left <= right,
                    ">=": left >= right,
                }[sign]
            if sign in ("+", "-", "*") and max(abs(left), abs(right)) < 2**25:
                return {"+": left + right, "-": left - right, "*": left * right}[sign]
            if sign == "/" and right != 0:
                return left / right
        return Unk("computed in a way that is not followed")
