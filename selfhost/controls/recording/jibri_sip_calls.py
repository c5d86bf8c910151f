from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    unknown,
)
from selfhost.controls.recorder_predicates import each_environment, field
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

FIELD = "sip-control-muc"


def judge(_server: Server, key: str, node: Node) -> Verdict | None:
    room = field(node, FIELD)
    if room is None or room.value is None:
        return None
    cited = Cited.node(f"{key}.{FIELD}", room)
    if isinstance(room.value, Unknown):
        return unknown(f"{FIELD} cannot be told: {room.value.reason}", cited)
    return fail(
        "rooms are dialled out to SIP systems, and pjsua as packaged asks for no encryption", cited
    )


CONTROL = Control(
    id="jibri-sip-calls",
    title="No recorder dials rooms out to SIP systems",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="jibri",
    needs=("jibri.config",),
    risk=(
        "Jibri shows a room to a SIP video system. The packaged options of pjsua do not ask for "
        "encrypted media, and its log holds complete SIP messages."
    ),
    upstream_default="no SIP room",
    fix=Fix(by_hand="Remove sip-control-muc from the XMPP environments and restart jibri."),
    references=(
        "jitsi/jibri: src/main/kotlin/org/jitsi/jibri/config/JibriConfig.kt",
        "jitsi/jibri: resources/debian-package/etc/jitsi/jibri/pjsua.config",
    ),
    gdpr="Art. 32",
    surfaces=("jibri-sip-gateway",),
    check=each_environment(judge, "no SIP room is joined"),
    bad=(
        Example(
            {
                "jibri.config": "jibri.api.xmpp.environments = [ {\n"
                '  name = "x"\n'
                '  sip-control-muc { domain = "internal.auth.x", room-name = "SipBrewery" }\n'
                "} ]\n"
            },
            at=3,
        ),
        Example(
            {
                "jibri.config": "",
                "jibri.legacy": '{ "xmpp_environments": [ {\n'
                ' "sip_control_muc": { "domain": "x", "room_name": "SipBrewery" }\n} ] }\n',
            },
            at=2,
        ),
    ),
    good=(
        Example({"jibri.config": 'jibri.api.xmpp.environments = [ { name = "x" } ]\n'}),
        Example(
            {"jibri.config": 'jibri.sip { outbound-prefix = "out_" }\n'},
            note="how it would dial, not that it does",
        ),
        Example({}, absent=("jibri.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {"jibri.config": "jibri.api.xmpp.environments = [ { sip-control-muc = ${SIP} } ]\n"}
        ),
    ),
)
