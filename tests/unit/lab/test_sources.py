"""Any machine's apt configuration becomes the archives of the wanted release, and of no other."""

from pathlib import Path

import pytest

from selfhost.errors import LabError
from selfhost.lab.sources import (
    KEYRING,
    Source,
    for_release,
    of_machine,
    parse_deb822,
    parse_one_line,
    write_deb822,
)

ONE_LINE = """
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/mirror.gpg] http://mirror.example/debian bookworm main contrib # near
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian bookworm-updates main
deb http://mirror.example/debian-security/ bookworm-security main
deb http://mirror.example/debian bookworm-backports main
deb broken
"""  # noqa: E501

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main non-free-firmware
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://mirror.example/debian-security
# the next line is about a suite
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main
"""


def test_one_line_form_keeps_the_keyring_and_drops_comments_and_sources() -> None:
    first, updates, security, backports = parse_one_line(ONE_LINE)
    assert first == Source(
        ("http://mirror.example/debian",),
        ("bookworm",),
        ("main", "contrib"),
        {"Signed-By": "/usr/share/keyrings/mirror.gpg"},
    )
    assert first.keyring == "/usr/share/keyrings/mirror.gpg"
    assert updates.options == {}
    assert [s.suites for s in (security, backports)] == [
        ("bookworm-security",),
        ("bookworm-backports",),
    ]


def test_deb822_form_keeps_an_inline_key_and_drops_what_is_off() -> None:
    first, security = parse_deb822(DEB822)
    assert first.suites == ("bookworm", "bookworm-updates", "bookworm-backports")
    assert first.options["Signed-By"].endswith("-----END PGP PUBLIC KEY BLOCK-----")
    assert first.keyring == ""
    assert security.suites == ("bookworm-security",)


@pytest.mark.parametrize("parsed", [parse_one_line(ONE_LINE), parse_deb822(DEB822)])
def test_another_release_takes_the_suites_of_the_same_parts(parsed: tuple[Source, ...]) -> None:
    found = for_release(parsed, "trixie")
    assert {suite for source in found for suite in source.suites} == {
        "trixie",
        "trixie-updates",
        "trixie-security",
    }
    assert {source.components for source in found} == {("main",)}


def test_the_old_name_of_a_security_suite_is_understood() -> None:
    text = (
        "deb http://m.example/debian buster main\ndeb http://m.example/security buster/updates main"
    )
    assert [s.suites for s in for_release(parse_one_line(text), "bookworm")] == [
        ("bookworm",),
        ("bookworm-security",),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "deb https://packages.vendor.example/debian/12/prod bookworm main",
        "deb [signed-by=/etc/apt/chrome.gpg] https://dl.example/linux/chrome/deb stable main",
        "deb https://apt.example/debian bookworm-pgdg main",
        "deb https://download.example/linux/debian bookworm stable",
        "deb http://archive.ubuntu.example/ubuntu jammy main",
    ],
)
def test_archives_that_are_not_debians_are_left_out(line: str) -> None:
    assert for_release(parse_one_line(line), "bookworm") == ()


def test_a_private_mirror_is_known_by_debians_keyring() -> None:
    line = f"deb [signed-by={KEYRING}] http://mirror.example/os/d bookworm main"
    assert for_release(parse_one_line(line), "trixie")[0].uris == ("http://mirror.example/os/d",)


def test_a_snapshot_keeps_what_makes_it_valid() -> None:
    line = (
        "deb [check-valid-until=no] http://snapshot.example/archive/debian/20260101T000000Z"
        " bookworm main"
    )
    (found,) = for_release(parse_one_line(line), "trixie")
    assert found.options == {"Check-Valid-Until": "no"}
    assert "Check-Valid-Until: no\n" in write_deb822([found])


def test_what_is_written_reads_the_same() -> None:
    parsed = for_release(parse_deb822(DEB822), "trixie")
    assert parse_deb822(write_deb822(parsed)) == parsed


def test_a_machine_without_debian_archives_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://archive.ubuntu.example/ubuntu jammy main\n")
    with pytest.raises(LabError, match="names no archive of Debian"):
        of_machine("trixie", tmp_path)


def test_files_of_other_names_are_not_read(tmp_path: Path) -> None:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (parts / "near.list").write_text("deb http://near.example/debian bookworm main\n")
    (parts / "far.list.disabled").write_text("deb http://far.example/debian bookworm main\n")
    found = of_machine("bookworm", tmp_path)
    assert [source.uris for source in found] == [("http://near.example/debian",)]


def test_a_list_of_mirrors_on_this_machine_is_followed(tmp_path: Path) -> None:
    (tmp_path / "mirrors").write_text("https://near.example/debian\tpriority:1\n")
    (tmp_path / "sources.list").write_text(f"deb mirror+file://{tmp_path}/mirrors bookworm main\n")
    assert of_machine("bookworm", tmp_path)[0].uris == ("https://near.example/debian",)
