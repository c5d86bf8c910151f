"""Sources become packages with the lines, names and modes that were meant."""

import subprocess
from pathlib import Path

import pytest

from selfhost.lab.standins.package import build, expand

CONDITIONAL = """before @VERSION@
#@if old
old @VERSION@
#@else
new
#@endif
after
"""


def test_expand_chooses_lines_and_replaces_tokens() -> None:
    assert expand(CONDITIONAL, {"VERSION": "7"}, {"old"}) == "before 7\nold 7\nafter\n"
    assert expand(CONDITIONAL, {"VERSION": "7"}, set()) == "before 7\nnew\nafter\n"


def test_expand_leaves_other_signs_alone() -> None:
    text = "rewrite ^/@root_path$ user@example\n"
    assert expand(text, {"VERSION": "7"}, set()) == text


@pytest.mark.parametrize(
    "text", ["#@if a\n", "#@endif\n", "#@else\n", "#@if a\n#@if b\n#@endif\n#@endif\n"]
)
def test_expand_refuses_unpaired_markers(text: str) -> None:
    with pytest.raises(ValueError, match="#@"):
        expand(text, {}, set())


def test_build(tmp_path: Path) -> None:
    source = tmp_path / "sample"
    (source / "root/etc/sample").mkdir(parents=True)
    (source / "control").write_text(
        "Package: sample\nVersion: @VERSION@\nArchitecture: all\nMaintainer: a <a@b.invalid>\n"
        "Description: sample\n"
    )
    (source / "postinst").write_text("#!/bin/sh\nexit 0\n")
    (source / "conffiles").write_text("/etc/sample/settings\n")
    (source / "triggers").write_text("#@if new\ninterest sample\n#@endif\n")
    (source / "dirs").write_text("var/lib/sample\n")
    (source / "root/etc/sample/settings").write_text("release @VERSION@\n")
    (source / "root/etc/sample/run.sh").write_text("#!/bin/sh\n")
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "program.py").write_text("pass\n")
    destination = tmp_path / "out"
    destination.mkdir()

    deb = build(
        source,
        destination,
        tmp_path / "work",
        version="1.0-1",
        tokens={"VERSION": "1.0-1"},
        eras=set(),
        programs={"usr/share/sample": modules},
    )

    listing = subprocess.run(
        ["dpkg-deb", "--contents", deb], capture_output=True, text=True, check=True
    ).stdout
    entries = {line.split()[-1]: line.split()[:2] for line in listing.splitlines()}
    assert entries["./etc/sample/settings"] == ["-rw-r--r--", "root/root"]
    assert entries["./etc/sample/run.sh"] == ["-rwxr-xr-x", "root/root"]
    assert entries["./var/lib/sample/"] == ["drwxr-xr-x", "root/root"]
    assert "./usr/share/sample/program.py" in entries
    assert "./usr/share/doc/sample/STANDIN" in entries
    subprocess.run(["dpkg-deb", "--raw-extract", deb, tmp_path / "tree"], check=True)
    assert (tmp_path / "tree/etc/sample/settings").read_text() == "release 1.0-1\n"
    assert (tmp_path / "tree/usr/share/sample/VERSION").read_text() == "1.0-1\n"
    assert sorted(file.name for file in (tmp_path / "tree/DEBIAN").iterdir()) == [
        "conffiles",
        "control",
        "postinst",
    ]
