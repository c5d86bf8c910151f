"""Following a script's statements."""

from tree_sitter import Node

from selfhost.readers.javascript_declarations import Declarations, Leave, Outcome
from selfhost.readers.javascript_heap import GiveUp, Stop
from selfhost.readers.javascript_nodes import is_strict, named, pattern_names
from selfhost.readers.javascript_operators import reason, strictly_equal, to_bool
from selfhost.readers.javascript_values import UNDEFINED, Scope, Slot, Unk, Value


class Statements(Declarations):
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
                    self.bind(left, item, self.assign_name)
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
