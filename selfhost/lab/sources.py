"""apt's sources, in both their forms; those of this machine turned into those of a release."""

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from selfhost.errors import LabError

#: Debian's names for a release; what stands after them names a part of it.
_SUITE = re.compile(
    r"(?:buster|bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)"
    r"(?P<part>|-updates|-security|/updates)(?P<slash>/?)"
)
_PARTS = {"": "", "-updates": "-updates", "-security": "-security", "/updates": "-security"}
_FALSE = {"no", "false", "without", "off", "disable"}
_ONE_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<rest>\S.*)")
#: Options that a copy for another release must keep.
_KEPT = {"signed-by": "Signed-By", "check-valid-until": "Check-Valid-Until", "trusted": "Trusted"}
#: What tells Debian's archives from others that call their suites the same.
_DEBIAN = re.compile(
    r"://[^/]*\bdebian\.org/|/(?:debian|debian-security|security)(?:/\d{8}T\d{6}Z)?/?$"
)
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@dataclass(frozen=True, slots=True)
class Source:
    """One archive: where, which suites, and its options by their deb822 names."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)

    @property
    def keyring(self) -> str:
        """The keyring's path; empty when none is named or the key itself is written there."""
        named = self.options.get("Signed-By", "")
        return named if named.startswith("/") else ""

    @property
    def is_debian(self) -> bool:
        """Whether this is an archive of Debian's, as far as its address and its key tell."""
        named = self.keyring.rpartition("/")[2]
        return named.startswith("debian-archive-keyring.") or any(
            _DEBIAN.search(uri) for uri in self.uris
        )


def parse_one_line(text: str) -> tuple[Source, ...]:
    """``sources.list(5)``'s one-line form; comments and source packages are left out."""
    found = []
    for line in text.splitlines():
        match = _ONE_LINE.fullmatch(line.partition("#")[0].strip())
        words = match["rest"].split() if match else []
        if match is None or len(words) < 2:
            continue
        options = {}
        for option in (match["options"] or "").split():
            name, _, value = option.partition("=")
            if name.lower() in _KEPT:
                options[_KEPT[name.lower()]] = value
        found.append(Source((words[0],), (words[1],), tuple(words[2:]), options))
    return tuple(found)


def parse_deb822(text: str) -> tuple[Source, ...]:
    """``sources.list(5)``'s deb822 form; disabled stanzas and source packages are left out."""
    found = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        values: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1] in (" ", "\t") and name:
                values[name] += "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                values[name] = value.strip()
        if "deb" not in values.get("types", "").split():
            continue
        if values.get("enabled", "yes").lower() in _FALSE:
            continue
        found.append(
            Source(
                tuple(values.get("uris", "").split()),
                tuple(values.get("suites", "").split()),
                tuple(values.get("components", "").split()),
                {kept: values[low] for low, kept in _KEPT.items() if low in values},
            )
        )
    return tuple(found)


def for_release(sources: Iterable[Source], release: str) -> tuple[Source, ...]:
    """The same archives for a release of Debian, component ``main`` only.

    Suites that are not a release's own, its updates' or its security's are left out, and so are
    archives that are not Debian's. Empty when the machine names none of its main archive.
    """
    found: list[Source] = []
    for source in sources:
        suites = []
        for suite in source.suites:
            match = _SUITE.fullmatch(suite)
            if match:
                suites.append(release + _PARTS[match["part"]])
        if not suites or "main" not in source.components or not source.is_debian:
            continue
        kept = replace(source, suites=tuple(dict.fromkeys(suites)), components=("main",))
        if kept not in found:
            found.append(kept)
    return tuple(found) if any(release in source.suites for source in found) else ()


def write_deb822(sources: Iterable[Source]) -> str:
    """As a ``.sources`` file."""
    stanzas = []
    for source in sources:
        lines = ["Types: deb", f"URIs: {' '.join(source.uris)}"]
        lines.append(f"Suites: {' '.join(source.suites)}")
        lines.append(f"Components: {' '.join(source.components)}")
        lines += [f"{name}: {value}" for name, value in sorted(source.options.items())]
        stanzas.append("\n".join(lines) + "\n")
    return "\n".join(stanzas)


def _resolve(source: Source) -> Source:
    """``mirror+file:`` names a list on this machine (cloud images do so): take what it lists."""
    uris: list[str] = []
    for uri in source.uris:
        kind, _, path = uri.partition(":")
        if kind != "mirror+file":
            uris.append(uri)
            continue
        with contextlib.suppress(OSError):
            listed = Path("/" + path.lstrip("/")).read_text("utf-8", "replace")
            uris += [line.split()[0] for line in listed.splitlines() if "://" in line]
    return replace(source, uris=tuple(uris))


def of_machine(release: str, apt: Path = Path("/etc/apt")) -> tuple[Source, ...]:
    """The archives that this machine's apt uses, for a release. Raises ``LabError`` if none is."""
    sources: list[Source] = []
    for path in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        parse = parse_deb822 if path.suffix == ".sources" else parse_one_line
        sources += [_resolve(source) for source in parse(path.read_text("utf-8", "replace"))]
    found = for_release(sources, release)
    if not found:
        raise LabError(
            "apt's configuration on this machine names no archive of Debian.",
            hint="The lab builds its servers from Debian's packages: add Debian's sources to apt, "
            "or uninstall mmdebstrap to have the image taken from a container registry.",
        )
    signed = []
    for source in found:  # without a keyring of its own, apt's own set of keys applies: Debian's
        options = source.options
        if "Trusted" not in options:
            options = {"Signed-By": KEYRING} | options
        signed.append(replace(source, options=options))
    return tuple(signed)
