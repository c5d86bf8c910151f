"""Addresses, ports and packet filters: why sound and picture do not arrive."""

import re
from collections.abc import Iterator

from selfhost.health.diagnosis import Answer, Check, Found, Look, Rule, Symptom, Unclear
from selfhost.provision import network
from selfhost.provision.checks import Status

_ACCEPT = re.compile(r"\b(tcp|udp) dport (\{[^}]{0,2000}\}|[\d-]+)[^\n]{0,400}\baccept\b")


def _addresses(look: Look) -> Iterator[Answer]:
    bridge, expected = look.facts.bridge, look.expected
    if not expected.plays("jitsi_videobridge"):
        return
    own = look.facts.machine.addresses if look.facts.machine is not None else ()
    if bridge is None or not own:
        yield Unclear("the bridge's or the server's addresses could not be read")
        return
    private, public = expected.private_address, expected.public_address
    translated = bool(private) and private != public
    given = f"site_private_address: {next(iter(own))}"
    if translated and private not in own:
        yield Found(
            (f"{private} (site_private_address) is on no interface; there are {', '.join(own)}",),
            fix=f"{given}, then: selfhost apply --tags videobridge,turn",
        )
    elif not translated and public not in own and private != public:
        yield Found(
            (f"{public} is on no interface (there are {', '.join(own)}): this is behind NAT",),
            fix=f"{given}, then: selfhost apply --tags videobridge,turn",
        )
    else:
        wanted = ((private, public),) if translated else ()
        if tuple(bridge.mappings) != wanted:
            said = ", ".join(f"{local} is {out}" for local, out in _pairs(bridge.mappings))
            yield Found(
                (f"jvb.conf says: {said or 'no mapping'}", f"the settings say: {_said(wanted)}"),
            )


def _pairs(mappings: tuple[tuple[str, ...], ...]) -> list[tuple[str, str]]:
    return [(pair[0], pair[1]) for pair in mappings if len(pair) == 2]


def _said(wanted: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{local} is {out}" for local, out in wanted) or "no mapping"


def _legacy(look: Look) -> Iterator[Answer]:
    if look.facts.bridge is not None and look.facts.bridge.legacy:
        yield Found(("/etc/jitsi/videobridge/sip-communicator.properties holds settings",))


def _port(look: Look) -> Iterator[Answer]:
    if not look.expected.plays("jitsi_videobridge"):
        return
    listeners = look.facts.listeners.listeners() if look.facts.listeners is not None else None
    port = look.expected.media_port
    if listeners is None:
        yield Unclear("ss did not answer, so it is not known who holds the ports")
    elif any(x.protocol == "udp" and x.port == port for x in listeners):
        return
    elif look.starting("jitsi-videobridge2"):
        yield Unclear("jitsi-videobridge2 has only just started: look again in half a minute")
    else:
        yield Found((f"nothing takes packets at UDP port {port}",))


def _unhealthy(look: Look) -> Iterator[Answer]:
    bridge = look.facts.bridge
    if look.expected.plays("jitsi_videobridge") and bridge is not None and bridge.healthy is False:
        yield Found((f"it says of itself: {bridge.complaint or 'not healthy'}",))


def _filtered(group: str, ports: tuple[tuple[str, int], ...], media: bool) -> Check:
    def check(look: Look) -> Iterator[Answer]:
        expected, seen = look.expected, look.facts.firewall
        if not expected.plays(group) or not expected.firewall:
            return
        if seen is None or seen.tables is None:
            yield Unclear("the kernel could not be asked for its packet filter")
            return
        if "policy drop" not in (seen.rules or ""):
            return
        needed = (("udp", expected.media_port),) if media else ports
        closed = [f"{port}/{kind}" for kind, port in needed if not _accepts(seen.rules, kind, port)]
        if closed:
            yield Found((f"table inet selfhost lets {', '.join(closed)} in no longer",))

    return check


def _accepts(rules: str | None, protocol: str, port: int) -> bool:
    for match in _ACCEPT.finditer(rules or ""):
        if match[1] == protocol and any(
            int(low) <= port <= int(high or low)
            for low, high in re.findall(r"\b(\d{1,5})(?:-(\d{1,5}))?", match[2])
        ):
            return True
    return False


def _firewall_off(look: Look) -> Iterator[Answer]:
    seen = look.facts.firewall
    if not look.expected.firewall or seen is None or seen.tables is None:
        return
    if "inet selfhost" not in seen.tables:
        yield Found(("the kernel has no table inet selfhost",))


def _other_filter(look: Look) -> Iterator[Answer]:
    seen = look.facts.firewall
    if seen is None:
        return
    needed: list[tuple[str, int]] = []
    if look.expected.plays("jitsi_web"):
        needed += [("tcp", 80), ("tcp", 443)]
    if look.expected.plays("jitsi_videobridge"):
        needed.append(("udp", look.expected.media_port))
    if look.expected.plays("jitsi_turn"):
        needed += [("udp", 3478), ("tcp", 5349)]
    for table in seen.dropping:
        closed = [f"{p}/{kind}" for kind, p in needed if not _accepts(table.rules, kind, p)]
        if closed:
            yield Found(
                (f"table {table.name} drops what it does not know: {', '.join(closed)}",),
                fix=f"let these in there as well (with ufw: {_ufw(closed)}), or remove it: "
                "apt-get purge ufw firewalld",
            )


def _ufw(ports: list[str]) -> str:
    return "; ".join(f"ufw allow {port}" for port in ports)


def _dns(look: Look) -> Iterator[Answer]:
    settings = {"site_public_address": look.expected.public_address}
    if not look.expected.plays("jitsi_web"):
        return
    for check in network.dns(settings, "dns", look.expected.domain, look.dns):
        if check.status is Status.FAILED:
            yield Found((check.message,), fix=check.fix)
        elif check.status is Status.UNKNOWN:
            yield Unclear(check.message)


def _outside(name: str, group: str, what: str) -> Check:
    def check(look: Look) -> Iterator[Answer]:
        if not look.expected.plays(group):
            return
        seen = getattr(look.outside, name)
        if seen is None:
            yield Unclear(f"whether {what} can be reached from outside: selfhost doctor --outside")
        elif not seen:
            yield Found((f"{what} of {look.expected.public_address} cannot be reached from here",))

    return check


_INSIDE_FIRST = ("port-taken", "disk-full", "firewall-blocks-media", "other-firewall")

RULES: tuple[Rule, ...] = (
    Rule(
        "firewall-off",
        "The server's packet filter is not in force.",
        "systemctl restart selfhost-firewall, or: selfhost apply --tags firewall",
        (Symptom.UPDATE,),
        _firewall_off,
        rows=(13,),
    ),
    Rule(
        "firewall-blocks-media",
        "The server's own packet filter drops the bridge's media.",
        "selfhost apply --tags firewall",
        (Symptom.THIRD,),
        _filtered("jitsi_videobridge", (), True),
        rows=(1,),
    ),
    Rule(
        "firewall-blocks-web",
        "The server's own packet filter drops visitors of the page.",
        "selfhost apply --tags firewall",
        (Symptom.PAGE,),
        _filtered("jitsi_web", (("tcp", 80), ("tcp", 443)), False),
    ),
    Rule(
        "firewall-blocks-turn",
        "The server's own packet filter drops clients of the TURN server.",
        "selfhost apply --tags firewall",
        (Symptom.FIREWALLED,),
        _filtered("jitsi_turn", (("udp", 3478), ("tcp", 5349)), False),
        rows=(8,),
    ),
    Rule(
        "other-firewall",
        "Another packet filter on the server drops what a meeting needs.",
        "let the ports in there as well, or remove it",
        (Symptom.THIRD, Symptom.PAGE, Symptom.FIREWALLED),
        _other_filter,
        rows=(1, 14),
    ),
    Rule(
        "settings-of-old",
        "Settings of an old release are there again; they win over jvb.conf.",
        "selfhost apply --tags videobridge",
        (Symptom.THIRD, Symptom.UPDATE),
        _legacy,
        rows=(4,),
    ),
    Rule(
        "address-mapping",
        "The bridge tells participants an address at which it cannot be reached.",
        "selfhost apply --tags videobridge",
        (Symptom.THIRD,),
        _addresses,
        rows=(1,),
    ),
    Rule(
        "bridge-port",
        "The bridge does not take media at the port that the settings name.",
        "selfhost apply --tags videobridge; tail /var/log/jitsi/jvb.log",
        (Symptom.THIRD,),
        _port,
        rows=(1,),
        explained_by=("jitsi-videobridge2-dead", "port-taken", "settings-of-old"),
    ),
    Rule(
        "bridge-unhealthy",
        "The bridge calls itself broken, so the focus does not use it.",
        "behind NAT set site_private_address; for a server inside one network set "
        "videobridge_require_valid_address: false; then: selfhost apply --tags videobridge",
        (Symptom.THIRD,),
        _unhealthy,
        rows=(1,),
        explained_by=("jitsi-videobridge2-dead", "address-mapping", "bridge-port"),
    ),
    Rule(
        "dns-wrong",
        "The domain does not lead to this server.",
        "mend the A record of the domain",
        (Symptom.PAGE, Symptom.WARNING),
        _dns,
        rows=(1,),
    ),
    Rule(
        "media-unreachable",
        "Media does not arrive from outside: the provider's firewall or router drops it.",
        "open UDP port 10000 (videobridge_udp_port) in the provider's firewall; behind a router, "
        "forward it to the server",
        (Symptom.THIRD,),
        _outside("media", "jitsi_videobridge", "the bridge's UDP port"),
        rows=(1,),
        explained_by=(*_INSIDE_FIRST, "jitsi-videobridge2-dead", "bridge-port"),
    ),
    Rule(
        "web-unreachable",
        "The page cannot be reached from outside: the provider's firewall or router drops it.",
        "open TCP ports 80 and 443 in the provider's firewall; behind a router, forward them",
        (Symptom.PAGE,),
        _outside("web", "jitsi_web", "TCP port 443"),
        explained_by=(*_INSIDE_FIRST, "nginx-dead", "firewall-blocks-web"),
    ),
    Rule(
        "turn-unreachable",
        "The TURN server cannot be reached from outside.",
        "open UDP port 3478 and TCP port 5349 in the provider's firewall; behind a router, "
        "forward them",
        (Symptom.FIREWALLED,),
        _outside("turn", "jitsi_turn", "the TURN server's UDP port 3478"),
        rows=(8,),
        explained_by=(*_INSIDE_FIRST, "coturn-dead", "firewall-blocks-turn"),
    ),
)
