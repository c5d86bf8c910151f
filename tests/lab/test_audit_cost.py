"""The audit's benchmark stays fair, and the audit faster than what it is compared with."""

import json
import sys
from pathlib import Path

import pytest

from tests.benchmarks import hosts, measure
from tests.benchmarks.audit import plain_command
from tests.benchmarks.plain_checks import CHECKS
from tests.lab.conftest import Site

pytestmark = pytest.mark.nightly


def test_the_plain_checks_pass_and_take_longer(site: Site, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "selfhost", "audit", "-i", str(site.inventory)]
    audit = measure.least([*command, "--format", "json"], 2)
    results = json.loads(audit.output)["results"]
    passed = {result["control"] for result in results if result["status"] == "pass"}
    assert set(CHECKS) <= passed
    assert len(CHECKS) > 0.9 * len(passed), "a line of plain_checks.py for each new control"
    plain = measure.cost(plain_command(site.server, "paramiko", tmp_path))
    assert plain.wall > 2 * audit.wall


def test_ten_hosts_take_little_more_than_one(site: Site, tmp_path: Path) -> None:
    """They are waited for side by side: each answers after three seconds."""
    answer = tmp_path / "answer"
    measure.cost(
        [sys.executable, "-m", "tests.benchmarks.stages", str(site.inventory), str(answer)]
    )
    try:
        hosts.set_up(site.server, answer.read_bytes(), 3.0)
        one, ten = (measure.cost(hosts.command(site.server, count)) for count in (1, 10))
    finally:
        site.reset()
    assert ten.wall < 4 * one.wall
    assert ten.memory < 300
