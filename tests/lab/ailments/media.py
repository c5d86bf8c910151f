"""Addresses, ports and packet filters."""

from collections.abc import Mapping

from tests.lab.ailments.ailment import JVB, Ailment

_BRIDGE_AGAIN = "systemctl restart jitsi-videobridge2"


def _without(rule: str) -> Ailment:
    """The server's packet filter lacks a rule."""
    part = rule.partition(":")[0].lower().replace("bridge", "media").replace(" over tls", "")
    return Ailment(
        (f"firewall-blocks-{part}",),
        f"sed '/{rule}/d' /etc/nftables.d/selfhost.nft | nft -f -",
        mend="systemctl restart selfhost-firewall",
    )


#: The settings of a server for one network only: its own address can be reached from here.
_DIRECT: Mapping[str, object] = {
    "site_public_address": "ADDRESS",
    "site_private_address": "ADDRESS",
}
_UNMAPPED = f"sed -i 's/static-mappings: .*/static-mappings: []/' {JVB}"
_NO_ADDRESS_NEEDED = f"sed -i 's/require-valid-address: true/require-valid-address: false/' {JVB}"


def _provider_drops(rule: str, what: str) -> Ailment:
    """Packets are gone before the server's own packet filter sees them."""
    return Ailment(
        (rule,),
        f"{_UNMAPPED}; {_NO_ADDRESS_NEEDED}; {_BRIDGE_AGAIN}; sleep 1; nft -f - <<'END'\n"
        "table netdev provider { chain ingress {\n"
        "  type filter hook ingress device eth0 priority 0; policy accept;\n"
        f"  {what}\n}}\n}}\nEND",
        mend=f"nft delete table netdev provider; {_BRIDGE_AGAIN}",
        files=(JVB,),
        settings=_DIRECT,
        options=("--outside",),
    )


FREQUENT = (
    Ailment(
        ("address-mapping",),
        f"sed -i 's/203[.]0[.]113[.]10/203.0.113.99/' {JVB}",
        files=(JVB,),
    ),
    _without("Bridge: media"),
    _without("TURN over TLS"),
)

RARE = (
    _without("Web: pages"),
    Ailment(
        ("other-firewall",),
        "nft -f - <<'END'\ntable inet strict { chain input { type filter hook input priority 10;"
        " policy drop; iif lo accept; ct state established,related accept;"
        " tcp dport { 22, 80, 443, 5349 } accept; udp dport 3478 accept; }\n}\nEND",
        mend="nft delete table inet strict",
    ),
    Ailment(
        ("firewall-off",),
        "systemctl stop selfhost-firewall",
        mend="systemctl start selfhost-firewall",
    ),
    Ailment(
        ("settings-of-old",),
        "echo org.ice4j.ice.harvest.NAT_HARVESTER_PUBLIC_ADDRESS=203.0.113.99"
        " > /etc/jitsi/videobridge/sip-communicator.properties",
        mend="rm /etc/jitsi/videobridge/sip-communicator.properties",
    ),
    Ailment(
        ("bridge-port",),
        f"printf '\\nvideobridge.ice.udp.port = 10001\\n' >> {JVB} && {_BRIDGE_AGAIN}",
        mend=_BRIDGE_AGAIN,
        files=(JVB,),
    ),
    # A server for one network, and a bridge that wants an address of the Internet.
    Ailment(
        ("bridge-unhealthy",),
        f"{_UNMAPPED} && {_BRIDGE_AGAIN}",
        mend=_BRIDGE_AGAIN,
        files=(JVB,),
        settings=_DIRECT,
    ),
    _provider_drops("media-unreachable", "udp dport 10000 reject"),
    _provider_drops("web-unreachable", "tcp dport { 80, 443 } drop"),
    _provider_drops("turn-unreachable", "udp dport 3478 drop"),
)
