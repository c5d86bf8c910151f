"""Writes the locked requirements from pyproject.toml, with hashes. Run it as `make lock`."""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
OPTIONS = [
    "--quiet",
    "--generate-hashes",
    "--strip-extras",
    "--allow-unsafe",
    "--no-annotate",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
]


def lock(requirements: list[str], output: Path) -> None:
    """Resolve ``requirements`` into ``output``."""
    with tempfile.NamedTemporaryFile("w", suffix=".in") as file:
        file.write("\n".join(requirements) + "\n")
        file.flush()
        command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, "-o", str(output)]
        subprocess.run([*command, file.name], check=True)


project = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))
run: list[str] = project["project"]["dependencies"]
dev: list[str] = project["dependency-groups"]["dev"]
lock(run, HERE / "run.txt")
lock([f"-c {HERE / 'run.txt'}", *run, *dev], HERE / "dev.txt")
lock(project["dependency-groups"]["fuzz"], HERE / "fuzz.txt")
watch = HERE.parent / "roles" / "watch" / "files" / "requirements.txt"
lock([f"-c {HERE / 'run.txt'}", *project["dependency-groups"]["watch"]], watch)
