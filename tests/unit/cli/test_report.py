"""``selfhost report``, as a user meets it."""

import errno
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from selfhost.browser import chromium
from selfhost.cli.root import run
from selfhost.history import store
from selfhost.reports import json as json_report
from tests.unit.reports.samples import full, of, target

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.json").write_text(json_report.render(full()))
    return tmp_path


@pytest.fixture
def inventory(folder: Path) -> Path:
    path = folder / "inventory"
    path.mkdir()
    for kind, day in (("good", 1), ("bad", 2), ("good", 3)):
        at = f"2026-11-0{day}T00:00:00Z"
        store.add(path, of(replace(target(kind), collected_at=at)), at)
    return path


def test_a_json_report_in_every_format(folder: Path, capsys: Capture) -> None:
    assert run(["report", "r.json", "--format", "json"]) == 0
    assert capsys.readouterr().out == (folder / "r.json").read_text()
    assert run(["report", "r.json"]) == 0
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")
    assert run(["report", "r.json", "--format", "junit", "-o", "r.xml"]) == 0
    assert "<testsuites" in (folder / "r.xml").read_text()


@pytest.mark.usefixtures("inventory")
def test_an_audit_of_the_history(folder: Path, capsys: Capture) -> None:
    assert run(["report", "--format", "json"]) == 0
    assert '"collected_at": "2026-11-03T00:00:00Z"' in capsys.readouterr().out
    assert run(["report", "2026-11-02", "--format", "markdown"]) == 0
    assert "**Policy: ✗ FAIL**" in capsys.readouterr().out
    assert run(["report", "9"]) == 2
    assert "the history has no audit 9" in capsys.readouterr().err


def test_an_older_report_is_there_when_the_new_one_cannot_be_written(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "r.html").write_text("older")
    (folder / "r.html").chmod(0o640)
    command = ["report", "r.json", "-o", "r.html", "--force"]

    def full_disk(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full_disk)
        assert run(command) == 2
    assert "r.html cannot be written: No space left on device" in capsys.readouterr().err
    assert (folder / "r.html").read_text() == "older"
    assert sorted(one.name for one in folder.iterdir()) == ["r.html", "r.json"]
    assert run(command) == 0
    assert (folder / "r.html").read_text().startswith("<!DOCTYPE html>")
    assert (folder / "r.html").stat().st_mode & 0o777 == 0o640


def test_a_report_is_as_open_as_any_new_file_and_follows_links(folder: Path) -> None:
    (folder / "link.html").symlink_to("r.html")
    mask = os.umask(0o027)
    try:
        assert run(["report", "r.json", "-o", "link.html"]) == 0
    finally:
        os.umask(mask)
    assert (folder / "link.html").is_symlink()
    assert (folder / "r.html").stat().st_mode & 0o777 == 0o640


def test_a_report_goes_into_a_device(folder: Path) -> None:
    assert run(["report", "r.json", "-o", os.devnull, "--force"]) == 0
    assert Path(os.devnull).is_char_device()


def test_without_a_history_it_says_how_to_get_one(capsys: Capture) -> None:
    assert run(["report"]) == 2
    told = capsys.readouterr()
    assert "the history has no audit yet" in told.err
    assert told.out == ""


def test_a_changed_report_is_one_sentence(folder: Path, capsys: Capture) -> None:
    text = (folder / "r.json").read_text()
    (folder / "x.json").write_text(text.replace('"fail": 1', '"fail": 0'))
    assert run(["report", "x.json", "-o", "x.html"]) == 2
    told = capsys.readouterr().err
    assert "x.json is not a report of selfhost audit: it was changed after it was written" in told
    assert not (folder / "x.html").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--format", "pdf"], "a PDF goes into a file"),
        (["--pdf", "a.pdf", "-o", "b.pdf"], "--pdf and --output name two files"),
        (["-o", "r.json"], "r.json exists"),
        (["-o", "no/where.html"], "The folder no does not exist"),
    ],
)
def test_wrong_usage(words: list[str], told: str, capsys: Capture) -> None:
    assert run(["report", "r.json", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_pdf_needs_chromium(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "PROGRAMS", ("no-such-browser",))
    assert run(["report", "r.json", "--pdf", "r.pdf"]) == 2
    assert "a PDF needs Chromium, and none is installed" in capsys.readouterr().err
    assert not (folder / "r.pdf").exists()


def test_a_pdf_of_hostile_text(folder: Path) -> None:
    assert run(["report", "r.json", "--pdf", "r.pdf"]) == 0
    content = (folder / "r.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    done = subprocess.run(
        ["pdftotext", "-layout", "r.pdf", "-"], capture_output=True, text=True, check=True
    )
    assert "<script>alert(1)</script>" in done.stdout
    info = subprocess.run(["pdfinfo", "r.pdf"], capture_output=True, text=True, check=True).stdout
    facts = dict(re.findall(r"^([A-Z][\w ]+):\s+(.*)$", info, re.MULTILINE))
    assert facts["Tagged"] == "yes"
    assert facts["JavaScript"] == "no"
    assert facts["Page size"].endswith("(A4)")
