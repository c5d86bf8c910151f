"""A check of a server, answered."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the server, answered."""

    id: str
    status: Status
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What the name service said about the domain, asked from this machine."""

    addresses: tuple[str, ...] = ()
    failure: str = ""  # why nothing is known; '' when the answer counts, even an empty one


def ok(name: str, message: str) -> Check:
    """A check that found nothing to mend."""
    return Check(name, Status.OK, message)


def unknown(name: str, message: str, fix: str) -> Check:
    """A check that could not be answered."""
    return Check(name, Status.UNKNOWN, message, fix)
