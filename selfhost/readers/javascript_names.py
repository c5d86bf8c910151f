"""Following a script's names: what one stands for, and what is put into it."""

from collections.abc import Callable

from tree_sitter import Node

from selfhost.readers import javascript_host as host
from selfhost.readers.grammar import Syntax
from selfhost.readers.javascript_heap import MAX_DEPTH, MAX_STEPS, GiveUp, Heap, Stop
from selfhost.readers.javascript_operators import (
    reason,
    to_text,
)
from selfhost.readers.javascript_ssi import REASON as SSI
from selfhost.readers.javascript_values import (
    UNDEFINED,
    VISITOR,
    Arr,
    Obj,
    Scope,
    Slot,
    Unk,
    Value,
)
from selfhost.readers.tree import Origin


class Names(Heap):
    """``evaluate`` gives a node's value and does what it does, by the method for its kind in this
    class or one that builds on it: members, operations, assignments, expressions, builtins, calls,
    declarations, statements."""

    syntax: Syntax
    mark: str
    rows: tuple[int, ...]
    path: str
    source: int
    scope: Scope
    strict: bool
    this: Value

    also: frozenset[str]
    later: frozenset[str]
    """Names that a later script declares."""

    # Texts and places.

    def at(self, node: Node) -> Origin:
        return Origin(self.path, self.rows[node.start_point.row])

    def text(self, node: Node) -> str:
        return self.syntax.text(node)

    def step(self, node: Node) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise GiveUp("too much to follow", self.at(node))
        if self.depth > MAX_DEPTH:
            raise GiveUp("nested too deeply", self.at(node))

    def evaluate(self, node: Node) -> Value:
        handler: Callable[[Node], Value] | None = getattr(self, f"x_{node.type}", None)
        self.depth += 1
        try:
            self.step(node)
            if handler is None:
                raise GiveUp(f"holds a {node.type.replace('_', ' ')}", self.at(node))
            return handler(node)
        finally:
            self.depth -= 1

    def coerce(self, value: Value) -> None:
        """An object becomes a primitive value, which may run code of the script."""
        if isinstance(value, Obj) and value is not self.window:
            odd = value.rest is not None or value.strange
            if odd or not value.slots.keys().isdisjoint(("toString", "valueOf", "toJSON")):
                self.escape(value)
                self.may_throw(self.origin, "an object is turned into a text")
                self.unknown_code("an object turned into a text")
        elif isinstance(value, Arr) and to_text(value) is None:
            for slot in value.items if value.opaque is None else ():
                if isinstance(slot.value, Obj):
                    self.coerce(slot.value)
            if value.opaque is not None:
                self.unknown_code(value.opaque)

    def key(self, value: Value) -> str | Unk:
        """A value used as a key."""
        self.coerce(value)
        text = to_text(value)
        return Unk(reason(value)) if text is None else text

    def iterate(self, value: Value, node: Node) -> None:
        """Something that is not a known list is gone through."""
        if isinstance(value, str | Arr) or (isinstance(value, Unk) and value.kind == "string"):
            return
        self.may_throw(self.at(node), "goes through something that may be no list")
        self.escape(value)
        self.unknown_code(reason(value))

    # Names.

    def lookup(self, name: str) -> tuple[Scope | Obj, Slot] | None:
        scope: Scope | None = self.scope
        while scope is not None:
            slot = scope.slots.get(name)
            if slot is not None:
                return scope, slot
            scope = scope.parent
        slot = self.window.slots.get(name)
        return (self.window, slot) if slot is not None else None

    def x_identifier(self, node: Node) -> Value:
        return self.read(node)

    x_undefined = x_identifier

    def read(self, node: Node) -> Value:
        name = self.text(node)
        if self.mark in name:
            return Unk(SSI)
        found = self.lookup(name)
        if found is not None:
            table, slot = found
            if slot.dead:
                raise Stop(f"{name} is used before it is set", self.at(node))
            return self.value_of(table, name, slot)
        value = self.browser_name(name)
        if value is None:
            if name in self.also:
                return Unk("set by another script", foreign=True)
            if self.window.rest is not None or name in self.later:
                self.may_throw(self.at(node), f"{name} may not exist")
                return Unk("set by another script", foreign=True)
            raise Stop(f"{name} is not defined", self.at(node))
        return value

    def value_of(self, table: Scope | Obj, name: str, slot: Slot) -> Value:
        """What a variable or property gives that was found in ``table``."""
        if table is self.window and name in host.SPECIAL:
            return self.special(name)
        if slot.accessor:
            self.unknown_code("computed by a getter")
            return Unk("computed by a getter")
        if slot.within is not None and slot.within[0] == self.moment:
            return slot.within[1]
        return slot.value

    def browser_name(self, name: str) -> Value:
        """A name that the page's scripts did not declare; ``None``: no such name."""
        if name == "undefined":
            return UNDEFINED
        if name in ("NaN", "Infinity"):
            return float(name.lower().replace("infinity", "inf"))
        if name in host.SELF:
            return self.window
        if name == "arguments":
            return Unk("the arguments of a function", "object") if self.depth else None
        return host.name(name)

    def special(self, name: str) -> Value:
        value = host.name(name)
        return self.window if name in host.SELF else value if value is not None else Unk(VISITOR)

    def x_this(self, node: Node) -> Value:
        return self.this

    def x_super(self, node: Node) -> Value:
        return Unk("a class", foreign=True)

    x_meta_property = x_super

    def assign_name(self, name: str, value: Value, node: Node) -> None:
        self.origin = self.at(node)
        if self.mark in name:
            raise GiveUp(SSI, self.at(node))
        found = self.lookup(name)
        if name in ("undefined", "NaN", "Infinity") and (found is None or found[0] is self.window):
            if self.strict:
                raise Stop(f"{name} cannot be set", self.at(node))
            return
        if found is None:
            if self.strict and not (name in host.SPECIAL or name in self.also):
                raise Stop(f"{name} is not defined", self.at(node))
            self.write(self.window, name, value)
            if name in host.SPECIAL:
                self.escape(value)
            return
        table, slot = found
        if slot.dead:
            raise Stop(f"{name} is used before it is set", self.at(node))
        if slot.constant:
            raise Stop(f"{name} is a constant", self.at(node))
        self.write(table, name, value)
