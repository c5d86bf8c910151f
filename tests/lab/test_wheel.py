"""The wheel alone is a working selfhost: built, installed in a new environment, used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "pip"), "install", "-q", "--disable-pip-version-check"]
    locked = ROOT / "requirements" / "run.txt"
    subprocess.run([*pip, "--require-hashes", "-r", str(locked)], check=True, capture_output=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, capture_output=True)
    return environment / "bin"


def run(bin_folder: Path, cwd: Path, *command: str) -> subprocess.CompletedProcess[str]:
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "ANSIBLE", "SELFHOST"))
    }
    variables["PATH"] = f"{bin_folder}:/usr/bin:/bin"
    return subprocess.run(
        [str(bin_folder / command[0]), *command[1:]],
        cwd=cwd,
        env=variables,
        capture_output=True,
        text=True,
    )


def test_help_and_controls(bin_folder: Path, tmp_path: Path) -> None:
    helped = run(bin_folder, tmp_path, "selfhost", "--help")
    assert helped.returncode == 0
    assert "audit" in helped.stdout
    listed = run(bin_folder, tmp_path, "selfhost", "controls", "list")
    assert listed.returncode == 0
    assert "jicofo-transcription-url" in listed.stdout


def test_init_and_playbook_syntax(bin_folder: Path, tmp_path: Path) -> None:
    made = run(
        bin_folder, tmp_path, "selfhost", "init", "meet.example.org", "--host", "203.0.113.10"
    )
    assert made.returncode == 0, made.stderr
    (playbook,) = bin_folder.parent.glob(
        "lib/python*/site-packages/selfhost/_ansible/playbooks/site.yml"
    )
    checked = run(
        bin_folder,
        playbook.parent,
        "ansible-playbook",
        "--syntax-check",
        "-i",
        str(tmp_path / "inventory"),
        str(playbook),
    )
    assert checked.returncode == 0, checked.stderr


def test_an_audit_of_one_file(bin_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "jicofo.conf").write_text('jicofo.transcription.url-template = "wss://x.example"\n')
    done = run(bin_folder, tmp_path, "selfhost", "audit", "jicofo.conf")
    assert done.returncode == 1
    assert "jicofo.conf:1" in done.stdout
