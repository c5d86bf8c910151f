from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import first_unknown
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

KEY = "ice4j.harvest.mapping.stun.addresses"


def check(server: Server) -> Iterator[Verdict]:
    config = server.videobridge
    if config.unreadable is not None:
        yield unknown("jvb.conf cannot be read", Cited(config.unreadable.origin, KEY))
        return
    node = config.get(KEY)
    if node is None:
        yield passed(f"{KEY} is not set: the bridge asks nobody", Cited(config.place, KEY))
        return
    hole = first_unknown(node)
    if hole is not None:
        reason = hole.value.reason if isinstance(hole.value, Unknown) else "not a value"
        yield unknown(f"{KEY} cannot be told: {reason}", Cited.node(KEY, hole))
        return
    value = node.value
    items = list(value) if isinstance(value, list | tuple) else [node]
    for item in items:
        if item.plain():
            yield _judged(server, item)
    yield passed("the bridge asks nobody else", Cited.node(KEY, node))


def _judged(server: Server, item: Node) -> Verdict:
    host = str(item.plain()).rpartition(":")[0] or str(item.plain())
    found = whose(server, host)
    if found.owner is Owner.OWN:
        return passed(found.why, Cited.node(KEY, item))
    if found.owner is Owner.UNCLEAR:
        return unknown(found.why, Cited.node(KEY, item))
    return fail(
        f"at every start the bridge asks {item.plain()}: {found.why}", Cited.node(KEY, item)
    )


CONTROL = Control(
    id="videobridge-stun",
    title="The bridge asks no third party for its address",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="videobridge",
    needs=("videobridge.config",),
    risk="The server announces its address and that it is active to a third party at every start.",
    upstream_default="empty in code; Debian's package and Docker write a host of jitsi.net",
    fix=Fix(
        variable="videobridge_stun_addresses",
        value="[]",
        by_hand="Set ice4j.harvest.mapping.stun.addresses = [] in jvb.conf, add a static mapping "
        "behind NAT, and restart jitsi-videobridge2.",
    ),
    references=("jitsi/ice4j: src/main/resources/reference.conf", "jitsi/jitsi-meet issue 6834"),
    surfaces=("jvb-stun-harvester",),
    check=check,
    bad=(
        Example(
            {
                "videobridge.config": "ice4j.harvest.mapping.stun {\n"
                '  addresses = [ "meet-jit-si-turnrelay.jitsi.net:443" ]\n}\n'
            },
            at=2,
        ),
        Example(
            {
                "videobridge.config": f'{KEY} = []\n{KEY} += "stun.l.google.com:19302"\n',
            },
            at=2,
            note="appended",
        ),
    ),
    good=(
        Example({"videobridge.config": f"{KEY} = []\n"}),
        Example({"videobridge.config": "videobridge {}\n"}),
        Example({"videobridge.config": f'{KEY} = [ "10.0.0.4:3478" ]\n'}, note="inside"),
        Example(
            {"videobridge.config": f'# {KEY} = [ "stun.l.google.com:19302" ]\n'}, note="comment"
        ),
        Example({}, absent=("videobridge.config",), note="not installed"),
    ),
    unclear=(Example({"videobridge.config": f"{KEY} = [ ${{STUN}} ]\n"}),),
)
