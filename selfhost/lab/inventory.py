"""A lab server's inventory: what ``selfhost init`` writes, plus what only the lab needs."""

import shutil
from pathlib import Path

from selfhost.lab.state import LabServer
from selfhost.settings.create import Plan, create
from selfhost.settings.render import HostEntry, dump

#: Of the range kept for documentation. The server sits behind it as behind a provider's 1:1 NAT.
PUBLIC_ADDRESS = "203.0.113.10"


def write_inventory(server: LabServer, folder: Path) -> Path:
    """Write an inventory for a server into ``folder``, replacing one that is there."""
    shutil.rmtree(folder, ignore_errors=True)
    host = HostEntry(
        server.hostname, server.ssh_host, server.user, server.ssh_port, Path(server.key)
    )
    create(folder, Plan(server.hostname, host, PUBLIC_ADDRESS, server.address))
    shutil.copy(server.known_hosts, folder / "known_hosts")
    extra = server.role_variables()
    if extra:
        settings = folder / "group_vars" / "all" / "settings.yml"
        with settings.open("a", encoding="utf-8") as stream:
            stream.write(f"\n# --- the lab's packages: {server.packages}\n\n{dump(extra)}")
    return folder
