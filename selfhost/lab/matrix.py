"""The switch-on matrix: each forbidden thing on, audited, off again, on one running server."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from selfhost.errors import LabError
from selfhost.lab.server import run
from selfhost.lab.switches import Switch

Audit = Callable[[], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Caught:
    """What the audit said while a switch was on. ``left`` is what it still said afterwards."""

    switch: Switch
    failed: frozenset[str]
    unknown: frozenset[str]
    left: frozenset[str]

    @property
    def exactly(self) -> bool:
        """Its control failed, what it implies failed, nothing else did, and then it was clean."""
        wanted = {self.switch.control} | self.switch.also
        prefix = self.switch.unclear
        unclear = {name for name in self.unknown if not (prefix and name.startswith(prefix))}
        return self.failed == wanted and not unclear and not self.left


def switch_on(name: str, switch: Switch) -> None:
    """Do the damage. Raises ``LabError`` when the script itself fails."""
    _script(name, switch.script, f"switch on {switch.what}")


def matrix(name: str, audit: Audit, switches: Sequence[Switch]) -> Iterator[Caught]:
    """Switch each on and off; the server must be clean before.

    Raises ``LabError`` when a script fails or the server was not clean to begin with.
    """
    _files(name, "keep")
    if before := _having(audit(), "fail", "unknown"):
        raise LabError(f"the server {name} is not clean before: {', '.join(sorted(before))}")
    for switch in switches:
        try:
            switch_on(name, switch)
            found = audit()
        finally:
            if switch.off:
                _script(name, switch.off, f"switch off {switch.what}")
            _files(name, "put-back")
        after = audit()
        yield Caught(
            switch,
            _having(found, "fail"),
            _having(found, "unknown"),
            _having(after, "fail", "unknown"),
        )


def _having(document: dict[str, object], *statuses: str) -> frozenset[str]:
    results = document["results"]
    assert isinstance(results, list)  # noqa: S101 - our own format
    return frozenset(r["control"] for r in results if r["status"] in statuses)


def _script(name: str, script: str, what: str) -> None:
    done = run(name, ["sh", "-ec", script], timeout=300)
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip()[-300:]
        raise LabError(f"Could not {what}: {why}")


def _files(name: str, what: str) -> None:
    """Keep the folders that switches write to, or put them back as they were kept."""
    source = files("selfhost.lab").joinpath("kept_files.py").read_text("utf-8")
    done = run(name, ["python3", "-I", "-c", source, what], timeout=120)
    if done.returncode:
        raise LabError(f"Could not {what} files: {done.stderr.decode('utf-8', 'replace')[-300:]}")


def table(rows: Sequence[Caught]) -> str:
    """The matrix as Markdown, with the total."""
    lines = ["| switched on | control | caught | also |", "|---|---|---|---|"]
    for row in rows:
        others = sorted((row.failed | row.unknown) - {row.switch.control})
        verdict = (
            "yes"
            if row.exactly
            else "NO"
            if row.switch.control not in row.failed
            else "not exactly"
        )
        left = f"; left: {', '.join(sorted(row.left))}" if row.left else ""
        lines.append(
            f"| {row.switch.what} | {row.switch.control} | {verdict} | {', '.join(others)}{left} |"
        )
    caught = sum(row.exactly for row in rows)
    return "\n".join([*lines, "", f"{caught} of {len(rows)} caught by exactly their control"])


def parsed(text: str) -> dict[str, object]:
    """A report of ``selfhost audit --format json``. Raises ``LabError`` when it is none."""
    try:
        document: dict[str, object] = json.loads(text)
    except ValueError:
        raise LabError("The audit gave no report.", hint="Run it by hand to see why.") from None
    return document
