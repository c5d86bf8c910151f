"""The audit's cost grows no faster than what it is given; a bound that a busy machine keeps."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls import registry
from selfhost.targets.parse import parse_target
from tests.benchmarks import growth
from tests.benchmarks.plain_checks import CHECKS
from tests.fuzz.targets import TARGETS
from tests.roles.render import render_defaults
from tests.unit.test_render_and_audit import SITE


@pytest.mark.parametrize("kind", growth.FILES)
def test_ten_times_the_file_takes_about_ten_times_as_long(kind: str) -> None:
    """What is quadratic takes a hundred times as long."""
    _, factor = growth.factor(kind, growth.SETTINGS)
    assert factor < 40


@pytest.mark.parametrize("kind", growth.FILES)
def test_the_files_are_read_to_their_end(kind: str) -> None:
    """A reader that refuses the larger file would look fast."""
    read = TARGETS[kind]
    small, large = (_calls(lambda n=n: read(growth.text(kind, n))) for n in (50, 500))  # type: ignore[misc]
    assert large > 5 * small


def test_a_control_costs_little(tmp_path: Path) -> None:
    """Counted in calls of functions, which no load changes. In 2026 they were 1700."""
    render_defaults(tmp_path, SITE)
    evidence = parse_target(str(tmp_path)).collect()
    controls = registry.controls()
    evaluate(evidence, controls)  # what is read once in a process
    assert _calls(lambda: evaluate(evidence, controls)) < 4000 * len(controls)


def test_a_file_is_audited_without_what_only_servers_need(tmp_path: Path) -> None:
    path = tmp_path / "jicofo.conf"
    path.write_text("jicofo { }\n")
    program = (
        "import sys\nfrom selfhost.cli.root import run\n"
        f"code = run(['audit', {str(path)!r}])\n"
        "print(sorted({'paramiko', 'pydantic', 'ansible', 'jinja2'}"
        " & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_each_plain_check_is_of_a_control() -> None:
    assert set(CHECKS) <= {control.id for control in registry.controls()}


def _calls(work: Callable[[], object]) -> int:
    count = 0

    def look(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
