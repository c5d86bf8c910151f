"""When the bridge calls itself healthy: it must know an address that people can reach."""

from collections.abc import Mapping
from dataclasses import dataclass

from .addresses import is_public, local_addresses, own_address
from .journal import third_party_call
from .settings import Settings
from .stun import ask

_METADATA_SERVER = "169.254.169.254"


@dataclass(frozen=True)
class Health:
    """``problem`` is empty when all is well."""

    problem: str = ""


def mapped_addresses(settings: Settings, legacy: Mapping[str, str]) -> list[str]:
    """Public addresses learned from mappings. Third parties are only written down."""
    found = [
        str(entry["public-address"])
        for entry in settings.items("ice4j.harvest.mapping.static-mappings")
        if isinstance(entry, Mapping) and entry.get("public-address") and entry.get("local-address")
    ]
    nat = legacy.get("org.ice4j.ice.harvest.NAT_HARVESTER_PUBLIC_ADDRESS")
    if nat and legacy.get("org.ice4j.ice.harvest.NAT_HARVESTER_LOCAL_ADDRESS"):
        found.append(nat)

    aws = settings.flag("ice4j.harvest.mapping.aws.enabled", True)
    if legacy.get("org.ice4j.ice.harvest.DISABLE_AWS_HARVESTER", "").lower() == "true":
        aws = False
    if aws:
        third_party_call(f"would query {_METADATA_SERVER} for this machine's address")

    servers = [str(item) for item in settings.items("ice4j.harvest.mapping.stun.addresses")]
    old = legacy.get("org.ice4j.ice.harvest.STUN_MAPPING_HARVESTER_ADDRESSES")
    if old is not None:
        servers = [item.strip() for item in old.split(",") if item.strip()]
    for server in servers:
        host, _, port = server.rpartition(":")
        address = own_address(host)
        if address is None or not port.isdigit():
            third_party_call(f"would query {server} over STUN for this machine's address")
        elif ask(address, int(port)):
            found.append(f"as seen by {server}")
    return found


def judge(settings: Settings, mapped: list[str]) -> Health:
    """The verdict at this moment. XMPP does not matter for it."""
    if not settings.flag("videobridge.health.require-valid-address", True):
        return Health()
    if mapped or any(is_public(address) for address in local_addresses()):
        return Health()
    return Health("no valid address: neither an interface nor a mapping has a public one")
