"""How long a first and a second apply take, and on what: ``make benchmark``.

A lab server is made, provisioned, provisioned again, and removed. Its packages come from the
lab's store of earlier downloads, so the second benchmark on a machine is the one to note.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from selfhost import lab
from selfhost.errors import SelfhostError
from selfhost.lab.inventory import write_inventory
from selfhost.provision.events import RunState, Step

NAME = "benchmark"


@dataclass(frozen=True, slots=True)
class Run:
    """One apply: its steps; seconds on the clock and of the controller's processors."""

    steps: tuple[Step, ...]
    seconds: float
    processor: float


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__.splitlines()[0])
    parser.add_argument("--release", default="bookworm", help="Debian's (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=2, help="second applies (default: %(default)s)")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            server = lab.up(NAME, release=options.release)
            try:
                inventory = write_inventory(server, Path(folder) / "inventory")
                runs = [apply(inventory) for _ in range(1 + options.runs)]
            finally:
                lab.down(NAME)
    except SelfhostError as error:
        sys.stderr.write(f"error: {error.message}\n  {error.hint}\n")
        return int(error.exit_code)
    sys.stdout.write(table(runs[0], min(runs[1:], key=lambda run: run.seconds)))
    return 0


def apply(inventory: Path) -> Run:
    """Run it. Raises SelfhostError when it fails."""
    sys.stderr.write(f"load average {os.getloadavg()[0]:.1f}; applying\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    command = [sys.executable, "-m", "selfhost", "apply", "-i", str(inventory)]
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SelfhostError(f"apply ended with {done.returncode}", hint=done.stderr[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    record = max(path for path in (inventory / "runs").iterdir() if path.is_dir())
    return Run(steps_of((record / "events.jsonl").read_bytes()), seconds, processor)


def steps_of(events: bytes) -> tuple[Step, ...]:
    """A run's steps, from its record."""
    state = RunState()
    for line in events.splitlines():
        state.feed(line)
    return tuple(state.steps)


def table(first: Run, second: Run) -> str:
    """Both runs, role by role. A task that is skipped costs little; one that is done, a trip."""
    names = list(dict.fromkeys(step.name for run in (first, second) for step in run.steps))
    lines = [f"{'role':20}{'first':>9}{'second':>9}{'done':>7}{'skipped':>9}{'changed':>9}"]
    for name in names:
        one, two = (sum_of(run, name) for run in (first, second))
        lines.append(
            f"{name:20}{one.seconds:7.1f} s{two.seconds:7.1f} s"
            f"{two.ok:7}{two.skipped:9}{two.changed:9}"
        )
    all_done = sum(step.ok for step in second.steps)
    all_skipped = sum(step.skipped for step in second.steps)
    all_changed = sum(step.changed for step in second.steps)
    lines.append(
        f"{'in all':20}{first.seconds:7.1f} s{second.seconds:7.1f} s"
        f"{all_done:7}{all_skipped:9}{all_changed:9}"
    )
    lines.append(f"{'processor here':20}{first.processor:7.1f} s{second.processor:7.1f} s")
    return "\n".join(lines) + "\n"


def sum_of(run: Run, name: str) -> Step:
    """All of a role's turns in one. ``ended - began`` is the time of all of them."""
    total = Step(name, 0.0, 0.0)
    for step in run.steps:
        if step.name == name:
            total.ended += step.seconds
            total.ok += step.ok
            total.skipped += step.skipped
            total.changed += step.changed
    return total


if __name__ == "__main__":
    sys.exit(main())
