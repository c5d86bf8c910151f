"""What updates leave behind."""

import re
from collections.abc import Iterator

from selfhost.health.diagnosis import Answer, Found, Look, Rule, Symptom, Unclear

OLDEST_PROSODY = (0, 12)
NEWEST_JAVA = ("17", "21")  # what Jitsi's packages accept


def _half_done(look: Look) -> Iterator[Answer]:
    packages = look.facts.packages
    if packages is None:
        yield Unclear("dpkg did not answer")
        return
    half = [f"{n}: {p.state}" for n, p in packages.installed.items() if p.state != "installed"]
    if half and packages.under_way:
        yield Unclear("packages are being installed right now: look again when that has ended")
    elif half:
        yield Found(tuple(sorted(half)))


def _pair(look: Look) -> Iterator[Answer]:
    packages = look.facts.packages
    if packages is None:
        yield Unclear("dpkg did not answer")
        return
    prosody = packages.installed.get("prosody")
    version = re.match(r"(?:\d+:)?(\d+)\.(\d+)", prosody.version or "") if prosody else None
    if version and (int(version[1]), int(version[2])) < OLDEST_PROSODY:
        yield Found(
            (f"prosody {prosody.version if prosody else ''} is installed",),
            cause="Prosody is older than 0.12, which Jitsi's plugins need.",
            fix="install the distribution's or prosody.im's newer package, then: selfhost apply",
        )
    if look.expected.plays("jitsi_signalling", "jitsi_videobridge"):
        java = [n for n in packages.installed if n.startswith("openjdk-")]
        if not any(f"openjdk-{v}-jre-headless" in java for v in NEWEST_JAVA):
            seen = ", ".join(java) or "no Java at all"
            yield Found(
                (f"installed: {seen}",),
                cause="There is no Java that Jitsi's packages work with (17 or 21).",
                fix="apt-get install openjdk-17-jre-headless (Debian 13: 21), then: selfhost apply",
            )


def _modules(look: Look) -> Iterator[Answer]:
    log = (look.facts.logs or {}).get("prosody")
    if log is not None and log.modules:
        yield Found(tuple(f"Prosody misses the Lua module {module}" for module in log.modules))


def _plugins(look: Look) -> Iterator[Answer]:
    xmpp = look.facts.xmpp
    if xmpp is None or xmpp.plugins_written is None or look.facts.processes is None:
        return
    started = [p.started for p in look.facts.processes if p.user == "prosody" and p.started]
    if started and min(started) < xmpp.plugins_written - 2:
        yield Found(("its plugins are newer than the running Prosody, which keeps the old ones",))


def _aside(look: Look) -> Iterator[Answer]:
    if look.facts.packages is not None and look.facts.packages.aside:
        yield Found(look.facts.packages.aside)


RULES = (
    Rule(
        "update-half-done",
        "An installation or update was interrupted: packages are half installed.",
        "dpkg --configure -a && apt-get -f install, then: selfhost apply",
        (Symptom.UPDATE, Symptom.ROOM, Symptom.PAGE),
        _half_done,
        rows=(5, 12),
    ),
    Rule(
        "prosody-java-versions",
        "Prosody or Java has a version that Jitsi's packages do not work with.",
        "install a version that fits, then: selfhost apply",
        (Symptom.UPDATE, Symptom.ROOM),
        _pair,
        rows=(3,),
        explained_by=("update-half-done",),
    ),
    Rule(
        "prosody-modules",
        "Prosody lacks a Lua module for its version of Lua: a plugin does not load.",
        "selfhost apply --tags prosody (it brings the modules), then look again",
        (Symptom.LOGIN, Symptom.UPDATE),
        _modules,
        rows=(3,),
    ),
    Rule(
        "plugins-not-loaded",
        "Jitsi's plugins for Prosody were updated, and Prosody was not restarted since.",
        "systemctl restart prosody (ends running meetings)",
        (Symptom.UPDATE, Symptom.ROOM),
        _plugins,
        rows=(12,),
    ),
    Rule(
        "settings-left-aside",
        "An update brought a new version of a settings file and left it beside the old one.",
        "compare the two, e.g. diff FILE FILE.dpkg-dist; remove the one that is not wanted",
        (Symptom.UPDATE,),
        _aside,
        rows=(4,),
        company=True,
    ),
)
