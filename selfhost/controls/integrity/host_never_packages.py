import re
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.readers.numbers import whole
from selfhost.readers.tree import Origin

NEVER = ("jibri", "jigasi")


def check(server: Server) -> Iterator[Verdict]:
    banned: dict[str, Cited] = {}
    for document in server.documents("host.apt_preferences"):
        for names, priority, line in _pins(document.text):
            for name in NEVER:
                if name in names and priority < 0:
                    banned[name] = Cited(Origin(document.path, line), f"Package: {name}")
    for name in NEVER:
        if name in banned:
            yield passed(f"apt never installs {name}", banned[name])
        else:
            where = looked_at(server, "host.apt_preferences")
            places = (Cited(place.origin, f"Package: {name}") for place in where)
            yield fail(f"apt would install {name} on request", *places)


def _pins(text: str) -> Iterator[tuple[list[str], int, int]]:
    """Package names, priority and first line of every stanza of apt_preferences(5)."""
    names: list[str] = []
    priority: int | None = None
    first = 0
    for number, line in enumerate([*text.split("\n"), ""], 1):
        stripped = line.strip()
        if stripped.startswith(("#", "Explanation:")):
            continue
        if not stripped:
            if names and priority is not None:
                yield names, priority, first
            names, priority = [], None
        elif match := re.match(r"Package:\s*(.*)", stripped, re.IGNORECASE):
            names, first = match[1].split(), number
        elif match := re.match(r"Pin-Priority:\s*(-?\d+)", stripped, re.IGNORECASE):
            priority = whole(match[1])


PIN = "Package: jibri jigasi\nPin: release *\nPin-Priority: -1\n"

CONTROL = Control(
    id="host-never-packages",
    title="apt is told never to install a recorder or a transcriber",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="host",
    needs=("host.apt_preferences",),
    risk="One command, or a dependency, would bring a recorder onto the server.",
    upstream_default="no such pin",
    fix=Fix(
        variable="privacy_never_packages",
        by_hand="Pin jibri and jigasi with priority -1 in /etc/apt/preferences.d.",
    ),
    references=("https://manpages.debian.org/bookworm/apt/apt_preferences.5.en.html",),
    surfaces=("jibri-installed", "jigasi-installed"),
    check=check,
    bad=(
        Example({"host.apt_preferences": PIN.replace(" jigasi", "")}),
        Example({"host.apt_preferences": PIN.replace("-1", "500")}),
        Example({"host.apt_preferences": "# " + PIN.replace("\n", "\n# ")}, note="comments"),
        Example({}, absent=("host.apt_preferences",), note="no pins at all"),
    ),
    good=(
        Example({"host.apt_preferences": PIN}),
        Example({"host.apt_preferences": "Explanation: never\n" + PIN + "\nPackage: vim\n"}),
        Example(
            {
                "host.apt_preferences": (
                    "Package: jibri jigasi\n"
                    "Pin: release *\n"
                    "Pin-Priority: -1\n"
                    "# Package: jibri\n"
                    "# Pin: release *\n"
                    "# Pin-Priority: -1\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"host.apt_preferences": "\x00\n"}, note="not a text file"),),
)
