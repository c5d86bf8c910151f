"""selfhost as an archive for servers: only what is known by its digest, and enough to audit."""

import base64
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from selfhost.errors import UsageError
from selfhost.provision import program_archive
from selfhost.provision.program_archive import Platform, build, digest

ROOT = Path(__file__).resolve().parents[3]
BOOKWORM = Platform("3.11", "x86_64")


def locked(path: Path) -> dict[str, str]:
    """Each package's lines: version and digests."""
    blocks = re.split(r"\n(?=\S)", path.read_text("utf-8").strip())
    return {block.partition("==")[0]: block for block in blocks}


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one package, which is all that is asked for."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    path = folder / "tiny-1.0-py3-none-any.whl"
    files = {
        "tiny.py": "NUMBER = 7\n",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
            found = hashlib.sha256(text.encode()).digest()
            record += f"{name},sha256={base64.urlsafe_b64encode(found).decode().rstrip('=')},\n"
        archive.writestr("tiny-1.0.dist-info/RECORD", record)
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(f"tiny==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n")
    monkeypatch.setattr(program_archive, "requirements", lambda: wanted)
    return folder


def test_the_packages_are_those_that_the_command_itself_is_locked_to() -> None:
    ours = locked(ROOT / "requirements" / "run.txt")
    watch = locked(program_archive.requirements())
    assert len(watch) > 5
    assert {name: ours[name] for name in watch} == watch


def test_a_watch_needs_no_package_beside_them(tmp_path: Path) -> None:
    watch = set(locked(program_archive.requirements()))
    other = set(locked(ROOT / "requirements" / "run.txt")) - watch
    names = {
        top
        for top, owners in packages_distributions().items()
        if {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners} <= other
    }
    assert {"ansible", "paramiko", "pydantic", "rich"} <= names
    program = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({sorted([*names, 'selfhost.lab'])!r}))\n"
        "from selfhost.cli import main\n"
        f"sys.argv[1:] = ['watch', 'local', '--state', {str(tmp_path)!r}, '--name', 'here']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.startswith("here: watched from now on")


def test_the_archive_is_a_program_with_its_packages(wheels: Path, tmp_path: Path) -> None:
    archive = tmp_path / "program.tar.gz"
    build(BOOKWORM, archive, wheels)
    with tarfile.open(archive) as tar:
        entries = tar.getmembers()
        assert all(entry.isfile() and entry.mode == 0o644 for entry in entries)
        tar.extractall(tmp_path / "program")  # noqa: S202 - made just now
    names = {entry.name for entry in entries}
    assert {"__main__.py", "tiny.py", "selfhost/cli/watch.py"} <= names
    assert not [name for name in names if name.startswith(("selfhost/lab", "selfhost/_ansible"))]
    assert (tmp_path / "program" / "DIGEST").read_text() == f"{digest(BOOKWORM)}\n"
    asked = [sys.executable, str(tmp_path / "program"), "--version"]
    elsewhere = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(asked, capture_output=True, text=True, cwd="/", env=elsewhere)
    assert done.returncode == 0, done.stderr
    wrong = subprocess.run([*asked[:2], "look"], capture_output=True, cwd="/", env=elsewhere)
    assert wrong.returncode == 2, "how it ends is told"


def test_a_package_that_is_not_the_known_one_is_refused(wheels: Path, tmp_path: Path) -> None:
    (wheel,) = wheels.iterdir()
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("more.py", "")
    with pytest.raises(UsageError, match="did not get the watch's packages") as found:
        build(BOOKWORM, tmp_path / "program.tar.gz", wheels)
    assert "watch_wheels" in found.value.hint
    assert not (tmp_path / "program.tar.gz").exists()


def test_a_folder_without_the_packages_and_none_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"for Python 3\.11 on x86_64"):
        build(BOOKWORM, tmp_path / "a", tmp_path)
    with pytest.raises(UsageError, match="there is no folder"):
        build(BOOKWORM, tmp_path / "a", tmp_path / "gone")


def test_a_place_that_cannot_be_written_is_one_sentence(wheels: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be put together: No such file") as found:
        build(BOOKWORM, tmp_path / "gone" / "program.tar.gz", wheels)
    assert "TMPDIR" in found.value.hint


def test_the_digest_is_of_all_that_makes_a_difference(
    wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = digest(BOOKWORM)
    assert digest(BOOKWORM) == first
    assert (
        len({first, digest(Platform("3.12", "x86_64")), digest(Platform("3.11", "aarch64"))}) == 3
    )
    own = dict(program_archive._own())
    one = next(name for name in own if name.endswith("watch.py"))
    monkeypatch.setattr(program_archive, "_own", lambda: {**own, one: wheels.parent / "x"}.items())
    (wheels.parent / "x").write_text("changed\n")
    assert digest(BOOKWORM) != first
    monkeypatch.undo()
    assert program_archive.requirements().name == "requirements.txt"


@pytest.mark.parametrize(
    ("python", "machine", "said"),
    [
        ("3.10", "x86_64", "needs 3.11 or later"),
        ("2.7", "x86_64", "needs 3.11 or later"),
        ("3.11; rm", "x86_64", "needs 3.11 or later"),
        ("3.11", "riscv64", "no packages for the server's processor"),
    ],
)
def test_servers_that_cannot_run_it_are_told(python: str, machine: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Platform(python, machine)
