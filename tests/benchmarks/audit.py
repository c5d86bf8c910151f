"""What an audit costs, beside the same checks in pytest-testinfra and beside Lynis, on one lab
server, and how that grows: ``make benchmark``.

A lab server is made, provisioned, measured and removed. Every figure is the least of some runs, and
all ratios are of one run, so that a slow machine changes them little.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selfhost import lab
from selfhost.controls.registry import controls
from selfhost.errors import LabError, SelfhostError
from selfhost.evidence.model import Evidence
from selfhost.lab.inventory import write_inventory
from selfhost.lab.state import get
from selfhost.targets.order import Order
from selfhost.targets.ssh import read_answer
from selfhost.targets.ssh_connection import Completed
from tests.benchmarks import growth, hosts, measure, stages
from tests.benchmarks.measure import Cost
from tests.benchmarks.plain_checks import CHECKS

NAME = "benchmark-audit"
HOSTNAME = "meet.example.test"
_GOALS = "goals: 1 s after the connection; 20 times the paramiko checks; 100 hosts 30 s, 300 MiB"
_LYNIS = ["sh", "-c", "lynis audit system --quick --no-colors 2>&1"]


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="of each (default: %(default)s)")
    parser.add_argument("--server", help="a provisioned lab server to use, and to leave changed")
    parser.add_argument("-i", "--inventory", type=Path, help="that server's")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as name, _server(options, Path(name)) as found:
            server, inventory = found
            _say(f"{_machine()}\n{_GOALS}\n")
            _all(server, inventory, Path(name), options.runs)
    except SelfhostError as error:
        sys.stderr.write(f"error: {error.message}\n  {error.hint}\n")
        return int(error.exit_code)
    return 0


def _all(server: lab.LabServer, inventory: Path, folder: Path, runs: int) -> None:
    answer = folder / "answer"
    staged = _stages(inventory, answer, runs)
    _say(stages_table(staged))
    command = [sys.executable, "-m", "selfhost", "audit", "-i", str(inventory)]
    audit = measure.least(command, runs)
    plain = {
        f"testinfra, {backend}, {len(CHECKS)} checks": measure.least(
            plain_command(server, backend, folder), runs
        )
        for backend in ("paramiko", "ssh")
    }
    alone = measure.least(
        [*plain_command(server, "paramiko", folder), "-k", next(iter(CHECKS))], runs
    )
    _say(commands_table(audit, plain | _lynis(server, runs)))
    _say(beyond_table(after_connection(staged), plain, alone))
    documents = read_answer(
        Completed(0, answer.read_bytes(), b""), Order(nonce=stages.NONCE), HOSTNAME
    )
    evidence = Evidence(HOSTNAME, "2026-01-01T00:00:00Z", documents)
    _say(growth_table(evidence))
    hosts.set_up(server, answer.read_bytes(), staged["stages"]["collect"]["wall"])
    _say("hosts     wall     processor     memory\n")
    for count in (1, 10, 100):
        found = measure.cost(hosts.command(server, count))
        _say(f"{count:5}{found.wall:7.1f} s{found.processor:12.1f} s{found.memory:7.0f} MiB\n")


@contextmanager
def _server(options: argparse.Namespace, folder: Path) -> Iterator[tuple[lab.LabServer, Path]]:
    if options.server:
        yield get(options.server), options.inventory
        return
    server = lab.up(NAME, hostname=HOSTNAME)
    try:
        inventory = write_inventory(server, folder / "inventory")
        measure.cost([sys.executable, "-m", "selfhost", "apply", "-i", str(inventory)])
        yield server, inventory
    finally:
        lab.down(NAME)


def _stages(inventory: Path, answer: Path, runs: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.stages", str(inventory), str(answer)]
    found = [json.loads(measure.cost(command).output) for _ in range(runs)]
    return min(found, key=after_connection)


def after_connection(staged: dict[str, Any]) -> float:
    """Seconds from an open connection to the report."""
    return sum(float(staged["stages"][x]["wall"]) for x in ("collect", "read and judge", "report"))


def stages_table(staged: dict[str, Any]) -> str:
    """One server, the whole catalogue."""
    lines = [f"{staged['controls']} controls on one server       wall   processor here"]
    lines += [
        f"  {name:28}{took['wall']:8.3f} s{took['processor']:12.3f} s"
        for name, took in staged["stages"].items()
    ]
    lines.append(f"  {'after the connection':28}{after_connection(staged):8.3f} s")
    return "\n".join([*lines, f"  memory {staged['memory']:.0f} MiB", "", ""])


def commands_table(audit: Cost, others: dict[str, Cost]) -> str:
    """The whole command beside others."""
    lines = [f"{'whole commands':34}    wall   processor here   memory   times"]
    for name, found in {"selfhost audit": audit, **others}.items():
        lines.append(
            f"  {name:32}{found.wall:6.2f} s{found.processor:12.2f} s{found.memory:8.0f} MiB"
            f"{found.wall / audit.wall:8.1f}"
        )
    return "\n".join([*lines, "", ""])


def beyond_table(audit: float, plain: dict[str, Cost], alone: Cost) -> str:
    """Without starting and connecting, which ``alone``, a run of one check, stands for."""
    lines = [
        f"{'after the connection':34}    wall   times",
        f"  {'selfhost audit':32}{audit:6.2f} s",
    ]
    for name, found in plain.items():
        wall = found.wall - alone.wall
        lines.append(f"  {name:32}{wall:6.2f} s{wall / audit:8.1f}")
    return "\n".join([*lines, "", ""])


def growth_table(evidence: Evidence) -> str:
    """Ten times as much of each."""
    seconds, factor = growth.controls_factor(evidence, controls())
    lines = ["ten times as many              once    factor"]
    lines.append(f"  {'controls':22}{seconds * 1000:8.1f} ms{factor:10.1f}")
    for kind in growth.FILES:
        seconds, factor = growth.factor(kind, growth.SETTINGS)
        lines.append(f"  {'settings, ' + kind:22}{seconds * 1000:8.1f} ms{factor:10.1f}")
    return "\n".join([*lines, "", ""])


def plain_command(server: lab.LabServer, backend: str, folder: Path) -> list[str]:
    """What runs the plain checks. Its settings for ssh let one connection be kept for all."""
    config = folder / "ssh_config"
    config.write_text(
        f"Host meet\n HostName {server.ssh_host}\n Port {server.ssh_port}\n User {server.user}\n"
        f" IdentityFile {server.key}\n IdentitiesOnly yes\n StrictHostKeyChecking no\n"
        f" UserKnownHostsFile {server.known_hosts}\n ControlPath {folder}/%C\n LogLevel ERROR\n"
    )
    where = ["--hosts", f"{backend}://meet", "--ssh-config", str(config), "--sudo"]
    quick = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return [sys.executable, "-m", "pytest", *quick, "tests/benchmarks/plain.py", *where]


def _lynis(server: lab.LabServer, runs: int) -> dict[str, Cost]:
    """In the server itself, as it knows no other way."""
    install = ["sh", "-c", "apt-get update -qq && apt-get install -y -qq lynis"]
    done = lab.run(server.name, install)
    if done.returncode:
        raise LabError("Lynis cannot be installed.", hint=done.stderr.decode()[-500:])
    found = measure.least(lab.exec_command(server, _LYNIS, terminal=False), runs)
    tests = re.search(r"Tests performed\s*:\s*(\d+)", found.output)
    return {f"lynis, {tests[1] if tests else '?'} tests, inside": found}


def _machine() -> str:
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    name = model[1] if model else "processor unknown"
    count = len(os.sched_getaffinity(0))
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{count} x {name}, Python {python}, load average {os.getloadavg()[0]:.1f}"


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
