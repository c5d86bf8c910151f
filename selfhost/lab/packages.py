"""Whose packages a server of the lab gets: Jitsi's own, or stand-ins served to it over HTTP."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from selfhost.errors import LabError
from selfhost.lab import network, state
from selfhost.lab.runtime import Runtime, label_options

UPSTREAM = "https://download.jitsi.org"
CHOICES = ("auto", "jitsi", "stand-in")
REACH_TIMEOUT = 4.0


@dataclass(frozen=True, slots=True)
class Served:
    """A package repository as a server of the lab sees it."""

    url: str
    key_url: str
    fingerprint: str


def choose(wanted: str) -> str:
    """``jitsi`` or ``stand-in``. ``auto`` takes Jitsi's repository where it can be reached."""
    if wanted not in CHOICES:
        raise LabError(f"No packages called {wanted!r}.", hint=f"One of: {', '.join(CHOICES)}.")
    if wanted != "auto":
        return wanted
    return "jitsi" if _reachable() else "stand-in"


def _reachable() -> bool:
    request = urllib.request.Request(f"{UPSTREAM}/stable/InRelease", method="HEAD")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=REACH_TIMEOUT):  # noqa: S310
            return True
    except (urllib.error.URLError, OSError, ValueError):
        return False


def serve(runtime: Runtime, image: str, progress: Callable[[str], None]) -> Served:
    """Build the stand-ins if need be, and have a container serve them on the lab's network."""
    from selfhost.lab.standins import build_repository

    repository = build_repository(state.folder() / "repository", progress=progress)
    name = f"{state.PREFIX}-{state.lab_id()}-packages"
    runtime.call("rm", "-f", name, check=False)
    server = "python3 -m http.server --directory /srv/packages 80"
    runtime.call(
        "run", "-d", "--name", name, *label_options(), *runtime.limits,
        "--network", network.ensure(runtime),
        "-v", f"{repository.root}:/srv/packages:ro", image,
        "/bin/sh", "-c", f"exec {server} >/dev/null 2>&1",
    )  # fmt: skip
    url = f"http://{network.address(runtime, name)}"
    _await(runtime, name)
    return Served(url, f"{url}/{repository.key.name}", repository.fingerprint)


def _await(runtime: Runtime, name: str) -> None:
    probe = "import urllib.request as r; r.urlopen('http://127.0.0.1/', timeout=2)"
    for _ in range(50):
        if runtime.call("exec", name, "python3", "-c", probe, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise LabError("The lab's package server does not answer.", hint="`selfhost lab clean`")
