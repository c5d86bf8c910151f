"""The lab's own network: its servers reach each other and the Internet, and nobody else's."""

import json

from selfhost import whole_file
from selfhost.errors import LabError
from selfhost.lab import owned, state
from selfhost.lab.runtime import Runtime, label_options

#: The package server's place in the network: fixed, so that servers find it after a reset.
PACKAGES_HOST = 250


def ensure(runtime: Runtime) -> str:
    """The network's name; made on first use, with the subnet that it had before if it is gone."""
    name = state.own_name()
    if name in owned.networks(runtime):
        return name
    file = state.folder() / "subnet"
    former = file.read_text("utf-8").strip() if file.exists() else ""
    made = bool(former) and _create(runtime, name, former) == ""
    if not made:
        why = _create(runtime, name)
        if why:
            raise LabError(f"The lab's network could not be made: {why}")
        if runtime.engine == "docker":  # fixed addresses are for networks with a given subnet only
            given = subnet(runtime)
            runtime.call("network", "rm", name)
            why = _create(runtime, name, given)
            if why:
                raise LabError(f"The lab's network could not be made: {why}")
    whole_file.put(file, f"{subnet(runtime)}\n".encode())
    return name


def _create(runtime: Runtime, name: str, given: str = "") -> str:
    options = ["--subnet", given] if given else []
    done = runtime.call("network", "create", *label_options(), *options, name, check=False)
    return done.stderr.decode("utf-8", "replace").strip() if done.returncode else ""


def mac(address: str) -> str:
    """A server's hardware address follows from its address: this machine's table of neighbours
    goes on being right after a reset."""
    return "02:42:" + ":".join(f"{int(part):02x}" for part in address.split("."))


def subnet(runtime: Runtime) -> str:
    """The network's IPv4 subnet."""
    found = json.loads(runtime.call("network", "inspect", state.own_name()).stdout)[0]
    pools = found.get("subnets") or (found.get("IPAM") or {}).get("Config") or []
    for pool in pools:
        given = pool.get("subnet") or pool.get("Subnet") or ""
        if "." in given:
            return str(given)
    raise LabError("The lab's network has no IPv4 subnet.", hint="`selfhost lab clean`")
