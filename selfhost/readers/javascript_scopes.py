"""Which names a script declares where, and which declarations a browser refuses."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tree_sitter import Node

from selfhost.readers.grammar import GrammarError, Syntax, words
from selfhost.readers.javascript_nodes import (
    FUNCTIONS,
    bare,
    named,
    pattern_names,
)

RESERVED = frozenset(
    words("""
    break case catch class const continue debugger default delete do else enum export
    extends false finally for function if import in instanceof new null return super switch
    this throw true try typeof var void while with
    """)
)
STRICT = frozenset(
    words("""
    implements interface let package private protected public static yield eval arguments
    """)
)


@dataclass(slots=True)
class Names:
    parent: "Names | None" = None
    function: bool = False
    lexical: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    parameters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    names: Names
    strict: bool = False
    function: bool = False
    method: bool = False
    loop: bool = False
    switch: bool = False
    is_async: bool = False
    generator: bool = False
    labels: frozenset[str] = frozenset()
    pattern: bool = False


class Scopes:
    def __init__(self, syntax: Syntax, mark: str) -> None:
        self.syntax = syntax
        self.text = syntax.text
        self.mark = mark

    def refuse(self, node: Node, what: str) -> None:
        raise GrammarError(f"does not parse: {what}", node.start_point.row)

    def target(self, node: Node, place: Place, *, pattern: bool = True) -> None:
        pattern = pattern and node.type != "parenthesized_expression"
        node = bare(node)
        if node.type in ("member_expression", "subscript_expression"):
            if self.optional(node):
                self.refuse(node, "an assignment to an optional chain")
        elif node.type not in ("identifier", "undefined") and not (
            pattern and node.type in ("object_pattern", "array_pattern")
        ):
            self.refuse(node, "an assignment to something that is no variable")

    def optional(self, node: Node | None) -> bool:
        """Whether a chain of accesses holds ``?.``."""
        while node is not None:
            if node.child_by_field_name("optional_chain") is not None:
                return True
            if node.type == "call_expression":
                node = node.child_by_field_name("function")
            elif node.type in ("member_expression", "subscript_expression"):
                node = node.child_by_field_name("object")
            else:
                return False
        return False

    def for_in(self, node: Node, place: Place) -> None:
        if node.child_by_field_name("value") is not None:
            self.refuse(node, "a start value in for-in")
        tokens = {child.type for child in node.children if not child.is_named}
        if "await" in tokens and not place.is_async:
            self.refuse(node, "await outside an async function")
        left = node.child_by_field_name("left")
        kind = node.child_by_field_name("kind")
        if left is None:
            return
        if kind is None:
            self.target(left, place)
        elif kind.type == "var":
            self.declare_variables(left, place)
        else:
            self.declare_lexical(left, place)

    # Names.

    def declare_variables(self, pattern: Node, place: Place) -> None:
        for name in pattern_names(self.syntax, pattern):
            scope: Names | None = place.names
            while scope is not None:
                if name in scope.lexical or (name in scope.functions and not scope.function):
                    self.refuse(pattern, f"{name} is declared twice")
                scope.variables.add(name)
                if scope.function:
                    break
                scope = scope.parent

    def declare_lexical(self, pattern: Node, place: Place) -> None:
        scope = place.names
        for name in pattern_names(self.syntax, pattern):
            taken = scope.lexical | scope.functions | scope.variables | scope.parameters
            if name in taken or name == "let":
                self.refuse(pattern, f"{name} is declared twice")
            scope.lexical.add(name)

    def declare_function(self, name: Node, place: Place, *, plain: bool) -> None:
        scope = place.names
        text = self.text(name)
        if text in scope.lexical or (not scope.function and text in scope.variables):
            self.refuse(name, f"{text} is declared twice")
        if not scope.function and text in scope.functions and (place.strict or not plain):
            self.refuse(name, f"{text} is declared twice")
        scope.functions.add(text)

    def declared(self, node: Node) -> Iterator[str]:
        if node.type == "variable_declarator":
            yield from pattern_names(self.syntax, named(node)[0])
        elif node.type == "identifier":
            yield self.text(node)

    def _variable_declaration(self, node: Node, place: Place) -> None:
        for declarator in named(node):
            self.declare_variables(named(declarator)[0], place)
            self.initialized(declarator, constant=False)

    def _lexical_declaration(self, node: Node, place: Place) -> None:
        for declarator in named(node):
            self.declare_lexical(named(declarator)[0], place)
            self.initialized(declarator, constant=node.children[0].type == "const")

    def initialized(self, declarator: Node, *, constant: bool) -> None:
        pattern = named(declarator)[0].type in ("object_pattern", "array_pattern")
        if (constant or pattern) and declarator.child_by_field_name("value") is None:
            self.refuse(declarator, "a declaration without a value")

    def _class_declaration(self, node: Node, place: Place) -> Place:
        self.declare_lexical(named(node)[0], place)
        return replace(place, strict=True)

    def _class(self, node: Node, place: Place) -> Place:
        return replace(place, strict=True)

    def _class_body(self, node: Node, place: Place) -> Place:
        if any("#" in self.text(child) for child in node.children if child.type != "comment"):
            self.refuse(node, "private names are not followed")
        inner = Names(place.names, function=True)
        return replace(place, method=True, function=True, loop=False, switch=False, names=inner)

    def _catch_clause(self, node: Node, place: Place) -> Place | None:
        parameter = node.child_by_field_name("parameter")
        body = node.child_by_field_name("body")
        if parameter is None or body is None:
            return None
        bound = set(pattern_names(self.syntax, parameter))
        for statement in named(body):
            if statement.type in ("lexical_declaration", "class_declaration") or (
                statement.type in FUNCTIONS
            ):
                found = {name for d in named(statement) for name in self.declared(d)}
                if found & bound:
                    self.refuse(statement, "the caught error's name is declared again")
        return None

    def _identifier(self, node: Node, place: Place) -> None:
        name = self.text(node)
        if not name.replace("$", "a").replace(self.mark, "a").isidentifier():
            self.refuse(node, "an odd name")
        if (
            name in RESERVED
            or name == "let"
            or (place.strict and name in STRICT - {"eval", "arguments"})
        ):
            self.refuse(node, f"{name} is a reserved word")
        if (place.is_async and name == "await") or (place.generator and name == "yield"):
            self.refuse(node, f"{name} is a reserved word")
        if place.strict and name in ("eval", "arguments") and (parent := node.parent) is not None:
            fields = [parent.child_by_field_name(n) for n in ("name", "left", "argument")]
            if parent.type == "formal_parameters" or node in fields:
                self.refuse(node, f"{name} cannot be set in strict mode")

    _shorthand_property_identifier = _identifier
    _shorthand_property_identifier_pattern = _identifier

    def _statement_block(self, node: Node, place: Place) -> Place:
        return replace(place, names=Names(place.names))

    def _switch_body(self, node: Node, place: Place) -> Place:
        if sum(child.type == "switch_default" for child in node.children) > 1:
            self.refuse(node, "two default cases")
        return replace(place, switch=True, names=Names(place.names))
