"""The plug-in of pytest, in a pytest of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = ("-p", "no:selfhost", "-p", "selfhost.runners.pytest_plugin", "-p", "no:cacheprovider")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *PLUGIN, "-q", "-rA", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "jicofo.conf").write_text('jicofo.transcription.url-template = "wss://x.example"\n')
    (folder / "config.js").write_text(
        "var config = { localRecording: { disable: navigator.onLine } };\n"
    )
    return folder


def test_one_test_for_each_control(tmp_path: Path, site: Path) -> None:
    done = run(tmp_path, f"--selfhost-target={site}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "✗ FAIL critical: The bridge sends no audio to a transcriber" in done.stdout
    assert '/jicofo.conf:1  jicofo.transcription.url-template = "wss://x.example"' in done.stdout
    assert "? UNKNOWN high: Participants are not offered to record" in done.stdout
    assert f"PASSED ::jicofo-translation-url[{site}]" in done.stdout
    assert "out of scope" in done.stdout
    assert "Traceback" not in done.stdout


def test_k_chooses_and_xdist_spreads(tmp_path: Path, site: Path) -> None:
    done = run(tmp_path, f"--selfhost-target={site}", "-k", "jicofo-translation-url", "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_waived_and_minor_findings_are_skipped_with_the_reason(tmp_path: Path, site: Path) -> None:
    from datetime import UTC, datetime, timedelta

    (tmp_path / "waivers.yml").write_text(
        "waivers:\n  - control: jicofo-transcription-url\n    target: '*'\n"
        "    reason: A demonstration, nobody takes part.\n    owner: anna\n"
        f"    expires: {datetime.now(UTC).date() + timedelta(days=9)}\n"
    )
    done = run(
        tmp_path,
        f"--selfhost-target={site}",
        "--selfhost-waivers=waivers.yml",
        "--selfhost-fail-on=critical",
        "-k",
        "jicofo-transcription-url or web-gravatar",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Waived by anna" in done.stdout
    assert "high, below --selfhost-fail-on" in done.stdout
    assert "2 skipped" in done.stdout


def test_what_is_not_reached_does_not_pass(tmp_path: Path) -> None:
    (tmp_path / "broken.tar.gz").write_bytes(b"\x1f\x8b damaged")
    target = f"--selfhost-target={tmp_path}/broken.tar.gz"
    done = run(tmp_path, target, "-k", "jicofo-translation-url")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout


def test_wrong_options_are_a_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, "--selfhost-target=local", "--selfhost-profile=privat")
    assert done.returncode == 4
    assert "There is no profile 'privat'" in done.stderr


def test_without_the_option_it_does_nothing_and_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import sys\n\ndef test_own():\n"
        "    loaded = {n for n in sys.modules if n.startswith('selfhost.')}\n"
        "    assert loaded == {'selfhost.runners', 'selfhost.runners.pytest_plugin'}, loaded\n"
    )
    done = run(tmp_path, "test_own.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_a_host_of_testinfra(tmp_path: Path) -> None:
    """The collector goes through testinfra's own connection, here to this machine."""
    (tmp_path / "test_own.py").write_text(
        "def test_own(host, selfhost_audit):\n"
        "    report = selfhost_audit(host)\n"
        "    assert not report.targets[0].unreachable, report.targets[0].unreachable\n"
        "    assert len(report.targets[0].documents) > 20\n"
    )
    done = run(tmp_path, "test_own.py", "--hosts=local://")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_announces_it() -> None:
    import tomllib

    from selfhost.provision import content

    project = tomllib.loads((content.checkout() / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["entry-points"]["pytest11"] == {
        "selfhost": "selfhost.runners.pytest_plugin"
    }
