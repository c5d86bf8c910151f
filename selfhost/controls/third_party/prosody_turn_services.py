from collections.abc import Iterator, Mapping

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
from selfhost.controls.prosody_predicates import settings, whole
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

WHY = "relayed calls of participants pass through it"


def _check(server: Server) -> Iterator[Verdict]:
    for option in ("external_service_host", "turn_external_host", "turncredentials_host"):
        for _, node in settings(server, option):
            yield _host(server, option, node)
    for option in ("external_services", "turncredentials"):
        for _, node in settings(server, option):
            yield from _services(server, option, node)
    yield passed("participants are sent to no other relay", *whole(server))


def _services(server: Server, option: str, node: Node) -> Iterator[Verdict]:
    if isinstance(node.value, Unknown) or node.rest is not None:
        yield unknown(f"{option} cannot be told", Cited.node(option, node))
        return
    if isinstance(node.value, Mapping):
        items = list(node.value.values())
    else:
        items = list(node.value) if isinstance(node.value, tuple | list) else []
    for item in items:
        host = item.value.get("host") if isinstance(item.value, Mapping) else None
        if host is not None:
            yield _host(server, f"{option} host", host)
        elif isinstance(item.value, Unknown):
            yield unknown(f"{option} cannot be told", Cited.node(option, item))


def _host(server: Server, key: str, node: Node) -> Verdict:
    cited = Cited.node(key, node)
    if not isinstance(node.value, str):
        return unknown(f"{key} cannot be told", cited)
    if not node.value:
        return passed(f"{key} is empty", cited)
    found = whose(server, node.value.lower())
    if found.owner is Owner.OWN:
        return passed(f"{key}: {found.why}", cited)
    if found.owner is Owner.UNCLEAR:
        return unknown(f"{key}: {found.why}; {WHY}", cited)
    return fail(f"{key}: {found.why}; {WHY}", cited)


def _one(host: str) -> str:
    return f'external_services = {{\n    {{ type = "turns", host = {host}, port = 443 }},\n}}\n'


CONTROL = Control(
    id="prosody-turn-services",
    title="Participants are sent to no other party's relay",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk="Browsers tell these servers their address, and relayed calls pass through them.",
    upstream_default="the own host on Debian; none in Docker",
    fix=Fix(by_hand="Name your own TURN server in external_services and restart prosody."),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet-prosody/prosody.cfg.lua-jvb.example",),
    gdpr="Art. 28, 44",
    surfaces=("prosody-turn-services",),
    check=_check,
    bad=(
        prosody(_one('"turn.cloudflare.com"') + HOST, at=2),
        prosody(f'external_service_host = "stun.l.google.com"\n{HOST}', at=1),
        prosody(f'{HOST}turn_external_host = "relay.other.example"\n', at=2),
    ),
    good=(
        prosody(_one('"meet.example.org"') + HOST),
        prosody(_one('"turn.example.org"') + HOST, note="a sister name"),
        prosody("--" + _one('"x.example"').replace("\n", "\n--") + "\n" + HOST, note="a comment"),
        prosody(HOST),
        NO_PROSODY,
    ),
    unclear=(
        prosody(_one('os.getenv("TURN")') + HOST),
        prosody(_one('"93.184.216.34"') + HOST, note="nobody knows whose an address is"),
        BROKEN_PROSODY,
    ),
)
