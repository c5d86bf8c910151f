"""Audited without root's rights, a server shows less; nothing of that may become a verdict."""

from collections.abc import Iterator

import pytest

from selfhost import lab
from selfhost.audit.evaluate import evaluate
from selfhost.controls.model import Status
from selfhost.controls.registry import controls
from selfhost.lab.matrix import switch_on
from selfhost.lab.switches import SWITCHES
from selfhost.targets.ssh import SshTarget
from tests.lab.conftest import Site

PLAIN = "onlooker"
#: One of each place in which something can be switched on: web, Prosody, focus, bridge, host.
SAMPLE = (
    "web-transcription",
    "prosody-message-archive",
    "jicofo-transcription-url",
    "jicofo-auto-owner",
    "videobridge-stun",
    "host-listeners",
    "host-stray-recordings",
    "host-recorder",
    "host-ai-credentials",
    "nginx-access-log",
)

_ACCOUNT = f"""
useradd -m -s /bin/sh {PLAIN}
install -d -m 700 -o {PLAIN} -g {PLAIN} /home/{PLAIN}/.ssh
install -m 600 -o {PLAIN} -g {PLAIN} /home/admin/.ssh/authorized_keys /home/{PLAIN}/.ssh/
"""


@pytest.fixture(scope="module")
def onlooker(site: Site) -> Iterator[Site]:
    """The server with an account that has no rights."""
    done = lab.run(site.server.name, ["sh", "-ec", _ACCOUNT])
    assert done.returncode == 0, done.stderr
    yield site
    site.reset()


def judged(site: Site, user: str, *, become: bool) -> dict[str, Status]:
    evidence = SshTarget(site.endpoint(user), become=become).collect()
    return {result.control: result.status for result in evaluate(evidence, controls()).results}


def compared(site: Site) -> tuple[dict[str, tuple[Status, Status]], dict[str, Status]]:
    """Verdicts without rights that root's evidence does not bear out, and root's verdicts."""
    root, plain = judged(site, "admin", become=True), judged(site, PLAIN, become=False)
    assert root.keys() == plain.keys()
    wrong = {
        control: (root[control], plain[control])
        for control in root
        if plain[control] not in (root[control], Status.UNKNOWN)
    }
    return wrong, root


def test_without_rights_a_clean_server_has_no_finding(onlooker: Site) -> None:
    wrong, root = compared(onlooker)
    assert wrong == {}
    assert Status.FAIL not in root.values()


def test_without_rights_a_finding_is_seen_or_unknown(onlooker: Site) -> None:
    for switch in SWITCHES:
        if switch.control in SAMPLE:
            switch_on(onlooker.server.name, switch)
    wrong, root = compared(onlooker)
    assert wrong == {}
    assert {name for name in SAMPLE if root[name] is not Status.FAIL} == set()
