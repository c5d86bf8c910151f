"""The probe, run on a bridge's host: over SSH or on this machine."""

import json
from importlib.resources import files

from selfhost.bridges.load import MAX_OUTPUT, Load, parse_load
from selfhost.provision import on_host
from selfhost.settings.site import Host, Site

SECONDS = 60.0


def ask(site: Site, host: Host, drain: bool | None = None) -> Load:
    """A bridge's load, after its drain mode was switched if ``drain`` says so.

    Raises TargetError when the host or its bridge does not answer.
    """
    program = files("selfhost.bridges").joinpath("probe.py").read_bytes()
    order = json.dumps({"drain": drain}).encode()
    done = on_host.run(
        site, host, program, order, seconds=SECONDS, max_output=MAX_OUTPUT, as_root=False
    )
    return parse_load(done.stdout, host.name)
