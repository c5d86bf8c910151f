"""The probe, run on a host: over SSH or on this machine, in one round trip."""

import json
import subprocess
import sys

from selfhost.errors import TargetError
from selfhost.health.expected import Expected
from selfhost.health.facts import MAX_OUTPUT, Facts, parse_facts
from selfhost.provision.preflight import endpoint
from selfhost.settings.site import Host, Site
from selfhost.targets import ssh_connection
from selfhost.targets.program import joined

SECONDS = 60.0


def look_at(site: Site, host: Host, expected: Expected) -> Facts:
    """What the host says of itself. Raises TargetError when it cannot be reached or understood."""
    program = joined("selfhost.health.probe")
    order = json.dumps({"domain": expected.domain, "turn_domain": expected.turn_domain}).encode()
    if host.connection == "local":
        output = _here(program, order)
    else:
        with ssh_connection.connect(endpoint(site, host)) as connection:
            output = connection.run_script(
                program,
                stdin=order,
                timeout=SECONDS,
                max_output=MAX_OUTPUT,
                become=host.become and host.user != "root",
            ).stdout
    facts = parse_facts(output)
    if facts is None:
        raise TargetError(
            f"{host.name}: the server's answer is cut off or not understood",
            hint="does its shell print something at login, and is python3 installed there?",
        )
    return facts


def _here(program: bytes, order: bytes) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], input=order, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise TargetError("this machine did not answer in time") from None
    return done.stdout
