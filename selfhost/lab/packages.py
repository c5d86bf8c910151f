"""Whose packages a server of the lab gets: Jitsi's own, or stand-ins served to it over HTTP."""

import http.client
import ipaddress
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from selfhost.errors import LabError
from selfhost.lab import network, owned, state
from selfhost.lab.runtime import Runtime, label_options
from selfhost.lab.state import Progress

UPSTREAM = "https://download.jitsi.org"
CHOICES = ("auto", "jitsi", "stand-in")
REACH_TIMEOUT = 3.0
_SIGNED = b"-----BEGIN PGP SIGNED MESSAGE-----"
_FOLDER = "/srv/packages"


@dataclass(frozen=True, slots=True)
class Served:
    """A package repository as a server of the lab sees it; empty for Jitsi's own."""

    url: str = ""
    key_url: str = ""
    fingerprint: str = ""


def check_choice(wanted: str) -> str:
    """The choice itself. Raises ``LabError`` for one that there is not."""
    if wanted not in CHOICES:
        raise LabError(f"There are no packages {wanted!r}.", hint=f"One of: {', '.join(CHOICES)}.")
    return wanted


def choose(wanted: str, progress: Progress = state.quiet) -> str:
    """``jitsi`` or ``stand-in``. ``auto`` takes Jitsi's repository where it can be reached."""
    if check_choice(wanted) != "auto":
        return wanted
    found = "jitsi" if reachable() else "stand-in"
    why = "can" if found == "jitsi" else "cannot"
    progress(f"packages: {found} ({UPSTREAM} {why} be reached)")
    return found


def reachable(url: str = f"{UPSTREAM}/stable/InRelease") -> bool:
    """Whether a signed repository answers there: a captive portal's page is none."""
    try:
        with urllib.request.urlopen(url, timeout=REACH_TIMEOUT) as answer:  # noqa: S310 - constant
            return bool(answer.read(len(_SIGNED)) == _SIGNED)
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
        return False


def serve(runtime: Runtime, image: Callable[[], str], progress: Progress = state.quiet) -> Served:
    """Build the stand-ins if need be, and have a container serve them on the lab's network.

    ``image`` is asked for when there is none yet. Its address is fixed, so that the URL stays good
    for servers that were started before.
    """
    from selfhost.lab.standins import build_repository

    repository = build_repository(state.folder() / "repository", progress=progress)
    name = state.own_name(".packages")
    network_name = network.ensure(runtime)
    subnet = ipaddress.ip_network(network.subnet(runtime))
    address = str(subnet[min(network.PACKAGES_HOST, subnet.num_addresses - 2)])
    served = Served(
        f"http://{address}", f"http://{address}/{repository.key.name}", repository.fingerprint
    )
    # A rebuilt repository is a new folder; the container would go on serving the old one.
    mark = f"{repository.root.stat().st_ino} {address}"
    if _runs(runtime, name, mark):
        return served
    owned.remove_container(runtime, name)
    progress(f"serving the lab's packages at {served.url} to its servers")
    runtime.call(
        "run", "-d", "--name", name, *label_options(), "--label", f"{state.LABEL}.serves={mark}",
        *runtime.limits, "--network", network_name, "--ip", address,
        "-v", f"{repository.root}:{_FOLDER}:ro", image(),
        "/usr/bin/python3", "-m", "http.server", "--directory", _FOLDER, "80",
    )  # fmt: skip
    _await(runtime, name, repository.key.name)
    return served


def _runs(runtime: Runtime, name: str, mark: str) -> bool:
    key = owned.containers(runtime).get(name)
    if key is None:
        return False
    found = json.loads(runtime.call("inspect", key).stdout)[0]
    labels = found["Config"].get("Labels") or {}
    return bool(found["State"]["Running"]) and labels.get(f"{state.LABEL}.serves") == mark


def _await(runtime: Runtime, name: str, key: str) -> None:
    script = f"import urllib.request as r; r.urlopen('http://127.0.0.1/{key}', timeout=2)"
    for _ in range(50):
        if runtime.call("exec", name, "python3", "-c", script, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise LabError("The lab's package server does not answer.", hint="`selfhost lab clean`")
