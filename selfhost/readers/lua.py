"""Following a Lua chunk without running it, for configuration files that are Lua programs.

What the text does not settle is ``Unk``. A table is shared by reference, as in Lua.
"""

import re
from dataclasses import dataclass, field

import tree_sitter_lua
from tree_sitter import Language
from tree_sitter import Node as SyntaxNode

from selfhost.readers.grammar import MAX_NODES, GrammarError, Syntax
from selfhost.readers.tree import Function, Node, Origin, Unknown, Value

_LANGUAGE = Language(tree_sitter_lua.language())
_MAX_DEPTH = 70
_MAX_EXPORT = 100_000
_MAX_STRING = 256 * 1024
_ESCAPE = re.compile(
    r"\\(?:z\s*|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]+)\}|([0-9]{1,3})|(\r\n|\n\r|.))", re.DOTALL
)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_LONG = re.compile(r"\[(=*)\[(.*)\]\1\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unk:
    reason: str


@dataclass(frozen=True, slots=True)
class Library:
    """Something of Lua's own, by its path: ``os.getenv``."""

    path: str


@dataclass(frozen=True, slots=True)
class Closure:
    """A function of the chunk."""


@dataclass(slots=True)
class Slot:
    value: object
    origin: Origin
    overrides: tuple[Origin, ...] = ()


@dataclass(slots=True, eq=False)
class Table:
    slots: dict[str | int, Slot] = field(default_factory=dict)
    rest: str | None = None

    def has_holes(self) -> bool:
        """Whether Lua's length operator may give different results."""
        size = self.length()
        return any(isinstance(key, int) and key > size for key in self.slots)

    def length(self) -> int:
        size = 0
        while size + 1 in self.slots:
            size += 1
        return size


class LuaError(Exception):
    """Lua would refuse the chunk, or stop in it."""

    def __init__(self, message: str, origin: Origin) -> None:
        super().__init__(message)
        self.message = message
        self.origin = origin


class TooMuch(Exception):  # noqa: N818
    """The chunk cannot be followed further; ``reason`` in a few words."""

    def __init__(self, reason: str, origin: Origin) -> None:
        super().__init__(reason)
        self.reason = reason
        self.origin = origin


def named(node: SyntaxNode) -> list[SyntaxNode]:
    return [n for n in node.named_children if n.type not in ("comment", "hash_bang_line")]


def export(slot: Slot) -> Node:
    """A slot as a node. A table with the keys 1..n only is a list."""
    try:
        return _export(slot, 0, [_MAX_EXPORT])
    except OverflowError:
        return Node(Unknown("too large"), slot.origin, slot.overrides)


def _export(slot: Slot, depth: int, left: list[int]) -> Node:
    value = slot.value
    left[0] -= 1
    if left[0] < 0:
        raise OverflowError
    rest: Unknown | None = None
    result: Value
    if isinstance(value, Table):
        if depth > _MAX_DEPTH:
            return Node(Unknown("nested too deeply"), slot.origin, slot.overrides)
        size = value.length()
        if size == len(value.slots) and value.rest is None:
            result = tuple(_export(value.slots[i + 1], depth + 1, left) for i in range(size))
        else:
            result = {str(key): _export(item, depth + 1, left) for key, item in value.slots.items()}
        rest = Unknown(value.rest) if value.rest else None
    elif isinstance(value, Unk):
        result = Unknown(value.reason)
    elif isinstance(value, Closure | Library):
        result = Function()
    elif value is None or isinstance(value, bool | int | float | str):
        result = value
    else:
        result = Unknown("a reference to another option")
    return Node(result, slot.origin, slot.overrides, rest)


class Chunk:
    """One file. Subclasses give globals their meaning."""

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

    def set_global(self, name: str, value: object, node: SyntaxNode) -> None:
        raise NotImplementedError

    def call(self, function: object, values: list[object], node: SyntaxNode) -> object:
        raise NotImplementedError

    def call_method(
        self, value: object, name: str, values: list[object], node: SyntaxNode
    ) -> object:
        raise NotImplementedError

    # Running.

    def at(self, node: SyntaxNode) -> Origin:
        return Origin(self.path, node.start_point.row + 1)

    def text(self, node: SyntaxNode) -> str:
        return self.syntax.text(node)

    def run(self) -> None:
        self.block(named(self.syntax.root))

    def block(self, nodes: list[SyntaxNode]) -> None:
        self.scopes.append({})
        try:
            for node in nodes:
                self.step(node)
                handler = getattr(self, f"s_{node.type}", None)
                if handler is None:
                    raise TooMuch(f"holds a {node.type.replace('_', ' ')}", self.at(node))
                self.depth += 1
                handler(node)
                self.depth -= 1
                if node.type == "return_statement":
                    break
        finally:
            self.scopes.pop()

    def step(self, node: SyntaxNode) -> None:
        self.steps += 1
        if self.steps > MAX_NODES:
            raise TooMuch("too much to follow", self.at(node))
        if self.depth > _MAX_DEPTH:
            raise TooMuch("nested too deeply", self.at(node))

    def s_empty_statement(self, node: SyntaxNode) -> None:
        pass

    def s_function_call(self, node: SyntaxNode) -> None:
        self.evaluate(node)

    def s_do_statement(self, node: SyntaxNode) -> None:
        body = node.child_by_field_name("body")
        self.block(named(body) if body is not None else [])

    def s_return_statement(self, node: SyntaxNode) -> None:
        if self.unsure is not None:
            raise TooMuch("returns under a condition", self.at(node))
        for part in named(node):
            self.values(part)

    def s_function_declaration(self, node: SyntaxNode) -> None:
        name = node.child_by_field_name("name")
        if name is not None and node.children[0].type == "local":
            self.scopes[-1][self.text(name)] = Slot(Closure(), self.at(node))
        elif name is not None:
            self.assign(name, Closure(), node)

    def s_variable_declaration(self, node: SyntaxNode) -> None:
        inner = named(node)[0]
        assignment = inner.type == "assignment_statement"
        names = named(inner)[0] if assignment else inner
        values = self.values(named(inner)[1]) if assignment else []
        index = 0
        for child in named(names):
            if child.type == "identifier":
                value = values[index] if index < len(values) else None
                self.scopes[-1][self.text(child)] = Slot(value, self.at(child))
                index += 1

    def s_assignment_statement(self, node: SyntaxNode) -> None:
        targets, values = named(node)[:2]
        found = self.values(values)
        for index, target in enumerate(named(targets)):
            self.assign(target, found[index] if index < len(found) else None, node)

    def values(self, node: SyntaxNode) -> list[object]:
        """An expression list. A call at its end may give more values than one."""
        parts = named(node) if node.type == "expression_list" else [node]
        values = [self.evaluate(part) for part in parts]
        if parts and parts[-1].type in ("function_call", "vararg_expression"):
            values.extend([Unk("one of the results of a call")] * 8)
        return values

    def assign(self, target: SyntaxNode, value: object, node: SyntaxNode) -> None:
        if target.type == "identifier":
            name = self.text(target)
            for scope in reversed(self.scopes):
                if name in scope:
                    sure = self.unsure is None
                    scope[name] = Slot(value if sure else Unk(self.unsure or ""), self.at(node))
                    return
            self.set_global(name, value, node)
            return
        table, key = self.index_parts(target)
        if isinstance(table, Table):
            if not isinstance(key, str | int) or isinstance(key, bool) or self.unsure is not None:
                self.blur(table, self.unsure or "set under a key that is not known")
                return
            if value is None:
                table.slots.pop(key, None)
                return
            old = table.slots.get(key)
            overrides = (*old.overrides[-40:], old.origin) if old is not None else ()
            table.slots[key] = Slot(value, self.at(node), overrides)
        elif table is None or isinstance(table, bool | int | float):
            raise LuaError("a field of something that is no table is set", self.at(node))
        else:
            raise TooMuch("sets a field of something unknown", self.at(node))

    def blur(self, table: Table, why: str) -> None:
        table.rest = why
        for slot in table.slots.values():
            if isinstance(slot.value, Table) and slot.value.rest is None:
                self.blur(slot.value, why)
            slot.value = Unk(why)

    def uncertain(self, why: str, nodes: list[SyntaxNode]) -> None:
        saved = self.unsure
        self.unsure = saved or why
        try:
            self.block(nodes)
        finally:
            self.unsure = saved

    def s_if_statement(self, node: SyntaxNode) -> None:
        branches = [node, *node.children_by_field_name("alternative")]
        unsure: str | None = None
        for branch in branches:
            condition = branch.child_by_field_name("condition")
            body = branch.child_by_field_name(
                "body" if branch.type == "else_statement" else "consequence"
            )
            value = self.evaluate(condition) if condition is not None else True
            statements = named(body) if body is not None else []
            if isinstance(value, Unk):
                unsure = f"set under a condition (line {self.at(branch).line}): {value.reason}"
            elif value is None or value is False:
                continue
            if unsure is None:
                self.block(statements)
                return
            self.uncertain(unsure, statements)
            if not isinstance(value, Unk):
                return

    def loop(self, node: SyntaxNode) -> None:
        """What a loop sets is unknown; first what it sets of the variables outside."""
        why = f"set in a loop (line {self.at(node).line})"
        stack, nodes = [node], 0
        while stack:
            inner = stack.pop()
            nodes += 1
            if inner.type == "assignment_statement":
                for target in named(named(inner)[0]):
                    name = self.text(target)
                    for scope in self.scopes:
                        if name in scope:
                            scope[name].value = Unk(why)
            stack.extend(named(inner))
        self.steps += nodes
        clause = node.child_by_field_name("clause")
        inner_names: dict[str, Slot] = {}
        if clause is not None:
            for part in named(clause):
                if part.type == "identifier" and clause.type == "for_numeric_clause":  # noqa: SIM102
                    if part == clause.child_by_field_name("name"):
                        inner_names[self.text(part)] = Slot(Unk(why), self.at(part))
                        continue
                if part.type == "variable_list":
                    for name_node in named(part):
                        inner_names[self.text(name_node)] = Slot(Unk(why), self.at(part))
                else:
                    self.values(part)
        body = node.child_by_field_name("body")
        self.scopes.append(inner_names)
        try:
            self.uncertain(why, named(body) if body is not None else [])
            condition = node.child_by_field_name("condition")
            if condition is not None and node.type == "while_statement":
                self.evaluate(condition)
        finally:
            self.scopes.pop()

    s_for_statement = loop
    s_while_statement = loop
    s_repeat_statement = loop

    def s_break_statement(self, node: SyntaxNode) -> None:
        if self.unsure is None or "loop" not in self.unsure:
            raise TooMuch("breaks", self.at(node))

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
