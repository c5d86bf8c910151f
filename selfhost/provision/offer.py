"""What an upgrade would bring, and what stands in its way: judged from what servers say. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from selfhost.provision import versions
from selfhost.provision.checks import Check, Status, ok, unknown
from selfhost.provision.facts import ServerFacts

_JITSI = frozenset({"jitsi_signalling", "jitsi_web", "jitsi_videobridge"})
_MIB = 1024 * 1024
#: Left over after all: for logs and the lists of packages, in MiB.
RESERVE = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """What the module package_set says of a host. Where it cannot, ``failure`` says why; with
    ``refused``, because what was asked for is not among what the repository offers."""

    installed: Mapping[str, str]
    versions: Mapping[str, str]
    download: int  # bytes
    unpacked: int
    unmet: tuple[str, ...]
    lost: tuple[str, ...]
    failure: str = ""
    refused: bool = False

    @property
    def changes(self) -> tuple[tuple[str, str, str], ...]:
        """Package, its version now, and the one to come."""
        return tuple(
            (name, version, self.versions[name])
            for name, version in sorted(self.installed.items())
            if self.versions.get(name, version) != version
        )


def read(told: Mapping[str, Any]) -> Offer:
    """A host's offer, of what a run has told; whatever is not understood is a failure."""
    found = told.get("offer")
    if not isinstance(found, dict):
        return _failed("nothing was said")
    if "versions" not in found:
        return _failed(
            _text(found.get("msg") or "nothing was said"), refused=bool(found.get("known"))
        )
    try:
        return Offer(
            installed={_text(k): _text(v) for k, v in found["installed"].items()},
            versions={_text(k): _text(v) for k, v in found["versions"].items()},
            download=int(found["download"]),
            unpacked=int(found["unpacked"]),
            unmet=tuple(map(_text, found["unmet"])),
            lost=tuple(map(_text, found["lost"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return _failed("the answer is not understood")


def _text(said: Any) -> str:
    """What a server said, fit to be shown."""
    words = " ".join(str(said).split())[:500]
    return "".join(c if c.isprintable() else "?" for c in words)


def _failed(why: str, *, refused: bool = False) -> Offer:
    return Offer({}, {}, 0, 0, (), (), why, refused)


def judge(
    offer: Offer | None,
    facts: ServerFacts,
    settings: Mapping[str, Any],
    groups: Collection[str],
) -> tuple[Check, ...]:
    """All checks of a host; without an offer, those that need none."""
    known = [
        check for check in versions.jitsi(facts, settings) if check.id != "packages held"
    ]  # which are not those that the settings want, where versions.yml was edited for an upgrade
    if not facts.jitsi and _JITSI.intersection(groups):
        return (
            *known,
            Check("installed", Status.FAILED, "Jitsi's packages are not there", "selfhost apply"),
        )
    if offer is None:
        return (*known, versions.pairs(facts, groups))
    if offer.refused:
        return (*known, Check("offered", Status.FAILED, offer.failure, "name another with --to"))
    if offer.failure:
        told = f"it is not known what the repository offers: {offer.failure}"
        return (*known, unknown("offered", told, "see that the server reaches its repository"))
    return (
        *known,
        _offered(offer),
        _needs(offer),
        versions.pairs(facts, groups),
        _disk(offer, facts),
        _way_back(offer),
    )


def _offered(offer: Offer) -> Check:
    here = offer.installed.get("jitsi-meet") or offer.installed.get("jitsi-videobridge2", "")
    if not offer.changes:
        return ok("offered", f"nothing newer than what is installed ({here})")
    told = ", ".join(f"{name} {old} -> {new}" for name, old, new in offer.changes)
    return ok("offered", told)


def _needs(offer: Offer) -> Check:
    if offer.unmet:
        return Check(
            "dependencies",
            Status.FAILED,
            "; ".join(offer.unmet),
            "the new versions are for another system, or the system's own lists are old "
            "(apt-get update on the server, then check again)",
        )
    return ok("dependencies", "all that the new versions need is there or offered")


def _disk(offer: Offer, facts: ServerFacts) -> Check:
    """Packages are downloaded, kept, and unpacked beside the former ones."""
    name = "disk"
    needed = (2 * offer.download + offer.unpacked) // _MIB + RESERVE
    if facts.disk_free_kib is None:
        return unknown(name, "the free disk space is not known", "run it again")
    free = facts.disk_free_kib // 1024
    if free < needed:
        return Check(
            name,
            Status.FAILED,
            f"{free} MiB free, and the upgrade needs {needed} MiB",
            "free that much on / and /var",
        )
    return ok(name, f"{free} MiB free, {needed} MiB needed")


def _way_back(offer: Offer) -> Check:
    if offer.lost:
        return Check(
            "way back",
            Status.FAILED,
            f"neither the repository nor the server has the files of {', '.join(offer.lost)}, "
            "which are installed",
            f"bring them to {ARCHIVE} on the server, or set up a new one",
        )
    return ok("way back", "the installed versions can be had again")


#: Where the role jitsi_repository keeps the files of packages (a test holds both equal).
ARCHIVE = "/var/cache/selfhost/packages"
