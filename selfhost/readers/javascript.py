"""``config.js`` and ``interface_config.js``: what a browser would have after running them.

Nothing is executed. The scripts are followed statement by statement; what depends on the visitor,
on a server-side include or on anything else that the text does not settle is ``Unknown``.
"""

from collections.abc import Collection, Sequence

import tree_sitter_javascript
from tree_sitter import Language

from selfhost.readers.grammar import GrammarError, Syntax
from selfhost.readers.javascript_early import check
from selfhost.readers.javascript_heap import GiveUp, Stop
from selfhost.readers.javascript_literals import join_surrogates
from selfhost.readers.javascript_ssi import REASON as SSI
from selfhost.readers.javascript_ssi import Stripped, strip
from selfhost.readers.javascript_statements import Statements
from selfhost.readers.javascript_values import (
    UNDEFINED,
    VISITOR,
    Arr,
    Func,
    Host,
    Method,
    Obj,
    Slot,
    Unk,
)
from selfhost.readers.tree import Function, Node, Origin, Problem, Source, Tree, Unknown, Value

_LANGUAGE = Language(tree_sitter_javascript.language())
_MAX_NODES = 100_000
_MAX_DEPTH = 60


def read_client_config(
    sources: Sequence[Source],
    *,
    variable: str = "config",
    also: Collection[str] = (),
    beneath: str = "",
) -> Tree:
    """The value of the global ``variable`` after the scripts ran in this order.

    ``also``: globals that other scripts of the page set before these; their values are unknown.
    Without it, reading a name that no browser and none of the scripts sets is where the browser
    stops, as Jitsi Meet loads ``config.js`` first.

    ``beneath``: why what these scripts are appended to is not known; the variable is there from
    the start, and may hold anything that they do not set.

    A script that a browser refuses gives an ``Unknown`` root and a fatal problem. One that throws
    gives a fatal problem and what was set before. ``undefined`` counts as absent.
    """
    paths = [source.path for source in sources]
    reading = _Reading(variable, frozenset(also))
    if beneath and paths:
        reading.assume(beneath, Origin(paths[0]))
    try:
        return reading.follow(sources)
    except GiveUp as error:
        problem = Problem(error.origin, f"the script {error.reason}", fatal=True)
        if not error.reason.startswith("holds"):
            problem = Problem(error.origin, error.reason, fatal=True)
        return _nothing(error.reason, error.origin, (*reading.problems, problem))
    except RecursionError:
        origin = Origin(paths[-1] if paths else "")
        problem = Problem(origin, "nested too deeply", fatal=True)
        return _nothing("nested too deeply", origin, (problem,))


def _nothing(reason: str, origin: Origin, problems: tuple[Problem, ...]) -> Tree:
    return Tree(Node(Unknown(reason), origin), problems)


class _Reading(Statements):
    rows: tuple[int, ...] = ()
    path = ""

    def __init__(self, variable: str, also: frozenset[str]) -> None:
        super().__init__()
        self.variable = variable
        self.also = also
        self._count = 0

    def assume(self, beneath: str, origin: Origin) -> None:
        """The variable holds an object that was not given."""
        self.assumed = Obj((0, 0), rest=beneath, assumed=True)
        self.globals.slots[self.variable] = Slot(self.assumed, origin)

    def follow(self, sources: Sequence[Source]) -> Tree:
        parsed: list[tuple[Source, Stripped, Syntax]] = []
        declared: list[frozenset[str]] = []
        lexical: set[str] = set()
        for source in sources:
            stripped = strip(source.text.removeprefix("\ufeff"))
            if stripped.blocks:
                raise GiveUp(SSI, Origin(source.path, stripped.blocks[0]))
            try:
                syntax = Syntax(_LANGUAGE, stripped.text)
                names = check(syntax, stripped.mark)
            except GrammarError as error:
                line = stripped.rows[error.row] if 0 <= error.row < len(stripped.rows) else 0
                raise GiveUp(error.reason, Origin(source.path, line)) from None
            every = frozenset(names.lexical | names.variables | names.functions)
            twice = (names.lexical & frozenset().union(*declared)) | (lexical & every)
            if twice:
                raise GiveUp(f"does not parse: {min(twice)} is declared twice", Origin(source.path))
            lexical |= names.lexical
            declared.append(every)
            parsed.append((source, stripped, syntax))
        for index, (source, stripped, syntax) in enumerate(parsed):
            self.source, self.path = index, source.path
            self.syntax, self.mark, self.rows = syntax, stripped.mark, stripped.rows
            self.later = frozenset().union(*declared[index + 1 :])
            self.origin = Origin(source.path)
            try:
                self.run_script()
                self._finish_loose()
            except Stop as stop:
                self.report(stop.origin, f"{stop.message}: the script stops here", fatal=True)
                self.caught = 1  # reported already
                self._finish_loose()
                self.may_throw(stop.origin, stop.message)
                self.caught = 0
        return self._tree()

    def _finish_loose(self) -> None:
        """Timers and event handlers of the script may run once it is done."""
        if self.loose:
            self.unknown_code("may be changed by code that runs later")

    # The result.

    def _tree(self) -> Tree:
        slot = self.globals.slots.get(self.variable) or self.window.slots.get(self.variable)
        problems = tuple(self.problems)
        if slot is None or slot.dead or slot.value is UNDEFINED:
            origin = slot.origin if slot is not None else Origin(self.path if self.rows else "")
            return _nothing(self.all_unknown or f"{self.variable} is never set", origin, problems)
        if isinstance(slot.value, Unk):
            return Tree(Node(Unknown(slot.value.reason), slot.origin, slot.overrides), problems)
        if not isinstance(slot.value, Obj):
            return _nothing(f"{self.variable} is not an object", slot.origin, problems)
        node = self._export(slot, (), 0)
        return Tree(node, problems)

    def _export(self, slot: Slot, above: tuple[object, ...], depth: int) -> Node:
        self._count += 1
        if self._count > _MAX_NODES:
            raise GiveUp("too large", slot.origin)
        value = slot.value
        rest: Unknown | None = None
        result: Value
        if self.all_unknown and depth:
            result = Unknown(self.all_unknown)
        elif slot.accessor:
            result = Function()
        elif isinstance(value, Obj | Arr) and (value in above or depth > _MAX_DEPTH):
            result = Unknown("holds itself" if value in above else "nested too deeply")
        elif isinstance(value, Obj):
            if value is self.window:
                result = Unknown(VISITOR)
            else:
                inside = (*above, value)
                result = {
                    key: self._export(child, inside, depth + 1)
                    for key, child in value.slots.items()
                    if child.value is not UNDEFINED and join_surrogates(key) is not None
                }
                why = value.rest or self.all_unknown
                rest = Unknown(why) if why else None
        elif isinstance(value, Arr):
            result = self._list(value, above, depth)
        elif isinstance(value, Func | Method):
            result = Function()
        elif isinstance(value, Host):
            result = Unknown(VISITOR)
        elif isinstance(value, Unk):
            result = Unknown(value.reason)
        elif value is UNDEFINED:
            result = None
        elif isinstance(value, float):
            result = int(value) if value.is_integer() and abs(value) <= 2**53 else value
        elif isinstance(value, str) and join_surrogates(value) is None:
            result = Unknown("half of a character")
        else:
            assert value is None or isinstance(value, bool | str)  # noqa: S101
            result = value
        return Node(result, slot.origin, slot.overrides, rest)

    def _list(self, array: Arr, above: tuple[object, ...], depth: int) -> Value:
        if array.opaque is not None:
            return Unknown(array.opaque)
        return tuple(self._export(item, (*above, array), depth + 1) for item in array.items)
