"""Each way to run a server, from a bare one: provision, provision again, audit.

``pytest -s`` shows how long each took.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from selfhost import lab
from selfhost.lab.inventory import PUBLIC_ADDRESS, write_inventory
from tests.lab.conftest import Site
from tests.lab.faults import changed, on

pytestmark = pytest.mark.nightly


@dataclass(frozen=True)
class Scenario:
    """A way to run a server."""

    id: str
    settings: dict[str, object] = field(default_factory=dict)
    release: str = "bookworm"
    direct: bool = False  # the server has its public address itself


SCENARIOS = (
    Scenario("nat"),
    Scenario("direct", direct=True),
    Scenario("debian-13", release="trixie"),
    Scenario("jwt", {"site_authentication": "jwt", "site_lobby": "host"}),
    Scenario("turns-443", {"turn_tls_on_443": True, "turn_domain": "turn.example.test"}),
    Scenario(
        "ldap",
        {
            "site_authentication": "ldap",
            "prosody_ldap_url": "ldap://127.0.0.1",
            "prosody_ldap_base": "ou=people,dc=example,dc=test",
            "prosody_ldap_starttls": False,
        },
    ),
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_provision_provision_again_audit(scenario: Scenario, tmp_path: Path) -> None:
    name = f"test-{scenario.id}"
    took: dict[str, float] = {}

    def timed(what: str, *command: str) -> str:
        started = time.perf_counter()
        done = site.selfhost(*command)
        took[what] = time.perf_counter() - started
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stderr

    try:
        server = lab.up(name, release=scenario.release)
        site = Site(server, write_inventory(server, tmp_path / "inventory"))
        wanted = dict(scenario.settings)
        if scenario.direct:
            on(site, f"ip address add {PUBLIC_ADDRESS}/32 dev eth0")
            wanted["site_private_address"] = ""
        file = site.inventory / "group_vars" / "all" / "zz-scenario.yml"
        file.write_text(yaml.safe_dump(wanted), encoding="utf-8")
        timed("first apply", "apply")
        said = timed("second apply", "apply")
        assert "nothing had to change" in said, changed(site)
        timed("audit", "audit")
    finally:
        lab.down(name)
        print(scenario.id, *(f"{what} {seconds:.0f} s" for what, seconds in took.items()))  # noqa: T201
