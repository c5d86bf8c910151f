"""The values a script computes with, as far as they can be known from its text."""

import enum
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tree_sitter import Node as SyntaxNode

from selfhost.readers.tree import Origin

VISITOR = "depends on the visitor"
MAX_STRING = 256 * 1024
_serials = itertools.count(1)


class Undefined(enum.Enum):
    """JavaScript's ``undefined``; ``null`` is Python's ``None``."""

    UNDEFINED = "undefined"


UNDEFINED = Undefined.UNDEFINED

Kind = Literal["string", "number", "boolean", "object", "strings", "any"]


@dataclass(frozen=True, slots=True)
class Unk:
    """A value that is not known. ``kind``: what is known of its type.

    ``strings``: an array whose first item is a string. ``foreign``: may belong to another script
    of the page, so calling it may do anything. ``page_host``: the host that served the page.
    """

    reason: str
    kind: Kind = "any"
    foreign: bool = False
    page_host: bool = False


@dataclass(frozen=True, slots=True)
class Host:
    """A thing of the browser or of the language, by its path: ``document.body``, ``JSON``."""

    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A function of the language on a value: ``"a".trim``, ``[].push``."""

    receiver: "Value"
    name: str


Moment = tuple[int, int]
"""Which uncertain stretches of the program something was made in; see ``Heap.moment``."""


@dataclass(slots=True, eq=False)
class Slot:
    """A variable or a property.

    ``dead``: declared, not yet initialized: reading it throws. ``within``: what it holds in the
    uncertain stretch of the program that gave it to it, and nowhere else.
    """

    value: "Value"
    origin: Origin
    overrides: tuple[Origin, ...] = ()
    accessor: bool = False
    constant: bool = False
    dead: bool = False
    within: "tuple[Moment, bool | float | str] | None" = None


@dataclass(slots=True, eq=False)
class Table:
    """What holds named slots: an object's properties, a scope's variables."""

    moment: Moment
    slots: dict[str, Slot] = field(default_factory=dict)
    serial: int = field(default_factory=lambda: next(_serials))


@dataclass(slots=True, eq=False)
class Obj(Table):
    """An object. ``rest``: why it may hold further keys."""

    rest: str | None = None
    escaped: bool = False
    frozen: bool = False
    strange: bool = False
    """Has properties that do not behave like plain ones: no write to it is certain."""
    assumed: bool = False
    """Stands for one that was not given: what is set below its sections is taken to be set."""


@dataclass(slots=True, eq=False)
class Arr(Table):
    """An array; the slots stay empty. ``opaque``: why its items are not known."""

    items: list[Slot] = field(default_factory=list)
    opaque: str | None = None
    escaped: bool = False
    frozen: bool = False


@dataclass(slots=True, eq=False)
class Scope(Table):
    """Variables of one block or function. ``function``: ``var`` lands here."""

    parent: "Scope | None" = None
    function: bool = False


@dataclass(slots=True, eq=False)
class Func:
    """A function of the script. ``plain``: neither async, generator nor class."""

    node: SyntaxNode
    scope: Scope
    strict: bool
    arrow: bool
    plain: bool
    this: "Value"
    source: int
    escaped: bool = False
    serial: int = field(default_factory=lambda: next(_serials))


Primitive = Undefined | None | bool | float | str
Value = Primitive | Unk | Host | Method | Obj | Arr | Func

Names = Mapping[str, Kind]
Thing = Obj | Arr | Func | Method | Host
