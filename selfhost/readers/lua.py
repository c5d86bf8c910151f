"""Following a Lua chunk without running it, for configuration files that are Lua programs.

What the text does not settle is ``Unk``. A table is shared by reference, as in Lua.
"""

from tree_sitter import Node as SyntaxNode

from selfhost.readers.lua_expressions import Expressions, named
from selfhost.readers.lua_values import (
    Closure,
    Library,
    LuaError,
    Slot,
    Table,
    TooMuch,
    Unk,
    export,
)

__all__ = ["Chunk", "Closure", "Library", "LuaError", "Slot", "Table", "TooMuch", "Unk", "export"]


class Chunk(Expressions):
    """One file. Subclasses give globals their meaning."""

    def set_global(self, name: str, value: object, node: SyntaxNode) -> None:
        raise NotImplementedError

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
