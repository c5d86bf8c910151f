"""The vendors of ``ai_vendors.yml``."""

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
