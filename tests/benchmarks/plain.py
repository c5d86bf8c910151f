"""The checks of ``plain_checks`` by pytest-testinfra: one test each, as root.

pytest tests/benchmarks/plain.py --hosts paramiko://meet --ssh-config FILE --sudo
"""

import shlex
from typing import Any

import pytest

from tests.benchmarks.plain_checks import CHECKS


@pytest.mark.parametrize("control", CHECKS)
def test_control(host: Any, control: str) -> None:
    way, place, pattern = CHECKS[control]
    if way == "has":
        assert host.file(place).contains(pattern)
    elif way == "lacks":
        assert not host.file(place).contains(pattern)
    elif way == "nowhere":
        assert host.run(f"grep -rqsE {shlex.quote(pattern)} {place}").rc == 1
    elif way == "closed":
        assert not host.file(place).mode & 0o007
    elif way == "no-package":
        assert not host.package(place).is_installed
    elif way == "no-process":
        assert not host.process.filter(comm=place)
    elif way == "no-file":
        assert not host.file(place).exists
    elif way == "local":
        assert host.socket(f"tcp://127.0.0.1:{place}").is_listening
    else:
        assert way == "does"
        assert host.run(place).rc == 0
