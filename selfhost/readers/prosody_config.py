"""What a configuration of Prosody says: hosts and components, their options and modules.

Which modules a host loads: ``core/modulemanager.lua`` (``get_modules_for_host``). Which hosts are
there at all: ``core/hostmanager.lua``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from selfhost.readers.tree import Node, Origin, Problem, Tree, Unknown

GLOBAL = "*"
AUTOLOADED = ("presence", "message", "iq", "offline", "c2s", "s2s", "s2s_auth_certs")
"""Loaded on every host without being named."""
INHERITED_BY_COMPONENTS = frozenset(
    ["tls", "saslauth", "dialback", "iq", "s2s", "s2s_bidi", "smacks", "server_contact_info"]
)

Kind = Literal["global", "VirtualHost", "Component"]


@dataclass(frozen=True, slots=True)
class Section:
    """``name`` is ``"*"`` for the global one. ``module``: what implements a component.
    ``certain``: nothing unknown decides whether it is there."""

    name: str
    kind: Kind
    module: str | None
    options: Tree
    origin: Origin
    certain: bool = True

    @property
    def switched_off(self) -> bool:
        """Whether ``enabled = false`` keeps the host from starting; nothing else does."""
        node = self.options.get(("enabled",))
        return node is not None and node.value is False


@dataclass(frozen=True, slots=True)
class ModuleUse:
    """A module that a host loads. ``certain``: nothing unknown decides whether it does."""

    name: str
    because: Literal["autoloaded", "global", "host", "component", "dependency"]
    origin: Origin
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Modules:
    """``rest``: why there may be further ones."""

    uses: tuple[ModuleUse, ...]
    rest: Unknown | None = None

    def __iter__(self) -> Iterator[ModuleUse]:
        return iter(self.uses)

    def names(self) -> frozenset[str]:
        return frozenset(use.name for use in self.uses)


@dataclass(frozen=True, slots=True)
class ProsodyConfig:
    """The global section first, then hosts in the order they were named.

    ``fragment``: hosts without the global section that they belong to, which may switch off what
    is loaded without being named.
    """

    sections: tuple[Section, ...]
    problems: tuple[Problem, ...] = ()
    fragment: bool = False

    @property
    def active(self) -> tuple[Section, ...]:
        """Hosts and components that Prosody starts: all but those with ``enabled = false``."""
        return tuple(s for s in self.sections if s.kind != "global" and not s.switched_off)

    def section(self, host: str) -> Section | None:
        return next((section for section in self.sections if section.name == host.lower()), None)

    def get(self, host: str, option: str) -> Node | None:
        """The option as the host sees it: its own, else the global one; ``None``: not set.

        A host that is not configured sees the global section, as in Prosody.
        """
        own = self.section(host)
        if own is not None and own.kind != "global":
            node = own.options.get((option,))
            if node is not None:
                return node
        return self.sections[0].options.get((option,))

    def effective_modules(self, host: str) -> Modules:
        """What Prosody loads on the host. Modules that modules depend on are not included."""
        everywhere, own = self.sections[0], self.section(host)
        if own is None or own.kind == "global":
            return self._modules(everywhere, None)
        return self._modules(everywhere, own)

    def _modules(self, everywhere: Section, own: Section | None) -> Modules:
        component = own is not None and own.kind == "Component"
        uses: dict[str, ModuleUse] = {
            name: ModuleUse(name, "autoloaded", everywhere.origin, not self.fragment)
            for name in AUTOLOADED
        }
        rest: Unknown | None = None
        for section, because in ((everywhere, "global"), (own, "host")):
            if section is None:
                continue
            enabled, more = _names(section, "modules_enabled")
            for name, origin in enabled.items():
                if because == "global" or name not in uses:
                    uses[name] = ModuleUse(
                        name, "global" if because == "global" else "host", origin
                    )
            rest = rest or more
            disabled, unsure = _names(section, "modules_disabled")
            for name in disabled:
                uses.pop(name, None)
            if unsure is not None:
                uses = {n: ModuleUse(n, u.because, u.origin, False) for n, u in uses.items()}
            if because == "global" and component:
                uses = {n: u for n, u in uses.items() if n in INHERITED_BY_COMPONENTS}
        found = tuple(uses.values())
        if own is not None and component and own.module is not None:
            found = (
                ModuleUse(own.module, "component", own.origin, own.certain),
                *(use for use in found if use.name != own.module),
            )
        return Modules(found, rest)


def _names(section: Section, option: str) -> tuple[dict[str, Origin], Unknown | None]:
    """The names in a list of modules, and why there may be more."""
    node = section.options.get((option,))
    if node is None:
        return {}, None
    if isinstance(node.value, Unknown):
        return {}, node.value
    items: list[Node] = []
    if isinstance(node.value, Mapping):
        items = [item for key, item in node.value.items() if key.isdecimal()]
    elif isinstance(node.value, tuple):
        items = list(node.value)
    found: dict[str, Origin] = {}
    rest = node.rest
    for item in items:
        if isinstance(item.value, str):
            found[item.value] = item.origin
        elif isinstance(item.value, Unknown):
            rest = rest or item.value
    return found, rest
