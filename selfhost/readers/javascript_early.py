"""What a browser refuses before it runs a script, beyond what the grammar refuses.

tree-sitter's grammar is wider than the language. A script that a browser refuses sets nothing, so
whatever passes here unrefused would be read as settings that do not exist. Where it is not certain
that a browser accepts something, it is refused here too: the outcome is then "unknown".
Rules: https://tc39.es/ecma262/ (the "Early Errors" of each production).
"""

import re
from dataclasses import replace

from tree_sitter import Node

from selfhost.readers.grammar import MAX_NODES, GrammarError, Syntax, words
from selfhost.readers.javascript_literals import regex_is_plain, string_is_valid
from selfhost.readers.javascript_nodes import (
    COMMENTS,
    FUNCTIONS,
    LOOPS,
    bare,
    is_strict,
    named,
    parameters,
    pattern_names,
)
from selfhost.readers.javascript_scopes import RESERVED, STRICT, Names, Place, Scopes

_KNOWN = (
    COMMENTS
    | FUNCTIONS
    | LOOPS
    | frozenset(
        words("""
    program expression_statement variable_declaration lexical_declaration
    variable_declarator object pair spread_element shorthand_property_identifier
    property_identifier computed_property_name string string_fragment escape_sequence
    template_string template_substitution number regex regex_pattern regex_flags true false
    null undefined identifier this super array parenthesized_expression member_expression
    subscript_expression call_expression arguments new_expression optional_chain
    assignment_expression augmented_assignment_expression update_expression unary_expression
    binary_expression ternary_expression sequence_expression formal_parameters
    statement_block if_statement else_clause switch_statement switch_body switch_case
    switch_default try_statement catch_clause finally_clause break_statement
    continue_statement debugger_statement return_statement throw_statement empty_statement
    labeled_statement statement_identifier object_pattern array_pattern
    object_assignment_pattern assignment_pattern rest_pattern pair_pattern
    shorthand_property_identifier_pattern class class_declaration class_body class_heritage
    field_definition class_static_block private_property_identifier await_expression
    yield_expression meta_property import
    """)
    )
)
_NUMBER = re.compile(
    r"(?i:0x[0-9a-f]+(?:_[0-9a-f]+)*n?|0o[0-7]+(?:_[0-7]+)*n?|0b[01]+(?:_[01]+)*n?|0[0-9]+"
    r"|(?:0|[1-9][0-9]*(?:_[0-9]+)*)n"
    r"|(?:(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)"
    r"(?:e[+-]?[0-9]+(?:_[0-9]+)*)?)"
)
_WORD = re.compile(rb"[A-Za-z0-9_$\\\x80-\xff]")
_ODD = re.compile("[\u200b\u2060\u0085\u180e\u2028\u2029]|\r(?!\n)")
_STATEMENT_START = re.compile(rb"\{|(?:async[ \t]+)?function\b|class\b|let[ \t\r\n]*\[")
_INERT = frozenset({"comment", "string_fragment", "true", "false", "null"})
_NOT_AFTER_ARROW = frozenset(
    {
        "call_expression",
        "member_expression",
        "subscript_expression",
        "binary_expression",
        "unary_expression",
        "update_expression",
        "new_expression",
    }
)


def check(syntax: Syntax, mark: str) -> Names:
    """Raises ``GrammarError`` with the row. Gives the names the script declares at its top."""
    return _Check(syntax, mark).run()


#: A node's parent is looked for from the root, so that depth costs its square.
MAX_DEPTH = 2000


class _Check(Scopes):
    def run(self) -> Names:
        odd = _ODD.search(self.syntax.data.decode())
        if odd:
            raise GrammarError("does not parse: an unusual space or line end")
        top = Names(function=True)
        root = self.syntax.root
        stack = [(root, Place(top, strict=is_strict(self.syntax, root)), 0)]
        count = 0
        while stack:
            node, place, depth = stack.pop()
            count += 1
            if count > MAX_NODES:
                raise GrammarError("too large")
            if depth > MAX_DEPTH:
                raise GrammarError("nested too deeply")
            if node.type not in _KNOWN and node.is_named:
                self.refuse(node, f"{node.type.replace('_', ' ')} in a classic script")
            if node.type in FUNCTIONS:
                below = self.function(node, place)
            else:
                below = self.visit(node, place)
            stack.extend((child, inner, depth + 1) for child, inner in below)
        return top

    def function(self, node: Node, place: Place) -> list[tuple[Node, Place]]:
        body = node.child_by_field_name("body")
        tokens = {child.type for child in node.children if not child.is_named}
        name = node.child_by_field_name("name")
        arrow = node.type == "arrow_function"
        method = node.type == "method_definition"
        strict = place.strict
        bound = parameters(node)
        simple = all(parameter.type in ("identifier", "undefined") for parameter in bound)
        if arrow:
            self.arrow(node, body)
        if "async" in tokens and node.children[0].end_point.row < node.children[1].start_point.row:
            self.refuse(node, "a line end after async")
        if body is not None and body.type == "statement_block" and is_strict(self.syntax, body):
            strict = True
            if not simple:
                self.refuse(node, '"use strict" with such parameters')
        names = [found for parameter in bound for found in pattern_names(self.syntax, parameter)]
        if len(set(names)) < len(names) and (strict or arrow or method or not simple):
            self.refuse(node, "a parameter twice")
        if method and "get" in tokens and bound:
            self.refuse(node, "a getter with parameters")
        if method and "set" in tokens and len(bound) != 1:
            self.refuse(node, "a setter needs one parameter")
        if node.type.endswith("_declaration") and name is not None:
            plain = node.type == "function_declaration" and "async" not in tokens
            self.declare_function(name, place, plain=plain)
        inner = Place(
            Names(place.names, function=True, parameters=frozenset(names)),
            strict=strict,
            function=True,
            method=method or (arrow and place.method),
            is_async="async" in tokens,
            generator="*" in tokens,
        )
        children: list[tuple[Node, Place]] = []
        for child in node.children:
            if child == body and body.type == "statement_block":
                children.extend((grandchild, inner) for grandchild in body.children)
            elif child == name:
                children.append((child, replace(place, strict=strict, pattern=False)))
            else:
                children.append((child, replace(inner, pattern=False)))
        return children

    def arrow(self, node: Node, body: Node | None) -> None:
        sign = next(child for child in node.children if child.type == "=>")
        before = sign.prev_sibling
        if before is not None and before.end_point.row < sign.start_point.row:
            self.refuse(node, "a line end before =>")
        if body is not None and body.type != "statement_block":  # noqa: SIM102
            if self.syntax.data[body.start_byte : body.start_byte + 1] == b"{":
                self.refuse(node, "a block used as a value")
        if node.parent is not None and node.parent.type in _NOT_AFTER_ARROW:
            self.refuse(node, "an arrow function without parentheses")

    def commas(self, node: Node) -> None:
        """No empty places between commas."""
        previous = ""
        for child in node.children:
            if child.type in COMMENTS:
                continue
            if child.type == "," and previous in (",", "(", "{"):
                self.refuse(child, "a comma too many")
            previous = child.type

    def visit(self, node: Node, place: Place) -> list[tuple[Node, Place]]:
        handler = getattr(self, f"_{node.type}", None) if node.is_named else None
        if handler is not None:
            place = handler(node, place) or place
        if node.type in LOOPS:
            place = replace(place, loop=True, names=Names(place.names))
            self.single(node.child_by_field_name("body"))
            if node.type == "for_in_statement":
                self.for_in(node, place)
        elif node.type in ("if_statement", "else_clause"):
            for child in named(node)[-2 if node.type == "if_statement" else -1 :]:
                self.single(child, function_too=place.strict)
        return [(child, place) for child in node.named_children if child.type not in _INERT]

    def single(self, body: Node | None, *, function_too: bool = True) -> None:
        """A body that is one statement must not be a declaration."""
        if body is not None and (
            body.type in ("lexical_declaration", "class_declaration")
            or body.type == "generator_function_declaration"
            or (function_too and body.type == "function_declaration")
        ):
            self.refuse(body, "a declaration where a statement is needed")

    # One method per kind of node that has rules; each may give the place of its children.

    def _expression_statement(self, node: Node, place: Place) -> None:
        if _STATEMENT_START.match(self.syntax.data, node.start_byte):
            self.refuse(node, "a block used as a value")

    def _throw_statement(self, node: Node, place: Place) -> None:
        if named(node)[0].start_point.row > node.start_point.row:
            self.refuse(node, "a line end after throw")

    def _arguments(self, node: Node, place: Place) -> None:
        self.commas(node)

    _object_pattern = _arguments
    _formal_parameters = _arguments

    def _property_identifier(self, node: Node, place: Place) -> None:
        if not self.text(node).replace("$", "a").replace(self.mark, "a").isidentifier():
            self.refuse(node, "an odd name")

    def _number(self, node: Node, place: Place) -> None:
        text = self.text(node)
        after = self.syntax.data[node.end_byte : node.end_byte + 1]
        if not _NUMBER.fullmatch(text) or _WORD.match(after):
            self.refuse(node, "a number")
        if place.strict and re.match(r"0[0-9]", text):
            self.refuse(node, "an octal number in strict mode")

    def _string(self, node: Node, place: Place) -> None:
        if not string_is_valid(self.text(node)[1:-1], strict=place.strict):
            self.refuse(node, "a string")

    def _template_string(self, node: Node, place: Place) -> None:
        for child in node.children:
            if child.type == "escape_sequence" and not string_is_valid(
                self.text(child), strict=True
            ):
                self.refuse(node, "an escape in a template")

    def _regex(self, node: Node, place: Place) -> None:
        if not regex_is_plain(self.text(node)):
            self.refuse(node, "a regular expression that is not understood")

    def _html_comment(self, node: Node, place: Place) -> None:
        line = self.syntax.data.rfind(b"\n", 0, node.start_byte) + 1
        before = self.syntax.data[line : node.start_byte]
        if not self.text(node).startswith("<!--") and before.strip():
            self.refuse(node, "-->")

    def _object(self, node: Node, place: Place) -> None:
        self.commas(node)
        prototypes = 0
        for child in named(node):
            if child.type == "object_assignment_pattern":
                self.refuse(child, "a default value in an object")
            if child.type == "pair" and self.text(named(child)[0]).strip("'\"") == "__proto__":
                prototypes += 1
        if prototypes > 1:
            self.refuse(node, "__proto__ twice")

    def _rest_pattern(self, node: Node, place: Place) -> None:
        sibling = node.next_sibling
        while sibling is not None and sibling.type in COMMENTS:
            sibling = sibling.next_sibling
        if sibling is not None and (sibling.is_named or sibling.type == ","):
            self.refuse(node, "something after a rest element")

    def _assignment_expression(self, node: Node, place: Place) -> None:
        self.target(named(node)[0], place)

    def _augmented_assignment_expression(self, node: Node, place: Place) -> None:
        self.target(named(node)[0], place, pattern=False)

    def _update_expression(self, node: Node, place: Place) -> None:
        self.target(named(node)[0], place, pattern=False)

    def _call_expression(self, node: Node, place: Place) -> None:
        arguments = node.child_by_field_name("arguments")
        if arguments is not None and arguments.type == "template_string" and self.optional(node):
            self.refuse(node, "a template on an optional chain")

    def _new_expression(self, node: Node, place: Place) -> None:
        if self.optional(node.child_by_field_name("constructor")):
            self.refuse(node, "new on an optional chain")

    def _unary_expression(self, node: Node, place: Place) -> None:
        argument = node.child_by_field_name("argument")
        if place.strict and node.children[0].type == "delete" and argument is not None:  # noqa: SIM102
            if bare(argument).type in ("identifier", "undefined"):
                self.refuse(node, "delete of a variable in strict mode")

    def _binary_expression(self, node: Node, place: Place) -> None:
        operator = node.child_by_field_name("operator")
        kind = operator.type if operator is not None else ""
        left = node.child_by_field_name("left")
        if kind == "**" and left is not None:  # noqa: SIM102
            if left.type in ("unary_expression", "await_expression"):
                self.refuse(node, "a sign before **")
        if kind in ("??", "||", "&&"):
            for side in (left, node.child_by_field_name("right")):
                inner = (
                    side
                    and side.type == "binary_expression"
                    and (side.child_by_field_name("operator"))
                )
                if inner and "??" in (kind, inner.type) and kind != inner.type:  # noqa: SIM102
                    if {kind, inner.type} & {"||", "&&"}:
                        self.refuse(node, "?? beside || or && without parentheses")

    def _labeled_statement(self, node: Node, place: Place) -> Place:
        label = self.text(named(node)[0])
        self.single(named(node)[-1])
        if label in place.labels or label in RESERVED or (place.strict and label in STRICT):
            self.refuse(node, "a label")
        return replace(place, labels=place.labels | {label})

    def _break_statement(self, node: Node, place: Place) -> None:
        label = named(node)
        if label and self.text(label[0]) not in place.labels:
            self.refuse(node, "break to an unknown label")
        if not label and not place.loop and not place.switch:
            self.refuse(node, "break outside a loop")

    def _continue_statement(self, node: Node, place: Place) -> None:
        label = named(node)
        if not place.loop or (label and self.text(label[0]) not in place.labels):
            self.refuse(node, "continue outside a loop")

    def _return_statement(self, node: Node, place: Place) -> None:
        if not place.function:
            self.refuse(node, "return outside a function")

    def _await_expression(self, node: Node, place: Place) -> None:
        if not place.is_async:
            self.refuse(node, "await outside an async function")

    def _yield_expression(self, node: Node, place: Place) -> None:
        if not place.generator:
            self.refuse(node, "yield outside a generator")

    def _super(self, node: Node, place: Place) -> None:
        if not place.method:
            self.refuse(node, "super outside a method")

    def _meta_property(self, node: Node, place: Place) -> None:
        if not place.function or self.text(node) != "new.target":
            self.refuse(node, "a meta property")
