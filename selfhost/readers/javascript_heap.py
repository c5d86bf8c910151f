"""What a script has built so far, and how far that is certain.

A *moment* names the uncertain stretch of the program that is being followed: a branch, a loop, a
function that may or may not be called, or what comes after a statement that may throw. A change to
something made in another moment than the present one may or may not happen, so its value becomes
unknown. What goes where it cannot be followed has *escaped*: from then on, unknown code may change
it.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from selfhost.readers.javascript_values import (
    UNDEFINED,
    VISITOR,
    Arr,
    Func,
    Kind,
    Method,
    Moment,
    Obj,
    Scope,
    Slot,
    Unk,
    Value,
)
from selfhost.readers.tree import Origin, Problem

MAX_STEPS = 150_000
_MAX_LOOSE = 40
_MAX_ESCAPED = 3000
MAX_DEPTH = 90
_MAX_OVERRIDES = 40
_MAX_PROBLEMS = 50
_ROUNDS = 6


class Stop(Exception):  # noqa: N818
    """The script throws here."""

    def __init__(self, message: str, origin: Origin) -> None:
        super().__init__(message)
        self.message = message
        self.origin = origin


class GiveUp(Exception):  # noqa: N818
    """Following the script further is not possible: nothing of it is known."""

    def __init__(self, reason: str, origin: Origin) -> None:
        super().__init__(reason)
        self.reason = reason
        self.origin = origin


class Heap:
    """Scopes and objects of one run."""

    def __init__(self) -> None:
        self._moments = itertools.count(1)
        self._flow = 0
        self._thrown = 0
        self._why_flow = self._why_thrown = ""
        self.window = Obj((0, 0))
        self.globals = Scope((0, 0), function=True)
        self.problems: list[Problem] = []
        self.escaped: list[Obj | Arr] = []
        self.loose: list[Func] = []
        self.all_unknown: str | None = None
        self.caught = 0
        self.steps = 0
        self.depth = 0
        self.origin = Origin("")
        self.variable = ""
        self.assumed: Obj | None = None  # what the scripts add to, where that was not given
        self._oldest_change = 1 << 62
        self._running = False

    # Certainty.

    @property
    def moment(self) -> Moment:
        return self._flow, self._thrown

    def why(self) -> str:
        """Why what happens now may not happen."""
        return self._why_flow or self._why_thrown or VISITOR

    def flow_enter(self, why: str) -> None:
        self._flow = next(self._moments)
        self._why_flow = why

    @contextmanager
    def flow_kept(self) -> Iterator[None]:
        """Restores, afterwards, the certainty as it was, save for what may have thrown."""
        saved = self._flow, self._why_flow
        try:
            yield
        finally:
            self._flow, self._why_flow = saved

    @contextmanager
    def uncertain(self, why: str) -> Iterator[None]:
        """What happens inside may or may not happen. A certain throw inside ends it."""
        with self.flow_kept():
            self.flow_enter(why)
            try:
                yield
            except Stop as stop:
                self.may_throw(stop.origin, stop.message)

    @contextmanager
    def throws_kept(self) -> Iterator[Callable[[], bool]]:
        """Inside, throws are caught. Gives a function: whether something may have thrown."""
        saved = self._thrown, self._why_thrown
        self.caught += 1
        try:
            yield lambda: self._thrown != saved[0]
        finally:
            self.caught -= 1
            self._thrown, self._why_thrown = saved

    def may_throw(self, origin: Origin, what: str) -> None:
        """From here on nothing is certain to be reached."""
        self._thrown = next(self._moments)
        if not self._why_thrown:
            self._why_thrown = f"the script may stop before it (line {origin.line})"
        if not self.caught:
            self.report(origin, f"{what}: the script may stop here")

    def report(self, origin: Origin, message: str, *, fatal: bool = False) -> None:
        problem = Problem(origin, message, fatal)
        if problem not in self.problems and (fatal or len(self.problems) < _MAX_PROBLEMS):
            self.problems.append(problem)

    def repeat(self, why: str, body: Callable[[], object]) -> None:
        """``body`` may happen any number of times, also none."""
        first = Scope((0, 0)).serial
        for _ in range(_ROUNDS):
            outer, self._oldest_change = self._oldest_change, 1 << 62
            with self.uncertain(why):
                body()
            if self.all_unknown is not None:
                return
            changed = self._oldest_change
            self._oldest_change = min(outer, changed)
            if changed >= first:
                return
        self.everything_unknown(why)

    def changed(self, serial: int) -> None:
        self._oldest_change = min(self._oldest_change, serial)

    def spend(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise GiveUp("too much to follow", self.origin)

    # Writing.

    def write(
        self, table: Scope | Obj, key: str, value: Value, *, certain: bool | None = None
    ) -> None:
        """Sets a variable or property, at the present origin."""
        old = table.slots.get(key)
        overrides: tuple[Origin, ...] = ()
        if old is not None and not old.dead and old.value is not UNDEFINED:
            overrides = (*old.overrides[-_MAX_OVERRIDES:], old.origin)
        plain = True
        if isinstance(table, Obj) and (table.strange or (old is not None and old.accessor)):
            certain = plain = False
        if certain is None:
            certain = table.moment == self.moment
        if isinstance(table, Obj) and table.escaped:
            self.escape(value)
        if not certain and self._comes_to_be(table, key, old):
            certain = True
        within = (self.moment, value) if plain and isinstance(value, bool | float | str) else None
        if not certain and old is None and isinstance(value, Obj) and _lacks(table):
            # A condition that gives an object its section where there is none yet.
            value = self.section_with(value, table)
        elif not certain:
            kind: Kind = "any"
            if old is not None and plain and table.moment != self.moment:
                kind = _common(old.value, value)
            if old is None or not (isinstance(old.value, Unk) and old.value.kind == kind):
                self.changed(table.serial)
            self.escape(value)
            if old is not None:
                self.escape(old.value)
            why = self.why() if table.moment != self.moment else "not a plain property"
            value = Unk(why, kind)
        slot = Slot(value, self.origin, overrides, within=None if certain else within)
        if old is not None:
            slot.constant = old.constant
            slot.accessor = old.accessor and not certain
        table.slots[key] = slot

    def _comes_to_be(self, table: Scope | Obj, key: str, old: Slot | None) -> bool:
        """Whether this is where the variable first gets a value, and only a throw before could
        keep it from that: then it has none, and the client does not start."""
        return (
            (table is self.globals or table is self.window)
            and key == self.variable
            and (old is None or old.value is UNDEFINED)
            and table.moment[0] == self.moment[0]
            and not self.caught
        )

    def section_with(self, found: Obj, above: Obj | Scope) -> Obj:
        """A section that was not given, into which ``found`` may have been put."""
        assert isinstance(above, Obj)  # noqa: S101
        self.escape(found)
        section = Obj(above.moment, rest=above.rest, assumed=True)
        for key, slot in found.slots.items():
            section.slots[key] = Slot(Unk(self.why()), slot.origin)
        return section

    def remove(self, obj: Obj, key: str) -> None:
        if key not in obj.slots:
            return
        if obj.moment == self.moment and not obj.strange:
            del obj.slots[key]
        else:
            self.write(obj, key, Unk(self.why()), certain=False)

    def write_item(self, array: Arr, index: int, value: Value) -> None:
        if array.escaped:
            self.escape(value)
        if array.opaque is not None or array.moment != self.moment or index > len(array.items):
            self.escape(value)
            self.blur(array, self.why() if array.moment != self.moment else "a changed list")
            return
        slot = Slot(value, self.origin)
        if index == len(array.items):
            array.items.append(slot)
        else:
            array.items[index] = slot

    def blur(self, thing: Obj | Arr, why: str) -> None:
        """Every key or item of it may have changed."""
        self.spend(1 + len(thing.slots) // 4)
        if isinstance(thing, Arr):
            if thing.opaque is None:
                self.changed(thing.serial)
                thing.opaque = why
                for slot in thing.items:
                    self.escape(slot.value)
            return
        if thing.rest is None:
            self.changed(thing.serial)
            thing.rest = why
        self.blur_slots(thing, why)

    def blur_slots(self, table: Obj | Scope, why: str) -> None:
        for slot in table.slots.values():
            slot.within = None
            if not (isinstance(slot.value, Unk) and slot.value.kind == "any"):
                self.changed(table.serial)
                self.escape(slot.value)
                slot.value = Unk(why)

    # Escaping.

    def escape(self, value: Value) -> None:
        """``value``, and all it leads to, may be reached by code that is not followed."""
        stack = [value]
        while stack:
            thing = stack.pop()
            if isinstance(thing, Method):
                stack.append(thing.receiver)
            elif isinstance(thing, Func):
                if not thing.escaped:
                    thing.escaped = True
                    self.changed(thing.serial)
                    self.loose.append(thing)
                    stack.append(thing.this)
            elif isinstance(thing, Obj | Arr) and not thing.escaped and thing is not self.window:
                thing.escaped = True
                self.changed(thing.serial)
                self.escaped.append(thing)
                slots = thing.items if isinstance(thing, Arr) else thing.slots.values()
                stack.extend(slot.value for slot in slots)

    def unknown_code(self, why: str, *, foreign: bool = False) -> None:
        """Code that is not followed runs: all that escaped may change, loose functions may run."""
        if foreign:
            for table in (self.window, self.globals):
                for slot in table.slots.values():
                    slot.within = None
                    self.escape(slot.value)
                    if not isinstance(slot.value, Obj | Arr | Func):
                        self.changed(table.serial)
                        slot.value = Unk(why, foreign=True)
        if self.all_unknown is not None:
            return
        if len(self.loose) > _MAX_LOOSE or len(self.escaped) > _MAX_ESCAPED:
            self.everything_unknown("too much code may run at any time")
            return
        for thing in tuple(self.escaped):
            self.blur(thing, why)
        if self._running or not self.loose:
            return
        self._running = True
        try:
            self.repeat(why, self._run_loose)
        finally:
            self._running = False
        for thing in tuple(self.escaped):
            self.blur(thing, why)

    def _run_loose(self) -> None:
        for function in tuple(self.loose):
            if self.all_unknown is not None:
                return
            with self.uncertain(self._why_flow):
                self.run(function)

    def run(self, function: Func) -> None:
        """Runs a function of the script with unknown arguments."""
        raise NotImplementedError

    def everything_unknown(self, why: str) -> None:
        """Anything may have any value, now and after the script."""
        if self.all_unknown is None:
            self.all_unknown = f"{why} (line {self.origin.line})"
            self.report(self.origin, f"{why}: no value is certain")


def _lacks(table: Obj | Scope) -> bool:
    """Whether it stands for an object that was not given."""
    return isinstance(table, Obj) and table.assumed and table.rest is not None


def _common(one: Value, other: Value) -> Kind:
    """What is known of the type of a variable that holds one of the two."""
    kinds = {_kind(one), _kind(other)}
    return kinds.pop() if len(kinds) == 1 else "any"


def _kind(value: Value) -> Kind:
    if isinstance(value, Unk):
        return "any" if value.foreign else value.kind
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, int | float) else "any"
