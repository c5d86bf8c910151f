import ipaddress
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.prosody_examples import BROKEN_PROSODY, HOST, NO_PROSODY, prosody
from selfhost.controls.prosody_predicates import whole
from selfhost.controls.web_predicates import leaves
from selfhost.effective.prosody import loaded
from selfhost.effective.server import Server
from selfhost.readers.tree import Unknown

OPTION = "c2s_require_encryption"


def _check(server: Server) -> Iterator[Verdict]:
    reach = _reach(server)
    for section in server.prosody.active:
        node = server.prosody.get(section.name, OPTION)
        if section.kind != "VirtualHost" or node is None:
            continue  # true since 0.12
        if "c2s" not in loaded(server.prosody, section).names():
            continue
        cited = Cited.node(f"{section.name}: {OPTION}", node)
        if isinstance(node.value, Unknown):
            if reach != "nowhere":
                yield unknown(f"{section.name}: {OPTION} cannot be told", cited)
        elif node.value is False and reach == "everywhere":
            yield fail(f"clients may log in at {section.name} without TLS", cited)
        elif node.value is False and reach == "unknown":
            yield unknown(f"who reaches the port of {section.name} cannot be told", cited)
    yield passed("nobody reaches the port of clients without TLS", *whole(server))


def _reach(server: Server) -> str:
    """Who reaches the port of clients: ``everywhere``, ``nowhere`` (else), or ``unknown``."""
    everywhere = server.prosody.sections[0].options
    ports = everywhere.get(("c2s_ports",))
    if ports is not None and ports.plain() in ([], {}):
        return "nowhere"
    node = everywhere.get(("c2s_interfaces",)) or everywhere.get(("interfaces",))
    if node is None:
        return "everywhere"
    if isinstance(node.value, Unknown) or node.rest is not None:
        return "unknown"
    return "nowhere" if all(_inside(str(leaf.value)) for leaf in leaves(node)) else "everywhere"


def _inside(text: str) -> bool:
    """Loopback and private addresses; ``*`` and ``::`` are every address."""
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return text == "localhost"
    return address.is_private and not address.is_unspecified


_PLAIN = f"{HOST}    {OPTION} = false\n"

CONTROL = Control(
    id="prosody-plain-clients",
    title="No client logs in without TLS over the network",
    category=Category.EXPOSURE,
    severity=Severity.LOW,
    component="prosody",
    needs=("prosody.config",),
    risk="Whoever reaches port 5222 directly may talk to the chat server in the clear.",
    upstream_default="false on the main host of both templates, on every address",
    fix=Fix(
        by_hand=f'Set c2s_interfaces = {{ "127.0.0.1" }} in the global section, or {OPTION} = true '
        "on the host, and restart prosody."
    ),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet-prosody/prosody.cfg.lua-jvb.example",),
    surfaces=("prosody-c2s-plaintext",),
    check=_check,
    bad=(
        prosody(_PLAIN, at=2),
        prosody(f'c2s_interfaces = {{ "*" }}\n{_PLAIN}', at=3),
        prosody(f"{OPTION} = true\n{_PLAIN}", at=3, note="overridden for the host"),
    ),
    good=(
        prosody(f"{HOST}    {OPTION} = true\n"),
        prosody(HOST, note="absent means true"),
        prosody(f'c2s_interfaces = {{ "127.0.0.1"; "::1" }}\n{_PLAIN}'),
        prosody(f"c2s_ports = {{ }}\n{_PLAIN}"),
        prosody(f"{HOST}    -- {OPTION} = false\n", note="a comment"),
        prosody(f"{_PLAIN}    enabled = false\n", note="switched off"),
        NO_PROSODY,
    ),
    unclear=(prosody(f"c2s_interfaces = addresses()\n{_PLAIN}"), BROKEN_PROSODY),
)
