"""The probe, run on a bridge's host: over SSH or on this machine."""

import json
import subprocess
import sys
from importlib.resources import files

from selfhost.bridges.load import MAX_OUTPUT, Load, parse_load
from selfhost.errors import TargetError
from selfhost.provision.preflight import endpoint
from selfhost.settings.site import Host, Site
from selfhost.targets import ssh_connection

SECONDS = 60.0


def ask(site: Site, host: Host, drain: bool | None = None) -> Load:
    """A bridge's load, after its drain mode was switched if ``drain`` says so.

    Raises TargetError when the host or its bridge does not answer.
    """
    program = files("selfhost.bridges").joinpath("probe.py").read_bytes()
    order = json.dumps({"drain": drain}).encode()
    if host.connection == "local":
        try:
            output = subprocess.run(
                [sys.executable, "-c", program], input=order, capture_output=True, timeout=SECONDS
            ).stdout
        except subprocess.TimeoutExpired:
            raise TargetError("this machine did not answer in time") from None
    else:
        with ssh_connection.connect(endpoint(site, host)) as connection:
            output = connection.run_script(
                program, stdin=order, timeout=SECONDS, max_output=MAX_OUTPUT, become=False
            ).stdout
    return parse_load(output, host.name)
