"""Is a server ready to be provisioned? Judged from facts; pure. Each answer says what to do."""

from collections.abc import Collection, Mapping
from typing import Any

from selfhost.provision import machine, network, sizing, versions
from selfhost.provision.checks import Check, DnsAnswer
from selfhost.provision.facts import ServerFacts


def judge(
    facts: ServerFacts,
    settings: Mapping[str, Any],
    dns: Mapping[str, DnsAnswer],
    *,
    groups: Collection[str],
    clock_offset: float | None,
) -> tuple[Check, ...]:
    """All checks, in the order in which a person would mend them.

    ``dns`` are the addresses of each of ``network.names``, ``groups`` the host's in the inventory.
    ``clock_offset`` is the server's time less the controller's, in seconds.
    """
    return (
        machine.privilege(facts),
        machine.distribution(facts),
        machine.architecture(facts),
        machine.systemd(facts),
        machine.python(facts),
        machine.packages(facts),
        machine.memory(
            facts,
            groups,
            _number(settings, "preflight_minimum_memory_mb", sizing.MEMORY_NEEDED),
        ),
        machine.kernel(facts, groups),
        machine.disk(facts, _number(settings, "preflight_minimum_disk_mb", sizing.DISK_NEEDED)),
        machine.clock(clock_offset),
        versions.pairs(facts, groups),
        *versions.jitsi(facts, settings),
        *network.ports(facts, settings),
        network.conflicts(facts),
        network.address(facts, settings),
        *(
            check
            for name, domain in network.names(settings, groups).items()
            for check in network.dns(settings, name, domain, dns[domain])
        ),
    )


def _number(settings: Mapping[str, Any], name: str, default: int) -> int:
    value = settings.get(name)
    return value if isinstance(value, int) else default
