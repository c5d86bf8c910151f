"""What a command costs: time on the clock, of processors, and memory, with all that it starts."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from selfhost.errors import SelfhostError

_EVERY = 0.05  # seconds
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock and of processors; the most memory at one time in MiB, pages that
    processes share counted once; standard output."""

    wall: float
    processor: float
    memory: float
    output: str


def least(command: Sequence[str], runs: int) -> Cost:
    """The fastest of some runs."""
    return min((cost(command) for _ in range(runs)), key=lambda found: found.wall)


def cost(command: Sequence[str]) -> Cost:
    """Run it. Raises SelfhostError when it fails."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        watch = _Watch(process.pid)
        watcher = threading.Thread(target=watch.run, daemon=True)
        watcher.start()
        output, errors = process.communicate()
        wall = time.perf_counter() - began
        watch.ended.set()
        watcher.join()
    if process.returncode:
        said = (output + errors)[-2000:]
        raise SelfhostError(f"{command[0]} ended with {process.returncode}", hint=said)
    return Cost(wall, sum(watch.processor.values()), watch.memory, output)


class _Watch:
    """Looks at a process and all below it from time to time."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.ended = threading.Event()
        self.processor: dict[int, float] = {}
        self.memory = 0.0

    def run(self) -> None:
        """Until ``ended``."""
        while not self.ended.wait(_EVERY):
            memory = 0.0
            for pid, processor in self._tree():
                self.processor[pid] = processor
                with suppress(OSError, StopIteration):
                    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                    memory += next(int(x.split()[1]) for x in rollup if x.startswith("Pss:")) / 1024
            self.memory = max(self.memory, memory)

    def _tree(self) -> Iterator[tuple[int, float]]:
        found: dict[int, tuple[int, float]] = {}
        for path in Path("/proc").iterdir():
            if path.name.isdigit():
                with suppress(OSError):
                    fields = (path / "stat").read_text().rpartition(")")[2].split()
                    seconds = (int(fields[11]) + int(fields[12])) / _TICKS
                    found[int(path.name)] = int(fields[1]), seconds
        own = {self.pid}
        for pid in sorted(found):  # a child is younger than its parent
            if found[pid][0] in own:
                own.add(pid)
        return ((pid, found[pid][1]) for pid in own if pid in found)
