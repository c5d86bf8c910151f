"""What Lua chunks work with here: tables, what is not known, and how values leave as nodes."""

from dataclasses import dataclass, field

from selfhost.readers.tree import Function, Node, Origin, Unknown, Value

_MAX_NESTING = 70
_MAX_EXPORT = 100_000


@dataclass(frozen=True, slots=True)
class Unk:
    reason: str


@dataclass(frozen=True, slots=True)
class Library:
    """Something of Lua's own, by its path: ``os.getenv``."""

    path: str


@dataclass(frozen=True, slots=True)
class Closure:
    """A function of the chunk."""


@dataclass(slots=True)
class Slot:
    value: object
    origin: Origin
    overrides: tuple[Origin, ...] = ()


@dataclass(slots=True, eq=False)
class Table:
    slots: dict[str | int, Slot] = field(default_factory=dict)
    rest: str | None = None

    def has_holes(self) -> bool:
        """Whether Lua's length operator may give different results."""
        size = self.length()
        return any(isinstance(key, int) and key > size for key in self.slots)

    def length(self) -> int:
        size = 0
        while size + 1 in self.slots:
            size += 1
        return size


class LuaError(Exception):
    """Lua would refuse the chunk, or stop in it."""

    def __init__(self, message: str, origin: Origin) -> None:
        super().__init__(message)
        self.message = message
        self.origin = origin


class TooMuch(Exception):  # noqa: N818
    """The chunk cannot be followed further; ``reason`` in a few words."""

    def __init__(self, reason: str, origin: Origin) -> None:
        super().__init__(reason)
        self.reason = reason
        self.origin = origin


def export(slot: Slot) -> Node:
    """A slot as a node. A table with the keys 1..n only is a list."""
    try:
        return _export(slot, 0, [_MAX_EXPORT])
    except OverflowError:
        return Node(Unknown("too large"), slot.origin, slot.overrides)


def _export(slot: Slot, depth: int, left: list[int]) -> Node:
    value = slot.value
    left[0] -= 1
    if left[0] < 0:
        raise OverflowError
    rest: Unknown | None = None
    result: Value
    if isinstance(value, Table):
        if depth > _MAX_NESTING:
            return Node(Unknown("nested too deeply"), slot.origin, slot.overrides)
        size = value.length()
        if size == len(value.slots) and value.rest is None:
            result = tuple(_export(value.slots[i + 1], depth + 1, left) for i in range(size))
        else:
            result = {str(key): _export(item, depth + 1, left) for key, item in value.slots.items()}
        rest = Unknown(value.rest) if value.rest else None
    elif isinstance(value, Unk):
        result = Unknown(value.reason)
    elif isinstance(value, Closure | Library):
        result = Function()
    elif value is None or isinstance(value, bool | int | float | str):
        result = value
    else:
        result = Unknown("a reference to another option")
    return Node(result, slot.origin, slot.overrides, rest)
