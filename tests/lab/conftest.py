"""One provisioned server for the whole lab tier, with a snapshot to go back to."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from selfhost import lab
from selfhost.lab.inventory import write_inventory
from selfhost.lab.state import LabServer
from selfhost.targets.ssh_connection import Endpoint

SNAPSHOT = "provisioned"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything below this folder is the lab tier. What only tests the lab's own package doubles
    is for the night: all else runs on them, so that a double that is broken shows there too."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("lab")
        if item.path.is_relative_to(here / "standins"):
            item.add_marker("nightly")


def selfhost(*arguments: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
    """The command, as a user's shell would run it."""
    return subprocess.run(
        [sys.executable, "-m", "selfhost", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "NO_COLOR": "1"},
    )


@dataclass(frozen=True)
class Site:
    """A lab server and its inventory."""

    server: LabServer
    inventory: Path

    def selfhost(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command on this site's inventory."""
        return selfhost(command, "-i", str(self.inventory), *arguments)

    def endpoint(self, user: str) -> Endpoint:
        """A login to the server by the lab's key."""
        server = self.server
        known_hosts = (Path(server.known_hosts),)
        return Endpoint(server.ssh_host, server.ssh_port, user, Path(server.key), known_hosts)

    def reset(self) -> None:
        """Back to the state after provisioning."""
        lab.reset(self.server.name, SNAPSHOT)


def fresh(name: str, **options: Any) -> LabServer:
    """A new server, in the place of one that an earlier run left; ``options`` as ``lab.up`` has."""
    if any(server.name == name for server in lab.list_servers()):
        lab.down(name)
    return lab.up(name, **options)


def bare_site(name: str, folder: Path, **options: Any) -> Site:
    """The same, with its inventory; nothing was installed on it."""
    server = fresh(name, **options)
    return Site(server, write_inventory(server, folder / "inventory"))


def provisioned(
    name: str,
    release: str,
    folder: Path,
    hostname: str = "meet.example.test",
    settings: str = "",
    *,
    sandboxes: bool = False,
) -> Site:
    """A new server, provisioned by the roles. ``settings`` are the site's beside its own; with
    ``sandboxes``, its systemd shuts services in as it does on a VPS."""
    site = bare_site(name, folder, release=release, hostname=hostname, sandboxes=sandboxes)
    if settings:
        (site.inventory / "group_vars" / "all" / "zz-more.yml").write_text(settings, "utf-8")
    done = site.selfhost("apply")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    lab.snapshot(name, SNAPSHOT)
    return site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A provisioned Debian 12 server; tests that change it put it back with ``reset``."""
    yield provisioned("test-bookworm", "bookworm", tmp_path_factory.mktemp("bookworm"))
    lab.down("test-bookworm")


@pytest.fixture
def url(site: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """The site's address, which only this test can resolve."""
    domain, real = site.server.hostname, socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **more: Any) -> Any:
        return real(site.server.address if host == domain else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return f"https://{domain}"
