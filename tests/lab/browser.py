"""A lab site seen by a real browser, in a room that somebody with an account holds open."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from selfhost.audit.evaluate import evaluate
from selfhost.catalog.hostile_links import Override
from selfhost.controls.registry import controls
from selfhost.evidence.model import Evidence
from selfhost.targets.browser import BrowserTarget
from selfhost.targets.outside import OutsideTarget
from tests.lab.access import ready
from tests.lab.bosh import Participant
from tests.lab.conftest import Site

ROOM = "seen-by-a-browser"
_NAME, _PASSWORD = "opener", "correct horse battery"


@contextmanager
def open_room(site: Site) -> Iterator[None]:
    """Somebody opens the room and stays."""
    ready(site)
    command = [sys.executable, "-m", "selfhost", "users", "add", _NAME, "--password-stdin"]
    subprocess.run(
        [*command, "-i", str(site.inventory)],
        input=f"{_PASSWORD}\n",
        text=True,
        capture_output=True,
        check=True,
        timeout=180,
    )
    try:
        with _staying(site):
            yield
    finally:
        command = [sys.executable, "-m", "selfhost", "users", "remove", _NAME, "--yes"]
        subprocess.run(
            [*command, "-i", str(site.inventory)], capture_output=True, check=True, timeout=180
        )


@contextmanager
def _staying(site: Site) -> Iterator[None]:
    leave = threading.Event()
    with Participant(site.server.address, site.server.hostname) as opener:
        opener.login(_NAME, _PASSWORD)
        assert opener.open(ROOM)
        opener.enter(ROOM)

        def stay() -> None:
            with contextlib.suppress(Exception):  # it is over once the connection is
                while not leave.is_set():
                    opener._post()
                    opener._inbox.clear()

        thread = threading.Thread(target=stay, daemon=True)
        thread.start()
        try:
            yield
        finally:
            leave.set()
            thread.join(30)


def visited(url: str, overrides: tuple[Override, ...] = ()) -> Evidence:
    """What the browser saw of the site; once more where it did not get in, as other labs on a
    machine add and remove network interfaces, which ends a browser's connections."""
    target = BrowserTarget(OutsideTarget(url), ROOM, overrides)
    evidence = target.collect()
    return target.collect() if "unknown" in judged(evidence).values() else evidence


def judged(evidence: Evidence) -> dict[str, str]:
    """Control of the visit -> status."""
    wanted = [control for control in controls() if control.id.startswith("browser-")]
    return {r.control: str(r.status) for r in evaluate(evidence, wanted).results}
