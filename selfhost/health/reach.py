"""The probe, run on a host: over SSH or on this machine, in one round trip."""

import json

from selfhost.errors import TargetError
from selfhost.health.expected import Expected
from selfhost.health.facts import MAX_OUTPUT, Facts, parse_facts
from selfhost.provision import on_host
from selfhost.settings.site import Host, Site
from selfhost.targets.program import joined

SECONDS = 60.0


def look_at(site: Site, host: Host, expected: Expected) -> Facts:
    """What the host says of itself. Raises TargetError when it cannot be reached or understood."""
    program = joined("selfhost.health.probe")
    order = json.dumps({"domain": expected.domain, "turn_domain": expected.turn_domain}).encode()
    done = on_host.run(site, host, program, order, seconds=SECONDS, max_output=MAX_OUTPUT)
    facts = parse_facts(done.stdout)
    if facts is None:
        raise TargetError(
            f"{host.name}: the server's answer is cut off or not understood",
            hint="does its shell print something at login, and is python3 installed there?",
        )
    return facts
