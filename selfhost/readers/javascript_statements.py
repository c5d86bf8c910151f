"""Following a script's statements."""

from dataclasses import dataclass

from tree_sitter import Node

from selfhost.readers import javascript_host as host
from selfhost.readers.grammar import words
from selfhost.readers.javascript_calls import Calls
from selfhost.readers.javascript_early import FUNCTIONS, is_strict, named, pattern_names
from selfhost.readers.javascript_heap import GiveUp, Stop
from selfhost.readers.javascript_operators import reason, strictly_equal, to_bool
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


class Statements(Calls):
    _labels = 0

    def run_script(self) -> None:
        """Runs the present source's top level."""
        root = self.syntax.root
        self.scope = self.globals
        self.this = self.window
        self.strict = is_strict(self.syntax, root)
        self.depth = 0
        self.hoist(root, self.window)
        self.declare(root, self.globals, functions_to=self.window)
        self.sequence(named(root))

    def run_body(self, body: Node) -> Value:
        self.hoist(body, self.scope)
        self.declare(body, self.scope, functions_to=self.scope)
        outcome = self.sequence(named(body))
        if outcome is None:
            return UNDEFINED
        return Unk("returned under a condition") if outcome.maybe else outcome.value

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
        slot.origin = self.at(node)

    # Running.

    def sequence(self, nodes: list[Node]) -> Outcome:
        """Statements in order; after one that may leave, the rest is uncertain."""
        kinds: frozenset[str] = frozenset()
        with self.flow_kept():
            for node in nodes:
                outcome = self.execute(node)
                if outcome is None:
                    continue
                if not outcome.maybe and not kinds:
                    return outcome
                kinds |= self.maybe(outcome)
                if not outcome.maybe:
                    break
                self.flow_enter(f"the code may be left before it (line {self.at(node).line})")
        return Leave(kinds, maybe=True) if kinds else None

    def execute(self, node: Node) -> Outcome:
        handler = getattr(self, f"s_{node.type}", None)
        self.depth += 1
        try:
            self.step(node)
            if handler is None:
                raise GiveUp(f"holds a {node.type.replace('_', ' ')}", self.at(node))
            outcome: Outcome = handler(node)
            return outcome
        finally:
            self.depth -= 1

    def maybe(self, outcome: Outcome) -> frozenset[str]:
        """The jumps of something that ran uncertainly."""
        if outcome is None:
            return frozenset()
        self.escape(outcome.value)
        return outcome.kinds

    def s_expression_statement(self, node: Node) -> Outcome:
        for child in named(node):
            self.evaluate(child)
            if child.type == "identifier" and self.mark in self.text(child):
                raise GiveUp("depends on a server-side include", self.at(node))
        return None

    def s_empty_statement(self, node: Node) -> Outcome:
        return None

    s_debugger_statement = s_empty_statement

    def s_variable_declaration(self, node: Node) -> Outcome:
        for declarator in named(node):
            value = declarator.child_by_field_name("value")
            if value is not None:
                target = named(declarator)[0]
                result = self.evaluate(value)
                self.bind(target, result, self.assign_var)
        return None

    def assign_var(self, name: str, value: Value, node: Node) -> None:
        self.assign_name(name, value, node)

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

    def s_statement_block(self, node: Node) -> Outcome:
        saved = self.scope
        self.scope = Scope(self.moment, parent=saved)
        try:
            self.declare(node, self.scope, functions_to=self.scope)
            return self.sequence(named(node))
        finally:
            self.scope = saved

    def s_if_statement(self, node: Node) -> Outcome:
        kinds: frozenset[str] = frozenset()
        unsure = False
        with self.flow_kept():
            while True:
                condition = node.child_by_field_name("condition")
                then = node.child_by_field_name("consequence")
                otherwise = node.child_by_field_name("alternative")
                assert condition is not None  # noqa: S101 (the grammar says so)
                assert then is not None  # noqa: S101
                self.step(node)
                value = self.evaluate(condition)
                truth = to_bool(value)
                why = f"set under a condition (line {self.at(node).line}): {reason(value)}"
                if truth is True:
                    return self.joined(kinds, then, unsure=unsure)
                if truth is None:
                    unsure = True
                    with self.uncertain(why):
                        kinds |= self.maybe(self.execute(then))
                    self.flow_enter(why)
                if otherwise is None:
                    break
                inner = named(otherwise)[0]
                if inner.type != "if_statement":
                    return self.joined(kinds, inner, unsure=unsure)
                node = inner
        return Leave(kinds, maybe=True) if kinds else None

    def joined(self, kinds: frozenset[str], body: Node, *, unsure: bool) -> Outcome:
        """The last branch, after others that may have been taken instead."""
        if not unsure:
            return self.execute(body)
        with self.uncertain(self.why()):
            kinds |= self.maybe(self.execute(body))
        return Leave(kinds, maybe=True) if kinds else None

    # Loops: what they set is unknown.

    def loop(self, node: Node, parts: list[Node | None]) -> Outcome:
        kinds: frozenset[str] = frozenset()

        def body() -> None:
            nonlocal kinds
            for part in parts:
                if part is None:
                    continue
                if part.type.endswith("expression") or hasattr(self, f"x_{part.type}"):
                    self.escape(self.evaluate(part))
                else:
                    kinds |= self.maybe(self.execute(part))

        self.repeat(f"set in a loop (line {self.at(node).line})", body)
        kinds -= {"break", "continue"}
        return Leave(kinds, maybe=True) if kinds else None

    def s_while_statement(self, node: Node) -> Outcome:
        return self.loop(
            node, [node.child_by_field_name("condition"), node.child_by_field_name("body")]
        )

    def s_do_statement(self, node: Node) -> Outcome:
        return self.loop(
            node, [node.child_by_field_name("body"), node.child_by_field_name("condition")]
        )

    def s_for_statement(self, node: Node) -> Outcome:
        saved = self.scope
        self.scope = Scope(self.moment, parent=saved)
        try:
            first = node.child_by_field_name("initializer")
            if first is not None and first.type == "lexical_declaration":
                for declarator in named(first):
                    for name in pattern_names(self.syntax, named(declarator)[0]):
                        self.scope.slots[name] = Slot(UNDEFINED, self.at(node), dead=True)
            if first is not None and first.type.endswith("declaration"):
                self.execute(first)
            elif first is not None and first.type != "empty_statement":
                self.evaluate(first)
            fields = ("condition", "body", "increment")
            return self.loop(node, [node.child_by_field_name(name) for name in fields])
        finally:
            self.scope = saved

    def s_for_in_statement(self, node: Node) -> Outcome:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        kind, body = node.child_by_field_name("kind"), node.child_by_field_name("body")
        operator = node.child_by_field_name("operator")
        assert left is not None  # noqa: S101 (the grammar says so)
        assert right is not None  # noqa: S101
        assert body is not None  # noqa: S101
        value = self.evaluate(right)
        self.escape(value)
        if operator is not None and operator.type == "of":
            self.iterate(value, right)
        item = Unk(f"an item of a loop (line {self.at(node).line})")
        kinds: frozenset[str] = frozenset()

        def once() -> None:
            nonlocal kinds
            saved = self.scope
            self.scope = Scope(self.moment, parent=saved)
            try:
                if kind is not None and kind.type != "var":
                    for name in pattern_names(self.syntax, left):
                        self.scope.slots[name] = Slot(UNDEFINED, self.at(left), dead=True)
                    self.bind(left, item, self.initialize)
                else:
                    self.bind(left, item, self.assign_var)
                kinds |= self.maybe(self.execute(body))
            finally:
                self.scope = saved

        self.repeat(f"set in a loop (line {self.at(node).line})", once)
        kinds -= {"break", "continue"}
        return Leave(kinds, maybe=True) if kinds else None

    def s_labeled_statement(self, node: Node) -> Outcome:
        kinds: frozenset[str] = frozenset()
        self._labels += 1
        try:
            with self.uncertain(f"set in a labelled statement (line {self.at(node).line})"):
                kinds = self.maybe(self.execute(named(node)[-1]))
        finally:
            self._labels -= 1
        kinds -= {"break"}
        if not self._labels:
            kinds -= {"jump"}
        return Leave(kinds, maybe=True) if kinds else None

    def s_break_statement(self, node: Node) -> Outcome:
        return Leave(frozenset({"jump" if named(node) else "break"}))

    def s_continue_statement(self, node: Node) -> Outcome:
        return Leave(frozenset({"jump" if named(node) else "continue"}))

    def s_return_statement(self, node: Node) -> Outcome:
        inner = named(node)
        value = self.evaluate(inner[0]) if inner else UNDEFINED
        return Leave(frozenset({"return"}), value=value)

    def s_throw_statement(self, node: Node) -> Outcome:
        self.escape(self.evaluate(named(node)[0]))
        raise Stop("an error is thrown", self.at(node))

    def s_switch_statement(self, node: Node) -> Outcome:
        subject, body = node.child_by_field_name("value"), node.child_by_field_name("body")
        assert subject is not None  # noqa: S101 (the grammar says so)
        assert body is not None  # noqa: S101
        value = self.evaluate(subject)
        cases = named(body)
        saved = self.scope
        self.scope = Scope(self.moment, parent=saved)
        try:
            for case in cases:
                self.declare(case, self.scope, functions_to=self.scope)
            start: int | None = None
            for index, case in enumerate(cases):
                test = case.child_by_field_name("value")
                if test is None:
                    continue
                equal = strictly_equal(value, self.evaluate(test))
                if equal is None:
                    return self.any_case(node, cases, reason(value))
                if equal:
                    start = index
                    break
            else:
                defaults = [i for i, case in enumerate(cases) if case.type == "switch_default"]
                start = defaults[0] if defaults else None
            if start is None:
                return None
            outcome = self.sequence([s for case in cases[start:] for s in self.case_body(case)])
        finally:
            self.scope = saved
        if outcome is None or not outcome.maybe:
            return None if outcome is not None and outcome.kinds == {"break"} else outcome
        kinds = outcome.kinds - {"break"}
        return Leave(kinds, maybe=True) if kinds else None

    def any_case(self, node: Node, cases: list[Node], why: str) -> Outcome:
        kinds: frozenset[str] = frozenset()

        def body() -> None:
            nonlocal kinds
            for case in cases:
                test = case.child_by_field_name("value")
                if test is not None:
                    self.escape(self.evaluate(test))
                with self.uncertain(self.why()):
                    kinds |= self.maybe(self.sequence(self.case_body(case)))

        self.repeat(f"set under a condition (line {self.at(node).line}): {why}", body)
        kinds -= {"break"}
        return Leave(kinds, maybe=True) if kinds else None

    def case_body(self, case: Node) -> list[Node]:
        test = case.child_by_field_name("value")
        return [child for child in named(case) if child != test]

    def s_try_statement(self, node: Node) -> Outcome:
        body, handler = node.child_by_field_name("body"), node.child_by_field_name("handler")
        final = node.child_by_field_name("finalizer")
        assert body is not None  # noqa: S101 (the grammar says so)
        stop: Stop | None = None
        outcome: Outcome = None
        with self.throws_kept() as may_have_thrown:
            try:
                outcome = self.execute(body)
            except Stop as thrown:
                stop = thrown
            maybe = may_have_thrown()
        origin = self.at(node)
        if handler is not None and stop is not None:
            stop, outcome = self.handle(handler)
        elif handler is not None and maybe:
            kinds = self.maybe(outcome)
            with self.uncertain(f"set where an error is caught (line {self.at(handler).line})"):
                failed, other = self.handle(handler)
                kinds |= self.maybe(other)
                if failed is not None:
                    self.may_throw(failed.origin, failed.message)
            outcome = Leave(kinds, maybe=True) if kinds else None
        if final is not None:
            block = named(final)[0]
            last = self.execute(block)
            if last is not None and not last.maybe:
                return last
            if last is not None:
                kinds = self.maybe(outcome) | last.kinds
                if stop is not None:
                    self.may_throw(stop.origin, stop.message)
                return Leave(kinds, maybe=True)
        if stop is not None:
            raise stop
        if handler is None and maybe:
            self.may_throw(origin, "what is tried may fail")
        return outcome

    def handle(self, handler: Node) -> tuple[Stop | None, Outcome]:
        saved = self.scope
        self.scope = Scope(self.moment, parent=saved)
        parameter = handler.child_by_field_name("parameter")
        body = handler.child_by_field_name("body")
        assert body is not None  # noqa: S101 (the grammar says so)

        def put(name: str, value: Value, at: Node) -> None:
            self.scope.slots[name] = Slot(value, self.at(at))

        try:
            if parameter is not None:
                self.bind(parameter, Unk("a caught error"), put)
            return None, self.execute(body)
        except Stop as stop:
            return stop, None
        finally:
            self.scope = saved
