"""What the grammar's nodes hold: the parts of a script that several passes ask for."""

from collections.abc import Iterator

from tree_sitter import Node

from selfhost.readers.grammar import Syntax

COMMENTS = frozenset({"comment", "html_comment", "hash_bang_line"})
FUNCTIONS = frozenset(
    {
        "function_expression",
        "function_declaration",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
    }
)
LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})


def named(node: Node) -> list[Node]:
    """The children that are syntax, without comments."""
    return [child for child in node.named_children if child.type not in COMMENTS]


def bare(node: Node) -> Node:
    """What stands within parentheses, however many; else the node itself."""
    while node.type == "parenthesized_expression":
        node = named(node)[0]
    return node


def is_strict(syntax: Syntax, body: Node) -> bool:
    """Whether ``"use strict"`` stands among the first statements of a script or function body."""
    for statement in named(body):
        inner = named(statement)
        if statement.type != "expression_statement" or [n.type for n in inner] != ["string"]:
            return False
        if syntax.text(inner[0])[1:-1] == "use strict":
            return True
    return False


def pattern_names(syntax: Syntax, pattern: Node) -> Iterator[str]:
    """The variables that a declarator's or parameter's left side binds."""
    stack = [pattern]
    while stack:
        node = stack.pop()
        if node.type in ("identifier", "undefined", "shorthand_property_identifier_pattern"):
            yield syntax.text(node)
        elif node.type in ("assignment_pattern", "object_assignment_pattern"):
            stack.append(named(node)[0])
        elif node.type == "pair_pattern":
            stack.append(named(node)[-1])
        else:
            stack.extend(named(node))


def parameters(function: Node) -> list[Node]:
    """The parameters of a function, in order."""
    single = function.child_by_field_name("parameter")
    if single is not None:
        return [single]
    several = function.child_by_field_name("parameters")
    return named(several) if several is not None else []
