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
from selfhost.controls.text_predicates import lines, looked_at
from selfhost.effective.server import Server

SOURCE = "host.apt_sources"
#: ``[trusted=yes]`` of a line, ``Trusted: yes`` of a stanza: signatures do not matter.
UNSIGNED = re.compile(r"\b(trusted|allow-insecure)\s*[=:]\s*(yes|true|1)\b", re.IGNORECASE)
PERSONAL = re.compile(r"\bppa\.launchpad(content)?\.net\b", re.IGNORECASE)


def check(server: Server) -> Iterator[Verdict]:
    for line in lines(server, SOURCE):
        if UNSIGNED.search(line.text):
            yield fail("packages are taken without a valid signature", Cited(line.origin))
        elif PERSONAL.search(line.text):
            yield fail("packages come from a personal archive", Cited(line.origin))
    yield passed("every archive is signed, and none is a person's", *looked_at(server, SOURCE))


ONE = "deb [signed-by=/usr/share/keyrings/jitsi.gpg] https://download.jitsi.org stable/\n"

CONTROL = Control(
    id="host-package-sources",
    title="Packages come signed, and from no personal archive",
    category=Category.INTEGRITY,
    severity=Severity.LOW,
    component="host",
    needs=(SOURCE,),
    risk="Whoever controls an archive can replace the bridge by one that records.",
    upstream_default="Debian's, Jitsi's and Prosody's archives, signed",
    fix=Fix(by_hand="Remove the archive, or add its key with signed-by; reinstall what it gave."),
    references=("https://manpages.debian.org/bookworm/apt/sources.list.5.en.html",),
    surfaces=("sys-apt-repositories",),
    check=check,
    bad=(
        Example({SOURCE: "deb [trusted=yes] https://deb.example.com/ stable main\n"}, at=1),
        Example({SOURCE: "Types: deb\nURIs: https://x.example.com/\nTrusted: yes\n"}, at=3),
        *(
            Example({SOURCE: f"deb https://ppa.launchpad{old}.net/x/y/ubuntu jammy main\n"}, at=1)
            for old in ("", "content")
        ),
    ),
    good=(
        Example({SOURCE: "deb http://mirror.example.org/debian bookworm main\n" + ONE}),
        Example({SOURCE: "# deb [trusted=yes] file:/srv/deb ./\n"}, note="a comment"),
        Example({SOURCE: "deb [trusted=no] https://deb.example.com/ stable main\n"}),
        Example({}, absent=("host.apt_sources",), note="nothing of it is there"),
    ),
    unclear=(Example({"host.apt_sources": "\x00\n"}, note="not a text file"),),
)
