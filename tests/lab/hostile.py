"""The audit as a user's command, watched: what it opens to write, what it starts, what it costs."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfhost import lab
from tests.lab.conftest import Site

MAX_MEMORY = 200  # MB
FORMATS = ("terminal", "json", "sarif", "junit", "markdown", "html")

#: Loaded by Python before anything else. What is opened to write or renamed, and every program.
_HOOK = r"""
import os, sys
_log = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_APPEND)
_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn")
_MAKES = ("os.mkdir", "os.link", "os.symlink", "os.rename", "os.remove", "sqlite3.connect")
def _watch(event, arguments):
    said = ""
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        if isinstance(arguments[2], int) and arguments[2] & (os.O_ACCMODE | os.O_CREAT):
            said = "writes " + os.path.abspath(os.fsdecode(arguments[0]))
    elif event in _STARTS:
        said = "starts " + repr(arguments[0])
    elif event in _MAKES:
        last = arguments[1] if event in ("os.link", "os.symlink", "os.rename") else arguments[0]
        said = "writes " + os.path.abspath(os.fsdecode(last))
    if said:
        os.write(_log, (said.replace("\n", "\\n") + "\n").encode("utf-8", "surrogateescape"))
sys.addaudithook(_watch)
"""


@dataclass(frozen=True)
class Audited:
    """How an audit ended. ``memory`` is the most that its process held, in MB."""

    exit_code: int
    output: dict[str, str]
    said: str
    seconds: float
    memory: float
    started: tuple[str, ...]
    written: tuple[str, ...]

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.output["json"])
        return report

    @property
    def statuses(self) -> dict[str, str]:
        return {result["control"]: result["status"] for result in self.report["results"]}

    @property
    def sentence(self) -> str:
        """What is said of a server that gave no evidence."""
        (target,) = self.report["targets"]
        return str(target["unreachable"] or "")


def audit(site: Site, folder: Path, timeout: float = 150) -> Audited:
    """Audit the site, with a report of every format."""
    places = {name: folder / name for name in ("hook", "home", "tmp", "here", "reports")}
    for place in places.values():
        place.mkdir(parents=True)
    (places["hook"] / "sitecustomize.py").write_text(_HOOK)
    log = folder / "log"
    log.touch()
    reports = {form: places["reports"] / form for form in FORMATS}
    named = [f"--output={form}={path}" for form, path in reports.items()]
    command = [sys.executable, "-B", "-m", "selfhost", "audit", "-i", str(site.inventory), *named]
    environment = {
        **os.environ,
        "HOME": str(places["home"]),
        "TMPDIR": str(places["tmp"]),
        "WATCHED": str(log),
        "PYTHONPATH": os.pathsep.join(
            [str(places["hook"]), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
        ),
    }
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as errors:
        began = time.monotonic()
        process = subprocess.Popen(
            command, stdout=out, stderr=errors, cwd=places["here"], env=environment
        )
        deadline, memory = began + timeout, 0.0
        while process.poll() is None:
            memory = max(memory, _most_memory(process.pid))
            if time.monotonic() > deadline:
                process.kill()
            time.sleep(0.02)
        seconds = time.monotonic() - began
    lines = log.read_text("utf-8", "replace").splitlines()
    left = [p for name in ("home", "tmp", "here") for p in places[name].rglob("*")]
    assert left == []
    output = {form: path.read_text("utf-8") for form, path in reports.items() if path.exists()}
    output["stdout"] = (folder / "stdout").read_text("utf-8")
    return Audited(
        process.returncode,
        output,
        (folder / "stderr").read_text("utf-8"),
        seconds,
        memory,
        tuple(line.removeprefix("starts ") for line in lines if line.startswith("starts ")),
        tuple(line.removeprefix("writes ") for line in lines if line.startswith("writes ")),
    )


def _most_memory(pid: int) -> float:
    """What a process held at most until now, in MB. What the kernel tells of an ended one counts
    the memory of whoever started it as well."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    held = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(held[1]) * 1024 / 1e6 if held else 0.0


def unharmed(found: Audited, site: Site, folder: Path, seconds: float = 40) -> None:
    """It ended by itself and in time, and nothing of ours was taken, written or started."""
    said = found.output["stdout"] + found.said
    assert found.exit_code in (0, 1, 3), said
    assert "Traceback" not in said
    assert found.seconds < seconds
    assert found.memory < MAX_MEMORY
    assert found.started == ()
    ours = (str(folder / "reports"), str(site.inventory), "/dev/")
    assert [path for path in found.written if not path.startswith(ours)] == []


def as_root(site: Site, script: str, given: bytes = b"", *, arguments: tuple[str, ...] = ()) -> str:
    """Run a shell's script on the server; its output."""
    command = ["sh", "-euc", script, "sh", *arguments]
    done = lab.run(site.server.name, command, input=given)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "replace")


@contextmanager
def changed(site: Site, script: str, back: str, given: bytes = b"") -> Iterator[None]:
    """The server while it is changed by a script; another one undoes that."""
    try:
        as_root(site, script, given)
        yield
    finally:
        as_root(site, back)


def harmful(output: dict[str, str]) -> list[str]:
    """What in the reports would act on a terminal, a browser or a reader's eye."""
    control = re.compile(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
    )
    found = [
        f"{form}: {match[0]!r}" for form, text in output.items() for match in control.finditer(text)
    ]
    # What stands in a code span of Markdown's is text.
    outside = {**output, "markdown": re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", output["markdown"])}
    for form in ("html", "markdown", "junit"):
        found += [f"{form}: an element"] if "<script>alert" in outside[form] else []
    for form, text in output.items():
        found += [f"{form}: a line"] if re.search(r"^\s*forged:", text, re.M) else []
    return found
