"""The lab's own network: its servers reach each other and the Internet, and nobody else's."""

import json

from selfhost.errors import LabError
from selfhost.lab import state
from selfhost.lab.runtime import Runtime, label_options


def ensure(runtime: Runtime) -> str:
    """The network's name; made on first use."""
    name = f"{state.PREFIX}-{state.lab_id()}"
    if runtime.call("network", "inspect", name, check=False).returncode:
        runtime.call("network", "create", *label_options(), name)
    return name


def address(runtime: Runtime, container: str) -> str:
    """A container's IPv4 address on the lab's network."""
    found = json.loads(runtime.call("inspect", container).stdout)[0]
    networks = found["NetworkSettings"]["Networks"]
    for network in networks.values():
        if network.get("IPAddress"):
            return str(network["IPAddress"])
    raise LabError(f"The container {container} has no address.", hint="`selfhost lab clean`")
