"""Checks of versions: what works together, what is installed, held and wanted. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from selfhost import __version__
from selfhost.provision.checks import Check, Status, ok
from selfhost.provision.facts import ServerFacts
from selfhost.settings.versions import SETTING

# What Jitsi's packages and the roles were tried with; the role preflight has the same (a test).
PROSODY = ("0.12", "13.0")
LUA = "5.4"
JAVA = ("17", "21")
# Which of them a system brings of its own: what to fall back to.
SYSTEMS = {
    ("debian", "12"): ("0.12", "17"),
    ("debian", "13"): ("13.0", "21"),
    ("ubuntu", "24.04"): ("0.12", "21"),
}
UNFINISHED = ("pending", "back")


@dataclass(frozen=True, slots=True)
class PackageState:
    """One of Jitsi's packages: as it is, and as the settings want it ('' for whatever is there)."""

    name: str
    installed: str
    held: bool
    wanted: str

    @property
    def right(self) -> bool:
        """Whether the settings want what is installed."""
        return self.wanted in ("", self.installed)


def states(facts: ServerFacts, settings: Mapping[str, Any]) -> tuple[PackageState, ...]:
    """Jitsi's packages that are installed, by name."""
    found = settings.get(SETTING)
    wanted = found if isinstance(found, dict) else {}
    return tuple(
        PackageState(p.name, p.version, p.held, str(wanted.get(p.name, "")))
        for p in sorted(facts.jitsi, key=lambda package: package.name)
    )


def pairs(facts: ServerFacts, groups: Collection[str]) -> Check:
    """Do the Prosody, Lua and Java that the system offers work with Jitsi's packages?"""
    name = "versions"
    if not facts.offered:
        return Check(
            name,
            Status.WARNING,
            "it is not known which Prosody and Java the system offers: apt has no lists yet",
            "apt-get update, then check again",
        )
    wrong = list(_wrong(facts.offered, groups))
    if not wrong:
        java = [number for number in JAVA if f"openjdk-{number}-jre-headless" in facts.offered]
        series = _series(facts.offered.get("prosody", ""))
        return ok(name, f"Prosody {series} with Lua {LUA}, Java {' or '.join(java)}")
    own = SYSTEMS.get((facts.distribution or "", facts.version or ""))
    usual = f" (this system's own are Prosody {own[0]} and Java {own[1]})" if own else ""
    return Check(
        name,
        Status.FAILED,
        "; ".join(wrong),
        f"known to work are Prosody {' and '.join(PROSODY)} with Lua {LUA} and Java "
        f"{' or '.join(JAVA)}{usual}: take other repositories and pins out of /etc/apt",
    )


def _wrong(offered: Mapping[str, str], groups: Collection[str]) -> Iterator[str]:
    if "jitsi_signalling" in groups:
        version = offered.get("prosody", "")
        if _series(version) not in PROSODY:
            yield f"the system offers Prosody {version}" if version else "no Prosody is offered"
        if f"lua{LUA}" not in offered:
            yield f"Lua {LUA} is not offered"
    needs_java = {"jitsi_signalling", "jitsi_videobridge"} & set(groups)
    if needs_java and not any(f"openjdk-{number}-jre-headless" in offered for number in JAVA):
        yield f"neither Java {' nor '.join(JAVA)} is offered"


def _series(version: str) -> str:
    """``13.0`` of ``1:13.0.1-1``; '' for what is no such number."""
    match = re.match(r"(?:\d+:)?(\d+\.\d+)(?!\d)", version)
    return match[1] if match else ""


def jitsi(facts: ServerFacts, settings: Mapping[str, Any]) -> Iterator[Check]:
    """Are Jitsi's packages those that the settings want, held, and no upgrade half done?"""
    if facts.release and _newer(facts.release):
        yield Check(
            "release",
            Status.FAILED,
            f"the server was last set up by selfhost {facts.release}; this is {__version__}",
            "use that release or a later one: an older one would undo what it does not know",
        )
    if facts.upgrade in UNFINISHED:
        yield Check(
            "upgrade", Status.FAILED, "an upgrade was interrupted", "selfhost rollback ends it"
        )
        return
    found = states(facts, settings)
    if not found:
        return
    stray = [p for p in found if not p.right]
    loose = [p.name for p in found if not p.held]
    if stray:
        told = ", ".join(f"{p.name} is {p.installed}, wanted {p.wanted}" for p in stray)
        yield Check("packages held", Status.WARNING, told, "selfhost upgrade")
    elif loose:
        told = f"any upgrade of the system may change {', '.join(loose)}"
        yield Check("packages held", Status.WARNING, told, "selfhost apply holds them")
    else:
        yield ok("packages held", f"{len(found)} of Jitsi's, in the versions that are wanted")


def _newer(release: str) -> bool:
    """Whether a release comes after this one; what is no number counts as none."""
    theirs, ours = (re.findall(r"\d+", text)[:3] for text in (release, __version__))
    return [int(n) for n in theirs if len(n) < 9] > [int(n) for n in ours]
