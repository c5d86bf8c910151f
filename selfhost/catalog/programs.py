"""The programs of ``programs.yml``."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from selfhost.catalog.components import load

Kind = Literal[
    "recorder",
    "transcriber",
    "ai",
    "capture",
    "collector",
    "agent",
    "content",
    "tunnel",
    "balancer",
    "reporter",
]


@dataclass(frozen=True, slots=True)
class Program:
    """How to tell that a program is on a host. Patterns as in ``programs.yml``."""

    name: str
    kind: Kind
    packages: tuple[str, ...]
    units: tuple[str, ...]
    processes: tuple[re.Pattern[str], ...]
    images: tuple[str, ...]
    ports: tuple[int, ...]


@cache
def programs() -> tuple[Program, ...]:
    """Every program, in the order of the catalogue."""
    entries = load("programs.yml")
    assert isinstance(entries, list)  # noqa: S101 - our own file, covered by a test
    return tuple(
        Program(
            name=entry["name"],
            kind=entry["kind"],
            packages=tuple(entry["packages"]),
            units=tuple(entry["units"]),
            processes=tuple(re.compile(pattern) for pattern in entry["processes"]),
            images=tuple(entry["images"]),
            ports=tuple(entry.get("ports", ())),
        )
        for entry in entries
    )


def of_kind(kind: Kind) -> tuple[Program, ...]:
    """The programs of one kind."""
    return tuple(program for program in programs() if program.kind == kind)


def program_of_image(image: str, *kinds: Kind) -> Program | None:
    """The program of these kinds that a container image holds; ``None`` if none of them."""
    name = f"/{image.lower()}"
    return next(
        (p for kind in kinds for p in of_kind(kind) if any(part in name for part in p.images)), None
    )
