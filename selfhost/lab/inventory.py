"""Lab servers' inventory: what an admin would have, plus what only the lab needs."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from selfhost.lab.state import LabServer
from selfhost.settings import secrets
from selfhost.settings.create import Plan, create
from selfhost.settings.render import HostEntry, dump

#: Of the range kept for documentation. Servers sit behind it as behind a provider's 1:1 NAT.
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


def write_site(
    signalling: LabServer, bridges: Sequence[LabServer], turn: LabServer, folder: Path
) -> Path:
    """Write an inventory of several servers, named by their host names, as
    ``docs/several-hosts.md`` has it: signalling and web, bridges, TURN."""
    write_inventory(signalling, folder)
    servers = [signalling, *bridges, turn]
    document: dict[str, Any] = {
        "all": {"hosts": {s.hostname: host_variables(s, n) for n, s in enumerate(servers)}},
        "jitsi_signalling": _group([signalling]),
        "jitsi_web": _group([signalling]),
        "jitsi_videobridge": _group(bridges),
        "jitsi_turn": _group([turn]),
    }
    (folder / "hosts.yml").write_text(f"---\n{dump(document)}", encoding="utf-8")
    for bridge in bridges:
        own = folder / "host_vars" / bridge.hostname / "secrets.yml"
        own.parent.mkdir(parents=True)
        own.touch(mode=0o600)
        own.write_text(dump({"site_jvb_password": secrets.generate()}), encoding="utf-8")
    with (folder / "group_vars/all/settings.yml").open("a", encoding="utf-8") as stream:
        stream.write(f"\n{dump({'turn_domain': turn.hostname})}")
    known = "".join(Path(server.known_hosts).read_text("utf-8") for server in servers)
    (folder / "known_hosts").write_text(known, encoding="utf-8")
    return folder


def host_variables(server: LabServer, number: int) -> Mapping[str, Any]:
    """How a server is reached, and its addresses; ``number`` makes the public one its own."""
    start, _, last = PUBLIC_ADDRESS.rpartition(".")
    return {
        "ansible_host": server.ssh_host,
        "ansible_port": server.ssh_port,
        "ansible_user": server.user,
        "ansible_become": True,
        "ansible_ssh_private_key_file": server.key,
        "site_public_address": f"{start}.{int(last) + number}",
        "site_private_address": server.address,
    }


def _group(servers: Sequence[LabServer]) -> dict[str, Any]:
    return {"hosts": {server.hostname: {} for server in servers}}
