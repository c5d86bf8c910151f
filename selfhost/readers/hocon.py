"""HOCON (``jvb.conf``, ``jicofo.conf``, ``jibri.conf``) to a ``Tree``.

Follows Lightbend's ``config`` library, which Jitsi's Java programs read these files with:
https://github.com/lightbend/config/blob/main/HOCON.md
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from selfhost.readers.hocon_expressions import (
    Append,
    Concatenation,
    Entry,
    Expression,
    ListLiteral,
    Literal,
    ObjectLiteral,
    Slot,
    Substitution,
)
from selfhost.readers.hocon_syntax import MIXED, Parser
from selfhost.readers.hocon_tokens import HoconError
from selfhost.readers.tree import Node, Origin, Path, Problem, Source, Tree, Unknown

MAX_NESTING = 110
MAX_STEPS = 400_000
MAX_TEXT = 8 * 1024 * 1024
_NUMBER = re.compile(r"[0-9]{1,9}")


def read_hocon(
    source: Source,
    *,
    include: Callable[[str, str], Source | None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Tree:
    """The values that the Java library would give, each with its place.

    ``include(kind, name)``: kind is ``name`` (a bare ``include "x"``), ``file``, ``url`` or
    ``classpath``. ``None`` means "not collected": what it may set is unknown, be it a key that was
    set before or one that is missing. For a file that certainly does not exist, which the library
    skips, give a ``Source`` with empty text.

    ``environment``: everything outside the file that answers a substitution (variables, and
    ``-D`` properties by their dotted name). Without it such a substitution is ``Unknown``.

    Durations and sizes stay text (``"5 seconds"``). A file that the library would refuse gives an
    ``Unknown`` root and a fatal problem.
    """
    problems: list[Problem] = []
    try:
        root = Parser(include, problems).read(source)
        node = _Evaluation(root, source.path, environment).document()
    except HoconError as error:
        problems.append(Problem(error.origin, error.message, fatal=True))
        node = Node(Unknown("could not be read as HOCON"), error.origin)
    except RecursionError:
        problems.append(Problem(Origin(source.path), "nested too deeply", fatal=True))
        node = Node(Unknown("could not be read as HOCON"), Origin(source.path))
    return Tree(node, tuple(problems))


@dataclass(frozen=True, slots=True)
class _Missing:
    """No value. ``own``: the key asked for its own earlier value, and there is none."""

    own: bool = False


@dataclass(frozen=True, slots=True)
class _List:
    items: tuple[tuple["_Value", Origin], ...]


_Value = Literal | _List | ObjectLiteral | Unknown | _Missing


class _Evaluation:
    """Lazy: a key is evaluated to its outermost shape when something asks for it.

    A key that asks for itself while it is being evaluated sees only what it was given before.
    """

    def __init__(
        self, root: ObjectLiteral, file: str, environment: Mapping[str, str] | None
    ) -> None:
        self._root = root
        self._file = file
        self._environment = environment
        self._steps = 0
        self._text = 0
        self._nesting = 0
        self._open: list[ObjectLiteral] = []  # objects whose keys are being worked out

    def document(self) -> Node:
        return self._node(self._root, Origin(self._file, 1), ())

    def _spend(self, origin: Origin, steps: int = 1, text: int = 0) -> None:
        self._steps += steps
        self._text += text
        if self._steps > MAX_STEPS or self._text > MAX_TEXT:
            raise HoconError(origin, "grows too large when its substitutions are filled in")

    # --- the finished tree

    def _node(self, value: _Value, origin: Origin, overrides: tuple[Origin, ...]) -> Node:
        self._spend(origin)
        if isinstance(value, Literal):
            return Node(value.value, origin, overrides)
        if isinstance(value, _Missing):  # callers drop these
            return Node(None, origin, overrides)
        if isinstance(value, Unknown):
            return Node(value, origin, overrides)
        self._enter(origin)
        if isinstance(value, _List):
            items = [self._node(item, place, ()) for item, place in value.items]
            node = Node(tuple(items), origin, overrides)
        else:
            self._open.append(value)
            fields = {}
            for key, slot in value.slots.items():
                found = self._whole(slot)
                if not isinstance(found, _Missing):
                    set_at, replaced = self._places(slot, found)
                    fields[key] = self._node(found, set_at, replaced)
            self._open.pop()
            unseen = value.rest.expression if value.rest else None
            rest = unseen if isinstance(unseen, Unknown) else None
            node = Node(fields, origin, overrides, rest)
        self._nesting -= 1
        return node

    def _places(self, slot: Slot, found: _Value) -> tuple[Origin, tuple[Origin, ...]]:
        """Where the value of ``slot`` was set, and the places that it replaced."""
        given = [e for i, e in enumerate(slot.entries) if i not in slot.empty]
        *earlier, winner = given
        if isinstance(winner.expression, Append) or isinstance(found, ObjectLiteral):
            return winner.origin, ()
        lost = (e.origin for e in earlier if not isinstance(e.expression, Unknown))
        return winner.origin, tuple(dict.fromkeys(lost))

    # --- shapes

    def _enter(self, origin: Origin) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise HoconError(origin, "nested too deeply, or a substitution refers to itself")

    def _whole(self, slot: Slot) -> _Value:
        return self._shape(slot, len(slot.entries))

    def _shape(self, slot: Slot, upto: int) -> _Value:
        """The value of the first ``upto`` entries: the last one, with earlier objects below it."""
        cached = slot.cache.get(upto)
        if cached is not None:
            return cached  # type: ignore[return-value]
        before = slot.busy
        layers: list[_Value] = []  # the last one first
        index = upto
        while index:
            index -= 1
            entry = slot.entries[index]
            # Inside a plain list the library finds no earlier value, only a circle.
            slot.busy = 0 if isinstance(entry.expression, ListLiteral) else index
            if isinstance(entry.expression, Append):
                found = self._appended(slot, index)
            else:
                found = self._evaluate(entry)
            if isinstance(found, _Missing):
                slot.empty.add(index)
                continue
            layers.append(found)
            if not isinstance(found, ObjectLiteral):
                break
        slot.busy = before
        result = self._merge(layers, slot.entries[upto - 1].origin) if upto else _Missing()
        slot.cache[upto] = result
        return result

    def _appended(self, slot: Slot, last: int) -> _Value:
        """A run of ``+=`` that ends with entry ``last``, behind what was there before."""
        items: list[tuple[_Value, Origin]] = []
        first = last
        for first in range(last, -1, -1):
            expression = slot.entries[first].expression
            if not isinstance(expression, Append):
                first += 1
                break
            value = self._evaluate(expression.item)
            if not isinstance(value, _Missing):
                items.append((value, slot.entries[first].origin))
        added = _List(tuple(reversed(items)))
        base = self._shape(slot, first)
        origin = slot.entries[last].origin
        return added if isinstance(base, _Missing) else self._join(base, added, origin)

    def _merge(self, layers: list[_Value], origin: Origin) -> _Value:
        """Layers (strongest first) as one value: an object keeps what objects below it add."""
        if not layers:
            return _Missing()
        if len(layers) == 1 or not isinstance(layers[0], ObjectLiteral):
            return layers[0]
        result = ObjectLiteral({})
        for layer in reversed(layers):
            if isinstance(layer, Unknown):
                result = ObjectLiteral({}, Entry(layer, origin))
            elif isinstance(layer, ObjectLiteral):
                self._spend(origin, len(result.slots) if layer.rest else 0)
                if layer.rest:
                    for key, slot in result.slots.items():
                        if key not in layer.slots:
                            slot.entries.append(layer.rest)
                for key, upper in layer.slots.items():
                    if key not in result.slots:
                        result.slots[key] = Slot([result.rest] if result.rest else [])
                    self._spend(origin, len(upper.entries))
                    result.slots[key].entries.extend(upper.entries)
                result.rest = layer.rest or result.rest
        return result

    def _evaluate(self, entry: Entry) -> _Value:
        expression: Expression = entry.expression
        self._spend(entry.origin)
        if isinstance(expression, ListLiteral):
            return self._list(expression, entry.origin)
        if isinstance(expression, Substitution):
            self._enter(entry.origin)
            found = self._substitute(expression, entry.origin)
            self._nesting -= 1
            return found
        if isinstance(expression, Concatenation):
            self._enter(entry.origin)
            found = self._concatenate(expression, entry.origin)
            self._nesting -= 1
            return found
        if isinstance(expression, Append):  # handled by _shape
            raise HoconError(entry.origin, "'+=' is not possible here")
        return expression

    def _list(self, expression: ListLiteral, origin: Origin) -> _List:
        self._enter(origin)
        found = [(self._evaluate(item), item.origin) for item in expression.items]
        self._nesting -= 1
        return _List(tuple(pair for pair in found if not isinstance(pair[0], _Missing)))

    # --- concatenation

    def _concatenate(self, expression: Concatenation, origin: Origin) -> _Value:
        result: _Value = _Missing()
        for part in expression.parts:
            value = self._evaluate(part)
            if isinstance(result, _Missing):
                result = value
            elif not isinstance(value, _Missing):
                result = self._join(result, value, origin)
        return result

    def _join(self, left: _Value, right: _Value, origin: Origin) -> _Value:
        if isinstance(left, Literal) and isinstance(right, Literal):
            text = left.text + right.text
            self._spend(origin, text=len(text))
            return Literal(text, text)
        if isinstance(left, _List | ObjectLiteral) and isinstance(right, Literal) and right.bare:
            return left
        if isinstance(left, ObjectLiteral) and isinstance(right, _List):
            left = self._as_list(left, origin)
        elif isinstance(left, _List) and isinstance(right, ObjectLiteral):
            right = self._as_list(right, origin)
        if isinstance(left, _List) and isinstance(right, _List):
            self._spend(origin, len(left.items) + len(right.items))
            return _List(left.items + right.items)
        if isinstance(left, ObjectLiteral) and isinstance(right, Unknown):
            return self._merge([ObjectLiteral({}, Entry(right, origin)), left], origin)
        if isinstance(left, ObjectLiteral | Unknown) and isinstance(right, ObjectLiteral):
            return self._merge([right, left], origin)
        if isinstance(left, Unknown):
            return left
        if isinstance(right, Unknown):
            return right
        raise HoconError(origin, MIXED)

    def _as_list(self, value: ObjectLiteral, origin: Origin) -> _Value:
        """An object beside a list counts as one when it has numbers as keys."""
        numbered = sorted((int(key), key) for key in value.slots if _NUMBER.fullmatch(key))
        if value.rest:
            return Unknown("an object that was not seen whole, beside a list")
        if not numbered:
            return value
        found = [(value.slots[key], self._whole(value.slots[key])) for _, key in numbered]
        items = [(v, slot.entries[-1].origin) for slot, v in found if not isinstance(v, _Missing)]
        return _List(tuple(items))

    # --- substitution

    def _substitute(self, wanted: Substitution, origin: Origin) -> _Value:
        found: _Value = _Missing()
        if wanted.prefix:
            found = self._look_up(wanted.prefix + wanted.path)
        if isinstance(found, _Missing):
            found = self._look_up(wanted.path)
        if any(found is outer for outer in self._open[1:]):
            return Unknown("refers to an object that it stands in")
        if not isinstance(found, _Missing):
            return found
        name = ".".join(wanted.path)
        if self._environment is not None and name in self._environment:
            text = self._environment[name]
            self._spend(origin, text=len(text))
            return Literal(text, text)
        if found.own and len(wanted.path) > 1 and wanted.optional:
            return found
        if self._environment is None:
            return Unknown(f"${{{name}}} is not set in this file; it may be set outside it")
        if wanted.optional:
            return found
        return Unknown(f"${{{name}}} is set neither in this file nor in the environment")

    def _look_up(self, path: Path) -> _Value:
        value: _Value = self._root
        for depth, step in enumerate(path):
            if isinstance(value, Unknown):
                return value
            if not isinstance(value, ObjectLiteral):
                return _Missing()
            slot = value.slots.get(step)
            if slot is None:
                unseen = value.rest.expression if value.rest else None
                return unseen if isinstance(unseen, Unknown) else _Missing()
            last = depth == len(path) - 1
            if slot.busy is None:
                value = self._whole(slot)
            else:
                value = self._shape(slot, slot.busy)
                if isinstance(value, _Missing) and last:
                    return _Missing(own=True)
        return value
