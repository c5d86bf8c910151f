"""A signed flat apt repository of the stand-in packages, laid out like Jitsi's own."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from selfhost.catalog.client_keys import client_keys
from selfhost.errors import LabError
from selfhost.lab.standins.package import build
from selfhost.lab.standins.programs import output, require
from selfhost.lab.standins.releases import RELEASES, Release
from selfhost.lab.standins.signing import signer

Flavour = Literal["strict", "light"]
Progress = Callable[[str], None]

_HERE = Path(__file__).parent
SOURCES = _HERE / "sources"
DAEMONS = _HERE / "daemons"
KEY = "jitsi-key.gpg.key"
_JRE = {
    "strict": "openjdk-17-jre-headless | openjdk-17-jre | openjdk-21-jre-headless | openjdk-21-jre",
    "light": "standin-jre",
}
# where the daemons go, by package
_PROGRAMS = {
    "jicofo": "usr/share/jicofo/lib/standin",
    "jitsi-videobridge2": "usr/share/jitsi-videobridge/lib/standin",
    "jibri": "opt/jitsi/jibri/standin",
    "jigasi": "usr/share/jigasi/lib/standin",
}


@dataclass(frozen=True)
class Repository:
    """``root`` is to be served over HTTP: ``deb [signed-by=…] http://HOST stable/``.

    ``key`` is the armoured public key inside ``root``; ``versions`` is suite -> package -> version.
    """

    root: Path
    key: Path
    fingerprint: str
    versions: Mapping[str, Mapping[str, str]]


def _silent(_: str) -> None:
    pass


def build_repository(
    dest: Path, *, flavour: Flavour = "strict", progress: Progress = _silent
) -> Repository:
    """Build, or return what an earlier call built from the same sources.

    ``dest`` gets one folder per flavour, and ``keyring`` with the private key, which is kept as
    long as the folder is there and lies outside what is served. Raises ``LabError`` when a tool is
    missing or fails, or when ``dest`` cannot be written.
    """
    if flavour not in _JRE:
        raise LabError(f"unknown flavour {flavour!r}", hint="use strict or light")
    versions = {release.suite: _versions(release, flavour) for release in RELEASES}
    digest = _digest(flavour)
    root, state = dest / flavour, dest / f"{flavour}.json"
    try:
        dest.mkdir(parents=True, exist_ok=True)
        with _locked(dest):
            fingerprint = _cached(root, state, digest)
            if fingerprint is None:
                require("dpkg-deb", "apt-ftparchive", "gpg", "gpgconf")
                state.unlink(missing_ok=True)
                fresh = dest / f"{flavour}.new"
                shutil.rmtree(fresh, ignore_errors=True)
                fingerprint = _build(fresh, dest / "keyring", flavour, versions, progress)
                shutil.rmtree(root, ignore_errors=True)
                fresh.rename(root)
                state.write_text(
                    json.dumps({"digest": digest, "fingerprint": fingerprint}), encoding="utf-8"
                )
    except OSError as problem:
        raise LabError(
            f"cannot build the lab's packages in {dest}: {problem}",
            hint="give a folder that can be written, with 10 MB of room",
        ) from problem
    frozen = {suite: MappingProxyType(found) for suite, found in versions.items()}
    return Repository(root, root / KEY, fingerprint, MappingProxyType(frozen))


def _versions(release: Release, flavour: Flavour) -> dict[str, str]:
    found = {name: version for name, version in release.versions.items() if _has_source(name)}
    if flavour == "light":
        found["standin-jre"] = "17~standin1"
    return found


def link_keys() -> str:
    """What the web client takes from a meeting link, as a JavaScript list."""
    return json.dumps(sorted(".".join(path) for path in client_keys().link))


def _has_source(name: str) -> bool:
    return (SOURCES / name / "control").is_file()


def _build(
    root: Path,
    keyring: Path,
    flavour: Flavour,
    versions: Mapping[str, Mapping[str, str]],
    progress: Progress,
) -> str:
    root.mkdir()
    with signer(keyring) as sign:
        progress("package stand-ins: signing key")
        fingerprint = sign.fingerprint()
        for release in RELEASES:
            found = versions[release.suite]
            progress(f"package stand-ins: {len(found)} packages for {release.suite}/")
            suite = root / release.suite
            suite.mkdir()
            tokens = {
                "SERIAL": str(release.serial),
                "META": found["jitsi-meet"],
                "WEB": found["jitsi-meet-web"],
                "JICOFO": found["jicofo"],
                "JVB": found["jitsi-videobridge2"],
                "JIBRI": found.get("jibri", ""),
                "JIGASI": found.get("jigasi", ""),
                "JRE": _JRE[flavour],
                "LINK_KEYS": link_keys(),
            }
            for name, version in found.items():
                programs = {_PROGRAMS[name]: DAEMONS} if name in _PROGRAMS else {}
                build(
                    SOURCES / name,
                    suite,
                    root / "work",
                    version=version,
                    tokens=tokens,
                    eras=release.eras,
                    programs=programs,
                )
            _index(root, release.suite)
            sign.sign(suite / "Release")
        shutil.rmtree(root / "work")
        (root / KEY).write_text(sign.export(fingerprint), encoding="ascii")
    return fingerprint


def _index(root: Path, suite: str) -> None:
    packages = output(["apt-ftparchive", "packages", suite], cwd=root)
    (root / suite / "Packages").write_text(packages, encoding="utf-8")
    fields = {
        "Origin": "jitsi.org",
        "Label": "Jitsi Debian packages repository",
        "Suite": suite,
        "Codename": f"{suite}/",
        "Architectures": "all",
        "Description": "stand-ins for tests",
    }
    options = [
        part
        for name, value in fields.items()
        for part in ("-o", f"APT::FTPArchive::Release::{name}={value}")
    ]
    release = output(["apt-ftparchive", *options, "release", suite], cwd=root)
    (root / suite / "Release").write_text(release, encoding="utf-8")


def _cached(root: Path, state: Path, digest: str) -> str | None:
    try:
        found = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("digest") != digest or not (root / KEY).is_file():
        return None
    return str(found["fingerprint"])


def _digest(flavour: Flavour) -> str:
    """Over every file that goes into the packages, and the code that makes them."""
    total = hashlib.sha256(flavour.encode() + link_keys().encode())
    for folder in (SOURCES, DAEMONS, _HERE):
        pattern = "*.py" if folder != SOURCES else "**/*"
        for file in sorted(path for path in folder.glob(pattern) if path.is_file()):
            content = file.read_bytes()
            total.update(f"{file.relative_to(_HERE)}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()


@contextmanager
def _locked(dest: Path) -> Iterator[None]:
    with (dest / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
