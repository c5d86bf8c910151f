"""The modules with which the roles choose versions and lead back: their pure parts, and files."""

import stat
from pathlib import Path
from typing import Any

import pytest

from tests.roles.render import module

sets = module("package_set")
archive = module("package_archive")
snapshot = module("file_snapshot")

SHOW = """\
Package: jitsi-meet
Version: 2.0.9-1
Pre-Depends: jitsi-videobridge2 (= 2.3-9-gabc-1)
Depends: jicofo (= 1.0-9-1), jitsi-meet-web (= 1.0.9-1), jitsi-meet-prosody (= 1.0.9-1)
Recommends: jitsi-meet-turnserver (= 1.0.9-1) | apache2
Filename: stable/jitsi-meet_2.0.9-1_all.deb
Description: x
 Depends: jicofo (= 6)

Package: jitsi-meet
Version: 2.0.10-1
Pre-Depends: jitsi-videobridge2 (= 2.3-10-gabc-1)
Depends: jicofo (= 1.0-10-1), jitsi-meet-web (= 1.0.10-1), jitsi-meet-prosody (= 1.0.10-1)
Filename: stable/jitsi-meet_2.0.10-1_all.deb

Package: jitsi-meet
Status: hold ok installed
Version: 2.0.8-1
Depends: jicofo (= 1.0-8-1), jitsi-meet-prosody (= 1.0.8-1)
"""
ALSO = {"jitsi-meet-tokens": "jitsi-meet-prosody"}


def compare(one: str, other: str) -> int:
    """Enough of Debian's order for these versions."""

    def key(version: str) -> list[Any]:
        parts = version.replace("-", ".").split(".")
        return [int(part) if part.isdigit() else part for part in parts]

    a, b = key(one), key(other)
    return (a > b) - (a < b)


def choose(which: str, installed: dict[str, str]) -> Any:
    return sets.choose("jitsi-meet", sets.releases(SHOW, ALSO), installed, which, compare)


def test_a_release_is_what_the_metapackage_names() -> None:
    nine = sets.releases(SHOW, ALSO)[0]
    assert nine["offered"]
    assert nine["versions"] == {
        "jitsi-meet": "2.0.9-1",
        "jitsi-videobridge2": "2.3-9-gabc-1",
        "jicofo": "1.0-9-1",
        "jitsi-meet-web": "1.0.9-1",
        "jitsi-meet-prosody": "1.0.9-1",
        "jitsi-meet-turnserver": "1.0.9-1",
        "jitsi-meet-tokens": "1.0.9-1",
    }
    assert not sets.releases(SHOW, ALSO)[2]["offered"]


@pytest.mark.parametrize(
    ("which", "installed", "version"),
    [
        ("installed", {}, "2.0.10-1"),
        ("installed", {"jicofo": "1.0-9-1"}, "2.0.9-1"),
        ("installed", {"jicofo": "1.0-8-1", "jitsi-meet": "2.0.8-1"}, "2.0.8-1"),
        ("newest", {"jicofo": "1.0-8-1"}, "2.0.10-1"),
        ("2.0.9-1", {"jicofo": "1.0-8-1"}, "2.0.9-1"),
    ],
)
def test_the_choice(which: str, installed: dict[str, str], version: str) -> None:
    assert choose(which, installed)["jitsi-meet"] == version


@pytest.mark.parametrize(
    ("which", "installed", "told"),
    [
        ("installed", {"jicofo": "1.0-9-1", "jitsi-meet-web": "1.0.10-1"}, "of no release"),
        ("2.0.11-1", {}, "is not offered; offered are: 2.0.9-1, 2.0.10-1"),
        ("2.0.9-1", {"jicofo": "1.0-10-1"}, "older than what is installed"),
        ("2.0.8-1", {}, "is not offered"),
    ],
)
def test_no_choice(which: str, installed: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        choose(which, installed)


def test_nothing_newer_keeps_what_is_installed() -> None:
    text = SHOW.replace("2.0.8-1", "2.0.12-1").replace("1.0-8-1", "1.0-12-1")
    known = sets.releases(text, ALSO)
    got = sets.choose("jitsi-meet", known, {"jicofo": "1.0-12-1"}, "newest", compare)
    assert got["jitsi-meet"] == "2.0.12-1"


def test_a_recorded_release_is_known_where_its_metapackage_is_nowhere() -> None:
    """As on a host with a bridge alone, whose repository has dropped the release."""
    recorded = {"jitsi-meet": "2.0.7-1", "jicofo": "1.0-7-1", "jitsi-videobridge2": "2.3-7-gab-1"}
    known = [*sets.releases(SHOW, ALSO), {"offered": False, "versions": recorded}]
    installed = {"jitsi-videobridge2": "2.3-7-gab-1"}
    assert sets.choose("jitsi-meet", known, installed, "installed", compare) == recorded
    newest = sets.choose("jitsi-meet", known, installed, "newest", compare)
    assert newest["jitsi-meet"] == "2.0.10-1"


SOURCES = """\
Types: deb
URIs: https://packages.example.org/jitsi/
Suites: stable/
Signed-By: /etc/apt/keyrings/selfhost-jitsi.asc
"""


def test_a_look_at_sources_has_lists_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists, parts, work = (tmp_path / name for name in ("lists", "parts", "work"))
    for folder in (lists, parts, work):
        folder.mkdir()
    ours = "packages.example.org_jitsi_stable_Packages"
    for name in (ours, "deb.example.org_dists_main_Packages.lz4", "lock"):
        (lists / name).write_text("old")
    (lists / "partial").mkdir()
    for name in ("selfhost-jitsi.sources", "debian.sources"):
        (parts / name).write_text("old")
    monkeypatch.setattr(sets, "LISTS", str(lists))
    monkeypatch.setattr(sets, "PARTS", str(parts))
    before = state(tmp_path)
    settings = sets.apart(str(work), SOURCES, "selfhost-jitsi.")
    assert settings["Dir::State::lists"] == str(work / "lists")
    assert sorted(path.name for path in (work / "lists").iterdir()) == [
        "deb.example.org_dists_main_Packages.lz4",
        "partial",
    ]
    assert sorted(path.name for path in (work / "parts").iterdir()) == [
        "debian.sources",
        "offer.sources",
    ]
    assert (work / "parts" / "offer.sources").read_text() == SOURCES
    after = {name: what for name, what in state(tmp_path).items() if not name.startswith("work")}
    assert after == {name: what for name, what in before.items() if name != "work"}


def test_names_of_files() -> None:
    assert archive.pattern("jicofo", "1:1.0-1") == "jicofo_1%3a1.0-1_*.deb"
    assert archive.wanted([{"a": "1"}, {"a": "1", "b": "2"}]) == [("a", "1"), ("b", "2")]


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            data = str(path.readlink()).encode()
        else:
            data = b"" if path.is_dir() else path.read_bytes()
        found[str(path.relative_to(folder))] = (path.lstat().st_mode, data)
    return found


def test_files_come_back_exactly(tmp_path: Path) -> None:
    etc, kept = tmp_path / "etc", tmp_path / "state" / "files.tar"
    (etc / "jitsi").mkdir(parents=True)
    (etc / "jitsi" / "a.conf").write_text("password = old\n")
    (etc / "jitsi" / "a.conf").chmod(0o640)
    (etc / "jitsi" / "twin").hardlink_to(etc / "jitsi" / "a.conf")
    (etc / "link").symlink_to("jitsi/a.conf")
    (etc / "gone").write_text("x")
    (etc / "becomes-folder").write_text("y")
    before = state(etc)
    snapshot.keep(str(kept), [str(etc), str(tmp_path / "nowhere")])
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert snapshot.back(str(kept), [str(etc)], True) == []

    (etc / "jitsi" / "a.conf").write_text("password = new\n")
    (etc / "gone").unlink()
    (etc / "link").unlink()
    (etc / "link").symlink_to("elsewhere")
    (etc / "becomes-folder").unlink()
    (etc / "becomes-folder").mkdir()
    (etc / "becomes-folder" / "inner").write_text("z")
    (etc / "new").mkdir()
    (etc / "new" / "file").write_text("new")
    changed = snapshot.back(str(kept), [str(etc)], True)
    assert state(etc) == before
    assert str(etc / "new" / "file") in changed
    assert snapshot.back(str(kept), [str(etc)], True) == []


def test_what_came_later_may_stay(tmp_path: Path) -> None:
    etc, kept = tmp_path / "etc", tmp_path / "files.tar"
    etc.mkdir()
    snapshot.keep(str(kept), [str(etc)])
    (etc / "admins").write_text("mine")
    assert snapshot.back(str(kept), [str(etc)], False) == []
    assert (etc / "admins").read_text() == "mine"
