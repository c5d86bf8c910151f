"""What HOCON text says before it is evaluated: expressions, and the keys that hold them."""

from dataclasses import dataclass, field

from selfhost.readers.tree import Origin, Path, Scalar, Unknown


@dataclass(frozen=True, slots=True)
class Literal:
    """A scalar; ``text`` is what a concatenation uses.

    ``bare``: text without quotes. The library drops such text behind a list or an object.
    """

    value: Scalar
    text: str
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """``${path}``; ``prefix`` is where the file that holds it was included."""

    path: Path
    optional: bool
    prefix: Path


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Values side by side."""

    parts: tuple["Entry", ...]


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """``[…]``"""

    items: tuple["Entry", ...]


@dataclass(frozen=True, slots=True)
class Append:
    """``+= item``"""

    item: "Entry"


@dataclass(slots=True)
class Slot:
    """All that a key was given, in order. The other fields belong to the evaluation.

    ``cache``: number of entries regarded -> value; ``empty``: entries that gave no value;
    ``busy``: the entry that is being evaluated.
    """

    entries: list["Entry"]
    cache: dict[int, object] = field(default_factory=dict)
    empty: set[int] = field(default_factory=set)
    busy: int | None = None


@dataclass(slots=True)
class ObjectLiteral:
    """``{…}``. ``rest``: what could not be seen and may set any key (an ``Unknown``)."""

    slots: dict[str, Slot]
    rest: "Entry | None" = None


Expression = Literal | Substitution | Concatenation | ListLiteral | Append | ObjectLiteral | Unknown


@dataclass(frozen=True, slots=True)
class Entry:
    """An expression and the line that it stands on."""

    expression: Expression
    origin: Origin


def add(target: ObjectLiteral, key: str, entry: Entry) -> None:
    """Give ``key`` a further value."""
    slot = target.slots.get(key)
    if slot is None:
        slot = target.slots[key] = Slot([target.rest] if target.rest else [])
    slot.entries.append(entry)


def hide(target: ObjectLiteral, unseen: Entry) -> None:
    """Something unseen may have set any key of ``target`` at this point."""
    for slot in target.slots.values():
        slot.entries.append(unseen)
    target.rest = unseen
