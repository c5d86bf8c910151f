"""How long a server keeps its logs: logrotate's rules, and the journal's limit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selfhost.readers.lines import physical_lines
from selfhost.readers.numbers import MAX_DIGITS, whole
from selfhost.readers.tree import Origin

if TYPE_CHECKING:
    from selfhost.effective.server import Server

_PERIODS = {"hourly": 1, "daily": 1, "weekly": 7, "monthly": 31, "yearly": 366}
_SCRIPTS = ("postrotate", "prerotate", "firstaction", "lastaction")
#: Logs that tell about calls, and who writes them: a component's name, or the host's own log.
_WRITERS = (
    ("jicofo", "/var/log/jitsi/jicofo"),
    ("videobridge", "/var/log/jitsi/jvb"),
    ("jitsi", "/var/log/jitsi"),
    ("nginx", "/var/log/nginx"),
    ("prosody", "/var/log/prosody"),
    ("coturn", "/var/log/coturn"),
    ("coturn", "/var/log/turnserver"),
    ("syslog", "/var/log/syslog"),
    ("syslog", "/var/log/messages"),
)
#: systemd.time(7): seconds in each unit that people write.
_SECONDS = {
    "": 1, "s": 1, "sec": 1, "second": 1, "seconds": 1, "min": 60, "m": 60, "minute": 60,
    "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400,
    "days": 86400, "w": 604800, "week": 604800, "weeks": 604800, "month": 2629800,
    "months": 2629800, "M": 2629800, "y": 31557600, "year": 31557600, "years": 31557600,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rule of logrotate for logs of calls. ``writers`` as in ``_WRITERS``; ``days``: for how
    many they are kept at most, ``None`` where only their size ends it."""

    writers: tuple[str, ...]
    paths: str
    days: int | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Journal:
    """systemd's journal. ``stored``: whether it is written to disk; ``text`` is its limit as
    written, ``seconds`` what it means: 0 for no limit, ``None`` where it is not understood
    or no time that can be."""

    stored: bool
    text: str
    seconds: float | None
    key: str
    origin: Origin | None


def rotations(server: "Server") -> Iterator[Rotation]:
    """logrotate(8)'s rules for logs that tell about calls."""
    for document in server.documents("host.logrotate"):
        for line, paths, options in _blocks(document.text):
            if found := writers(paths):
                yield Rotation(found, paths, _days(options), Origin(document.path, line))


def writers(paths: str) -> tuple[str, ...]:
    """Who writes the logs at these paths, of those that tell about calls; as in ``_WRITERS``."""
    found = dict.fromkeys(name for name, path in _WRITERS if path in paths)
    if "jicofo" in found or "videobridge" in found:
        found.pop("jitsi")
    return tuple(found)


def _blocks(text: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Line, paths and options of every block; scripts are skipped."""
    paths: list[str] = []
    first = 0
    options: dict[str, str] | None = None
    script = False
    for number, line in enumerate(text.split("\n"), 1):
        word = line.split("#")[0].strip()
        if not word:
            continue
        if script:
            script = word != "endscript"
        elif options is None:
            first = first or number
            paths.append(word.replace("{", "").strip())
            if word.endswith("{"):
                options = {}
        elif word.startswith("}"):
            yield first, " ".join(paths), options
            paths, options, first = [], None, 0
        elif word.split()[0] in _SCRIPTS:
            script = True
        else:
            name, _, value = word.partition(" ")
            options[name] = value.strip()


def _days(options: dict[str, str]) -> int | None:
    age, count = whole(options.get("maxage", "")), whole(options.get("rotate", "0"))
    limits = [age] if age is not None and age >= 0 else []
    period = next((days for name, days in _PERIODS.items() if name in options), None)
    by_size = any(name in options for name in ("size", "minsize")) or "hourly" in options
    if period is not None and count is not None and count >= 0 and not by_size:
        limits.append(period * (count + 1))
    return min(limits, default=None)


def journal(server: "Server") -> Journal:
    """What the last line that counts says: journald.conf first, drop-ins after it by name."""
    settings: dict[str, tuple[str, Origin]] = {}
    documents = server.documents("host.journald")
    for document in sorted(documents, key=lambda one: (".conf.d/" in one.path, one.path)):
        for number, line in enumerate(physical_lines(document.text), 1):
            key, equals, value = line.strip().partition("=")
            if equals and line.strip()[0] not in "#;":
                settings[key.strip()] = (value.strip(), Origin(document.path, number))
    text, origin = settings.get("Storage", ("", None))
    if text.lower() in ("none", "volatile"):
        return Journal(False, text, None, "Storage", origin)
    text, origin = settings.get("MaxRetentionSec", ("", None))
    return Journal(True, text, _seconds(text) if text else 0, "MaxRetentionSec", origin)


def _seconds(text: str) -> float | None:
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", text)
    if not parts or any(unit not in _SECONDS or len(number) > MAX_DIGITS for number, unit in parts):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
