"""Following a script's declarations."""

from dataclasses import dataclass

from tree_sitter import Node

from selfhost.readers import javascript_host as host
from selfhost.readers.grammar import words
from selfhost.readers.javascript_calls import Calls
from selfhost.readers.javascript_nodes import FUNCTIONS, is_strict, named, pattern_names
from selfhost.readers.javascript_values import UNDEFINED, Func, Obj, Scope, Slot, Unk, Value

_HOLDING = frozenset(
    words("""
    statement_block if_statement else_clause for_statement for_in_statement while_statement
    do_statement switch_statement switch_body switch_case switch_default try_statement
    catch_clause finally_clause labeled_statement
    """)
)


@dataclass(frozen=True, slots=True)
class Leave:
    """A statement that leaves its surroundings: by ``kinds`` of jumps, certainly or maybe."""

    kinds: frozenset[str]
    maybe: bool = False
    value: Value = UNDEFINED


Outcome = Leave | None


class Declarations(Calls):
    def function(self, node: Node) -> Func:
        tokens = {child.type for child in node.children if not child.is_named}
        body = node.child_by_field_name("body")
        block = body is not None and body.type == "statement_block"
        return Func(
            node,
            self.scope,
            strict=self.strict or (block and body is not None and is_strict(self.syntax, body)),
            arrow=node.type == "arrow_function",
            plain="async" not in tokens and "*" not in tokens,
            this=self.this,
            source=self.source,
        )

    # Declarations, made before the statements run.

    def hoist(self, body: Node, table: Scope | Obj) -> None:
        """``var``, and functions in blocks, of everything below but of inner functions."""
        stack = named(body)
        while stack:
            node = stack.pop()
            names: list[str] = []
            if node.type == "variable_declaration":
                for declarator in named(node):
                    names.extend(pattern_names(self.syntax, named(declarator)[0]))
            elif node.type == "for_in_statement":
                kind, left = node.child_by_field_name("kind"), node.child_by_field_name("left")
                if kind is not None and kind.type == "var" and left is not None:
                    names.extend(pattern_names(self.syntax, left))
            elif node.type == "function_declaration" and node.parent != body:
                names.append(self.text(named(node)[0]))
            for name in names:
                if name not in table.slots:
                    table.slots[name] = Slot(UNDEFINED, self.at(node))
            if node.type in _HOLDING:
                stack.extend(named(node))

    def declare(self, body: Node, scope: Scope, *, functions_to: Scope | Obj) -> None:
        """``let``, ``const``, classes and functions directly in a block."""
        for node in named(body):
            if node.type == "lexical_declaration":
                constant = node.children[0].type == "const"
                for declarator in named(node):
                    for name in pattern_names(self.syntax, named(declarator)[0]):
                        scope.slots[name] = Slot(
                            UNDEFINED, self.at(node), dead=True, constant=constant
                        )
            elif node.type == "class_declaration":
                name = self.text(named(node)[0])
                scope.slots[name] = Slot(UNDEFINED, self.at(node), dead=True)
            elif node.type in ("function_declaration", "generator_function_declaration"):
                name = self.text(named(node)[0])
                if isinstance(functions_to, Obj) and name in host.SPECIAL:
                    self.escape(self.function(node))
                self.origin = self.at(node)
                functions_to.slots[name] = Slot(self.function(node), self.at(node))

    def initialize(self, name: str, value: Value, node: Node) -> None:
        """``let`` and ``const``: the first value."""
        scope: Scope | None = self.scope
        while scope is not None and name not in scope.slots:
            scope = scope.parent
        assert scope is not None  # noqa: S101 (declared above)
        slot = scope.slots[name]
        slot.dead = False
        certain = scope.moment == self.moment
        if not certain:
            self.escape(value)
            self.changed(scope.serial)
        slot.value = value if certain else Unk(self.why())
        if not certain and isinstance(value, bool | float | str):
            slot.within = (self.moment, value)
        slot.origin = self.at(node)

    def s_variable_declaration(self, node: Node) -> Outcome:
        for declarator in named(node):
            value = declarator.child_by_field_name("value")
            if value is not None:
                target = named(declarator)[0]
                result = self.evaluate(value)
                self.bind(target, result, self.assign_name)
        return None

    def s_lexical_declaration(self, node: Node) -> Outcome:
        for declarator in named(node):
            value = declarator.child_by_field_name("value")
            result = self.evaluate(value) if value is not None else UNDEFINED
            self.bind(named(declarator)[0], result, self.initialize)
        return None

    def s_function_declaration(self, node: Node) -> Outcome:
        parent = node.parent
        name = self.text(named(node)[0])
        top = parent is not None and (
            parent.type == "program"
            or (parent.parent is not None and parent.parent.type in FUNCTIONS)
        )
        if not top and not self.strict:
            scope: Scope | None = self.scope
            while scope is not None and not scope.function:
                scope = scope.parent
            table: Scope | Obj = (
                self.window if scope in (None, self.globals) else scope or self.window
            )
            self.origin = self.at(node)
            self.write(table, name, self.function(node), certain=False)
        return None

    def s_generator_function_declaration(self, node: Node) -> Outcome:
        return None

    def s_class_declaration(self, node: Node) -> Outcome:
        value = self.evaluate_class(node)
        self.initialize(self.text(named(node)[0]), value, node)
        return None

    def evaluate_class(self, node: Node) -> Value:
        """A class: its methods may be called at any time from here on."""
        for part in named(node):
            if part.type == "class_heritage":
                self.escape(self.evaluate(named(part)[0]))
                self.may_throw(self.at(node), "a class with a parent")
            elif part.type == "class_body":
                for member in named(part):
                    name = member.child_by_field_name("name")
                    if member.type != "method_definition" or name is None:
                        self.everything_unknown("a class with fields")
                    elif name.type == "computed_property_name":
                        self.everything_unknown("a class with computed names")
                    else:
                        self.escape(self.function(member))
        return Unk("a class", "object", foreign=True)

    x_class = evaluate_class
