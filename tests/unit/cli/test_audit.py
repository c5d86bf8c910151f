"""``selfhost audit`` and its neighbours, as a user meets them."""

import json
from pathlib import Path

import pytest

from selfhost.controls.registry import controls
from tests.unit.command_line import Command, command_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def selfhost(capsys: pytest.CaptureFixture[str]) -> Command:
    return command_of(capsys)


def test_one_bad_file(folder: Path, selfhost: Command) -> None:
    (folder / "jicofo.conf").write_text(
        'jicofo.transcription.url-template = "wss://x.example"\n'
        "jicofo.conference.enable-auto-owner = false\n"
    )
    done = selfhost("audit", "jicofo.conf", "--format", "json", "-o", "json=report.json")
    assert done.code == 1
    report = json.loads((folder / "report.json").read_text())
    failed = {r["control"]: r for r in report["results"] if r["status"] == "fail"}
    assert failed["jicofo-transcription-url"]["evidence"][0]["line"] == 1
    assert "web-local-recording" in report["targets"][0]["out_of_scope"]


def test_what_cannot_be_read_is_said_once(folder: Path, selfhost: Command) -> None:
    (folder / "jicofo.conf").write_text("jicofo { a = 1\n  b {\n")
    done = selfhost("audit", "jicofo.conf")
    assert done.code == 3
    assert done.out.count("? UNKNOWN") <= 3, "one obstacle is told once"
    assert "no failure seen" in done.out


def test_a_huge_file_is_not_read(folder: Path, selfhost: Command) -> None:
    (folder / "config.js").write_bytes(b"a" * 50_000_000)
    done = selfhost("audit", "config.js")
    assert done.code == 3
    assert done.out.count("? UNKNOWN") <= 3


def test_a_report_is_not_overwritten(folder: Path, selfhost: Command) -> None:
    (folder / "config.js").write_text("var config = {};\n")
    (folder / "report.json").write_text("precious")
    done = selfhost("audit", "config.js", "-o", "json=report.json")
    assert done.code == 2
    assert (folder / "report.json").read_text() == "precious"


def test_the_same_file_gives_the_same_report_but_for_the_time(
    folder: Path, selfhost: Command
) -> None:
    (folder / "config.js").write_text("var config = {};\n")
    reports = [json.loads(selfhost("audit", "config.js", "--format", "json").out) for _ in "ab"]
    for report in reports:
        report["targets"][0].pop("collected_at")
    assert reports[0] == reports[1]


def test_every_control_explains_itself(selfhost: Command) -> None:
    for control in controls():
        done = selfhost("explain", control.id)
        assert done.code == 0, done.out
        assert control.title in done.out


def test_controls_as_json(selfhost: Command) -> None:
    listed = json.loads(selfhost("controls", "list", "--format", "json").out)
    assert [entry["id"] for entry in listed] == [control.id for control in controls()]


def test_a_baseline_and_a_diff_tell_what_got_worse(folder: Path, selfhost: Command) -> None:
    good, bad = "jicofo { }\n", 'jicofo.transcription.url-template = "wss://x.example"\n'
    only = ("--select", "jicofo-transcription-url")
    for name, text in (("1", good), ("2", bad)):
        (folder / "jicofo.conf").write_text(text)
        selfhost("audit", "jicofo.conf", *only, "-o", f"json={name}.json")
    worse = selfhost("diff", "1.json", "2.json")
    assert worse.code == 1
    assert "✗ new  critical  jicofo-transcription-url" in worse.out
    better = selfhost("diff", "2.json", "1.json")
    assert (better.code, "✓ fixed" in better.out) == (0, True)
    for form in ("json", "markdown"):
        assert (
            "jicofo-transcription-url" in selfhost("diff", "1.json", "2.json", "--format", form).out
        )
    since = ("audit", "jicofo.conf", *only, "--fail-on-new", "--baseline")
    assert selfhost(*since, "1.json").code == 1
    old = selfhost(*since, "2.json")
    assert old.code == 0
    assert "Only what got worse since the baseline fails" in old.out
    assert "(unchanged)" in old.out


def test_wrong_judging_options_are_refused_before_any_work(folder: Path, selfhost: Command) -> None:
    (folder / "jicofo.conf").write_text("jicofo { }\n")
    (folder / "no.json").write_text("{}")
    for options in (
        ("--fail-on-new",),
        ("--baseline", "no.json"),
        ("--baseline", "none.json"),
        ("--waivers", "none.yml"),
        ("--profile", "none"),
    ):
        done = selfhost("audit", "jicofo.conf", "-o", "json=out.json", *options)
        assert done.code == 2, options
        assert not (folder / "out.json").exists()


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("x.html", "-o html=x.html"),
        ("a=b.html", "as in -o html=report.html"),
        ("x.sarif", "-o sarif=x.sarif"),
        ("out.XML", "-o junit=out.XML"),
        ("x", "as in -o html=report.html"),
        ("html=", "as in -o html=report.html"),
    ],
)
def test_a_file_without_its_format_is_told_how_to_be_written(
    folder: Path, selfhost: Command, given: str, hint: str
) -> None:
    (folder / "jicofo.conf").write_text("jicofo { }\n")
    done = selfhost("audit", "jicofo.conf", "--format", "html", "--output", given)
    assert done.code == 2
    assert f"{given!r} is not FORMAT=FILE" in done.err
    assert hint in done.err
    assert list(folder.iterdir()) == [folder / "jicofo.conf"]


def test_every_format_gives_the_same_exit_code(folder: Path, selfhost: Command) -> None:
    (folder / "jicofo.conf").write_text('jicofo.transcription.url-template = "wss://x.example"\n')
    only = ("--select", "jicofo-transcription-url")
    for form in ("terminal", "json", "sarif", "junit", "markdown", "html"):
        done = selfhost("audit", "jicofo.conf", *only, "--format", form)
        assert done.code == 1
        assert "jicofo-transcription-url" in done.out
