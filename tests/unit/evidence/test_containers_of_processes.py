"""A server may be a container itself; what runs inside it counts as the machine's own."""

import pytest

from selfhost.evidence.collector import processes

OUTER, INNER = "a" * 64, "b" * 64
SERVER = f"/libpod_parent/libpod-{OUTER}"


@pytest.mark.parametrize(
    ("path", "container"),
    [
        ("/system.slice/jicofo.service", ""),
        (f"{SERVER}/system.slice/jicofo.service", ""),
        (f"/system.slice/docker-{INNER}.scope", INNER),
        (f"{SERVER}/machine.slice/libpod-{INNER}.scope/container", INNER),
    ],
)
def test_the_innermost_container_that_is_not_the_server(path: str, container: str) -> None:
    assert processes.innermost_container(f"0::{path}\n", OUTER) == container
