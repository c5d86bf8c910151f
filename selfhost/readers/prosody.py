"""``prosody.cfg.lua`` and what it includes, as Prosody's ``core/configmanager.lua`` reads it."""

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tree_sitter import Node as SyntaxNode

from selfhost.readers.grammar import words
from selfhost.readers.lua import (
    Chunk,
    Closure,
    Library,
    LuaError,
    Slot,
    Table,
    TooMuch,
    Unk,
    export,
)
from selfhost.readers.prosody_config import (
    GLOBAL,
    Kind,
    Modules,
    ModuleUse,
    ProsodyConfig,
    Section,
)
from selfhost.readers.tree import Node, Origin, Problem, Source, Tree, Unknown

__all__ = ["ModuleUse", "Modules", "ProsodyConfig", "Section", "read_prosody"]

_MAX_INCLUDES = 200
_MAX_INCLUDE_DEPTH = 8
_LIBRARY = frozenset(
    words("""
    os string table math io print type tostring tonumber pairs ipairs next select error
    assert pcall xpcall require unpack rawget rawset rawequal setmetatable getmetatable load
    loadstring loadfile dofile package coroutine debug utf8 bit32 collectgarbage _VERSION _G
    """)
)
_OF_PROSODY = frozenset(
    words("""
    prosody hosts log socket server bare_sessions full_sessions arg
    """)
)
_HARMLESS = re.compile(
    r"string\..*|math\..*|utf8\..*|os\.(?:time|date|clock|getenv|tmpname)|tostring|tonumber|type"
    r"|pairs|ipairs|next|select|print|assert|unpack|table\.(?:concat|unpack)|io\.open|require"
)
_CALLABLE = frozenset(
    words("""
    VirtualHost Host host Component component Include include RunScript FileContents
    FileLine FileLines Credential FileSecret
    """)
)


def read_prosody(
    sources: Mapping[str, Source],
    main: str,
    *,
    environment: Mapping[str, str] | None = None,
    complete: Collection[str] = (),
    supposed: bool = False,
) -> ProsodyConfig:
    """The configuration that starts with the file at the path ``main``.

    ``sources`` by absolute path. ``environment``: Prosody's variables; without it each is unknown.
    ``complete``: directories all of whose files are in ``sources``, so that a pattern that finds
    nothing there includes nothing; elsewhere it includes something unknown.
    ``supposed``: what is not in ``sources`` is taken to say nothing.

    Prosody refuses to start on any error; then the only section is the global one, ``Unknown``.
    """
    reading = _Reading(sources, environment, frozenset(complete), supposed=supposed)
    source = sources.get(main)
    if source is None:
        return reading.refused(Origin(main), "not collected")
    try:
        reading.load(posixpath.normpath(main), source.text, 0, None)
    except LuaError as error:
        return reading.refused(error.origin, error.message)
    except TooMuch as error:
        return reading.refused(error.origin, error.reason, fatal=False)
    except RecursionError:
        return reading.refused(Origin(main), "nested too deeply", fatal=False)
    return reading.result(main)


@dataclass(slots=True)
class _Host:
    kind: Kind
    origin: Origin
    module: str | None = None
    options: dict[str, Slot] = field(default_factory=dict)
    rest: str | None = None


@dataclass(frozen=True, slots=True)
class _Option:
    """An option that is a table, read by its name."""

    host: str
    name: str


@dataclass(frozen=True, slots=True)
class _Opened:
    """What ``VirtualHost "x"`` and ``Component "x"`` give: it takes a table or a module's name."""

    host: str
    component: bool


class _Reading:
    def __init__(
        self,
        sources: Mapping[str, Source],
        environment: Mapping[str, str] | None,
        complete: frozenset[str],
        *,
        supposed: bool,
    ) -> None:
        self.sources = {posixpath.normpath(path): source for path, source in sources.items()}
        self.environment = environment
        self.complete = {posixpath.normpath(path) for path in complete}
        self.supposed = supposed
        self.hosts: dict[str, _Host] = {}
        self.problems: list[Problem] = []
        self.written: set[tuple[str, str]] = set()
        self.includes = 0

    def load(self, path: str, text: str, depth: int, unsure: str | None) -> None:
        self.hosts.setdefault(GLOBAL, _Host("global", Origin(path)))
        chunk = _Config(self, path, text, depth)
        chunk.unsure = unsure
        chunk.run()

    def set(self, host: str, key: str, value: object, origin: Origin, unsure: str | None) -> None:
        options = self.hosts[host].options
        old = options.get(key)
        overrides = (*old.overrides[-40:], old.origin) if old is not None else ()
        self.written.add((host, key))
        if unsure is not None:
            value = Unk(unsure)
        if value is None:
            options.pop(key, None)
            return
        options[key] = Slot(value, origin, overrides)

    def open(self, why: str, origin: Origin) -> None:
        """Anything may have been set here, in any section."""
        if self.supposed:
            return
        self.problems.append(Problem(origin, why))
        for host in self.hosts.values():
            host.rest = host.rest or why
            for slot in host.options.values():
                slot.value = Unk(why)

    def refused(self, origin: Origin, message: str, *, fatal: bool = True) -> ProsodyConfig:
        root = Node(Unknown(message), origin)
        section = Section(GLOBAL, "global", None, Tree(root), origin)
        return ProsodyConfig((section,), (*self.problems, Problem(origin, message, fatal)))

    def result(self, main: str) -> ProsodyConfig:
        sections: list[Section] = []
        every = self.hosts[GLOBAL].rest
        for name, host in self.hosts.items():
            options = {key: export(slot) for key, slot in host.options.items()}
            why = host.rest or every
            root = Node(options, host.origin, rest=Unknown(why) if why else None)
            sections.append(Section(name, host.kind, host.module, Tree(root), host.origin))
        return ProsodyConfig(tuple(sections), tuple(self.problems))


class _Config(Chunk):
    """One file: starts in the global section, whatever the including file was in."""

    def __init__(self, reading: _Reading, path: str, text: str, depth: int) -> None:
        super().__init__(path, text)
        self.reading = reading
        self.include_depth = depth
        self.host = GLOBAL

    def get_global(self, name: str, node: SyntaxNode) -> object:
        if name in _CALLABLE:
            return Library(f"prosody.{name}")
        if name.startswith("ENV_"):
            return self.variable(name[4:])
        if name == "Lua":
            return Library("")
        slot = self.reading.hosts[self.host].options.get(name)
        if slot is not None:
            return _Option(self.host, name) if isinstance(slot.value, Table) else slot.value
        if self.reading.hosts[self.host].rest:
            return Unk("may be set in a file that was not collected")
        if name in _LIBRARY:
            return Library(name)
        if name in _OF_PROSODY or name.startswith("CFG_"):
            return Unk("given by Prosody")
        self.reading.problems.append(
            Problem(self.at(node), f"{name} is not set; quotes may be missing around it")
        )
        return None

    def variable(self, name: str) -> object:
        if self.reading.environment is None:
            return Unk(f"depends on the environment variable {name}")
        return self.reading.environment.get(name)

    def set_global(self, name: str, value: object, node: SyntaxNode) -> None:
        if name in _CALLABLE or name == "__currenthost":
            raise TooMuch(f"sets {name}", self.at(node))
        self.reading.set(self.host, name, value, self.at(node), self.unsure)

    # Calls.

    def call(self, function: object, values: list[object], node: SyntaxNode) -> object:
        if isinstance(function, _Opened):
            return self.configure(function, values, node)
        if isinstance(function, _Option):
            return self.append(function, values, node)
        if isinstance(function, Library):
            return self.call_library(function.path, values, node)
        if isinstance(function, Unk | Closure):
            raise TooMuch("calls a function that is not followed", self.at(node))
        raise LuaError("something that is no function is called", self.at(node))

    def call_library(self, path: str, values: list[object], node: SyntaxNode) -> object:
        first = values[0] if values else None
        if path in ("prosody.Include", "prosody.include"):
            return self.include(first, node)
        if path in ("prosody.VirtualHost", "prosody.Host", "prosody.host"):
            return self.open_host(first, node, component=False)
        if path in ("prosody.Component", "prosody.component"):
            return self.open_host(first, node, component=True)
        if path.startswith("prosody.File") or path == "prosody.Credential":
            return Unk("read from another file")
        if path == "os.getenv":
            return self.variable(first) if isinstance(first, str) else Unk("a variable")
        if path == "table.insert" and len(values) == 2 and isinstance(first, Table):
            if self.unsure is None and first.rest is None and not first.has_holes():
                first.slots[first.length() + 1] = Slot(values[1], self.at(node))
            else:
                self.blur(first, self.unsure or first.rest or "a list with holes")
            return None
        if path == "error":
            if self.unsure is None:
                raise LuaError("an error is raised", self.at(node))
            return None
        if path in ("tostring", "tonumber") and isinstance(first, str if path[2] == "s" else int):
            return first if len(values) == 1 and not isinstance(first, bool) else Unk("computed")
        if _HARMLESS.fullmatch(path):
            return Unk(next((v.reason for v in values if isinstance(v, Unk)), f"from {path}"))
        raise TooMuch(f"calls {path.removeprefix('prosody.')}", self.at(node))

    def call_method(
        self, value: object, name: str, values: list[object], node: SyntaxNode
    ) -> object:
        if isinstance(value, _Option) and name == "append":
            return self.append(value, values, node)
        if isinstance(value, str | Unk):
            return Unk(value.reason if isinstance(value, Unk) else f"from {name}")
        raise TooMuch(f"calls the method {name}", self.at(node))

    def append(self, option: _Option, values: list[object], node: SyntaxNode) -> object:
        """``modules_enabled { "x" }`` and ``modules_enabled:append { "x" }``."""
        slot = self.reading.hosts[option.host].options.get(option.name)
        added = values[0] if values else None
        if slot is None or not isinstance(slot.value, Table) or not isinstance(added, Table):
            if isinstance(added, Unk) or (slot is not None and isinstance(slot.value, Unk)):
                why = "appended to in a way that is not known"
                self.reading.set(option.host, option.name, Unk(why), self.at(node), self.unsure)
                return option
            raise LuaError("a call where = may be missing", self.at(node))
        table = slot.value
        self.reading.written.add((option.host, option.name))
        if self.unsure is not None or added.rest is not None or table.rest is not None:
            table.rest = self.unsure or added.rest or table.rest
        if self.unsure is not None:
            return option
        if 1 in added.slots:
            for index in range(1, added.length() + 1):
                table.slots[table.length() + 1] = added.slots[index]
        else:
            table.slots.update(added.slots)
        return option

    def open_host(self, name: object, node: SyntaxNode, *, component: bool) -> object:
        kind: Kind = "Component" if component else "VirtualHost"
        if not isinstance(name, str):
            if isinstance(name, Unk):
                raise TooMuch(f"a {kind} whose name {name.reason}", self.at(node))
            raise LuaError(f"a {kind} without a name", self.at(node))
        if self.unsure is not None:
            raise TooMuch(f"a {kind} {self.unsure}", self.at(node))
        name = name.lower()
        known = self.reading.hosts.get(name)
        if known is not None and known.kind not in (kind, "global"):
            raise LuaError(f"{name} is both a VirtualHost and a Component", self.at(node))
        every = self.reading.hosts[GLOBAL].rest
        host = self.reading.hosts.setdefault(name, _Host(kind, self.at(node), rest=every))
        if component:
            host.module = "component"
        self.host = name
        return _Opened(name, component)

    def configure(self, opened: _Opened, values: list[object], node: SyntaxNode) -> object:
        value = values[0] if values else None
        if self.unsure is not None or isinstance(value, Unk):
            raise TooMuch("a host set up in a way that is not known", self.at(node))
        if isinstance(value, str) and opened.component:
            self.reading.hosts[opened.host].module = value
            return _Opened(opened.host, component=False)
        if not isinstance(value, Table):
            raise LuaError("something other than options follows a host", self.at(node))
        self.host = GLOBAL
        for key, slot in value.slots.items():
            self.reading.set(opened.host, str(key), slot.value, slot.origin, None)
        if value.rest is not None:
            self.reading.hosts[opened.host].rest = value.rest
        return None

    # Includes.

    def include(self, pattern: object, node: SyntaxNode) -> object:
        origin = self.at(node)
        if not isinstance(pattern, str):
            if isinstance(pattern, Unk):
                self.reading.open("an include whose name is not known", origin)
                return Unk("an included file")
            raise LuaError("Include without a name", origin)
        if self.include_depth >= _MAX_INCLUDE_DEPTH:
            raise TooMuch("includes nested too deeply", origin)
        folder = posixpath.dirname(self.path)
        path = posixpath.normpath(posixpath.join(folder, pattern))
        if "*" not in pattern and "?" not in pattern:
            if path not in self.reading.sources:
                self.reading.open(f"{path} was not collected", origin)
            else:
                self.load(path, origin)
            return Unk("an included file")
        self.include_pattern(path, origin)
        return None

    def load(self, path: str, origin: Origin) -> None:
        self.reading.includes += 1
        if self.reading.includes > _MAX_INCLUDES:
            raise TooMuch("too many includes", origin)
        source = self.reading.sources[path]
        self.reading.load(path, source.text, self.include_depth + 1, self.unsure)

    def include_pattern(self, path: str, origin: Origin) -> None:
        """Prosody takes the files in the order of the directory, which is any order."""
        folder, glob = posixpath.split(path)
        letters = {"*": ".*", "?": "."}
        wanted = re.compile("".join(letters.get(c) or re.escape(c) for c in glob), re.DOTALL)
        found = sorted(
            name
            for name in self.reading.sources
            if posixpath.dirname(name) == folder
            and not posixpath.basename(name).startswith(".")
            and wanted.fullmatch(posixpath.basename(name))
        )
        if not found and folder not in self.reading.complete:
            self.reading.open(f"{path} was not collected", origin)
        before = self.reading.written
        seen: dict[tuple[str, str], object] = {}
        conflicts: set[tuple[str, str]] = set()
        for name in found:
            self.reading.written = set()
            self.load(name, origin)
            for host, key in self.reading.written:
                slot = self.reading.hosts[host].options.get(key)
                value = export(slot).plain() if slot is not None else None
                if (host, key) in seen and seen[host, key] != value:
                    conflicts.add((host, key))
                seen[host, key] = value
            before |= self.reading.written
        self.reading.written = before
        for host, key in conflicts:
            why = f"set in several files of {folder}, which Prosody reads in any order"
            self.reading.set(host, key, Unk(why), origin, None)
