"""The vendors and programs of ``ai_vendors.yml``."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from selfhost.catalog.components import load


@dataclass(frozen=True, slots=True)
class Vendor:
    """One that hears, reads or translates. Patterns as in ``ai_vendors.yml``."""

    name: str
    kind: str
    variables: tuple[str, ...]
    hosts: tuple[str, ...]
    source: str
    read: str
    images: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        """Software of the operator's own, not a company's service."""
        return self.kind == "own"


@cache
def vendors() -> tuple[Vendor, ...]:
    """Every vendor, in the order of the catalogue."""
    entries = load("ai_vendors.yml")
    assert isinstance(entries, list)  # noqa: S101 - our own file, covered by a test
    return tuple(
        Vendor(
            name=entry["name"],
            kind=entry["kind"],
            variables=tuple(entry["variables"]),
            hosts=tuple(entry["hosts"]),
            source=entry["source"],
            read=str(entry["read"]),
            images=tuple(entry.get("images", ())),
            processes=tuple(entry.get("processes", ())),
        )
        for entry in entries
    )


def vendor_of_variable(name: str) -> Vendor | None:
    """Whose key or address an environment variable of that name holds; ``None`` if nobody's."""
    upper = name.upper()
    return next(
        (v for v in vendors() if any(fnmatchcase(upper, pattern) for pattern in v.variables)), None
    )


def vendor_of_host(host: str) -> Vendor | None:
    """Who is reached at a host name; ``None`` if nobody of the catalogue."""
    lower = host.lower().rstrip(".")
    return next(
        (v for v in vendors() if any(fnmatchcase(lower, pattern) for pattern in v.hosts)), None
    )


def vendor_of_image(image: str) -> Vendor | None:
    """Whose program a container image holds; ``None`` if nobody's of the catalogue."""
    lower = image.lower()
    return next((v for v in vendors() if any(part in lower for part in v.images)), None)


def vendor_of_process(command_line: str) -> Vendor | None:
    """Whose program a command line runs; ``None`` if nobody's of the catalogue."""
    lower = command_line.lower()
    return next((v for v in vendors() if any(part in lower for part in v.processes)), None)
