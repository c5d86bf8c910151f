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
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.config import Config
from selfhost.effective.seen import NoAnswer, NotInstalled, OutOfScope
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown


def _check(server: Server) -> Iterator[Verdict]:
    for source in ("jicofo.legacy", "videobridge.legacy"):
        server.documents(source)
    for name in ("jicofo", "videobridge"):
        try:
            config = server.jicofo if name == "jicofo" else server.videobridge
        except (NotInstalled, OutOfScope):
            continue
        except NoAnswer as outcome:
            yield unknown(outcome.message)
            continue
        yield from _contradictions(config)
    yield passed(
        "no old setting contradicts the file of today",
        *looked_at(server, "jicofo.legacy", "videobridge.legacy"),
    )


def _contradictions(config: Config) -> Iterator[Verdict]:
    old, today = config.layers
    for path, node in old.walk():
        if isinstance(node.value, dict):
            continue
        key = ".".join(path)
        replaced = today.get(path)
        if replaced is None or replaced.origin == node.origin:
            continue
        if isinstance(replaced.value, Unknown):
            continue  # what holds is the old key, which is known
        if _text(replaced) != _text(node):
            yield fail(f"an old setting wins over {key} ({replaced.origin})", Cited.node(key, node))


def _text(node: Node) -> str:
    return str(node.plain()).lower()


STUN = "org.ice4j.ice.harvest.STUN_MAPPING_HARVESTER_ADDRESSES=meet-jit-si-turnrelay.jitsi.net:443"
EMPTY = "ice4j.harvest.mapping.stun.addresses = []\n"

CONTROL = Control(
    id="jvm-legacy-settings",
    title="No old properties file overrides the focus or the bridge",
    category=Category.INTEGRITY,
    severity=Severity.HIGH,
    component="videobridge",
    needs=("jicofo.legacy", "videobridge.legacy"),
    risk="Keys in sip-communicator.properties take precedence over jvb.conf and jicofo.conf, so "
    "what those files say is not what happens.",
    upstream_default="absent on servers installed since March 2025",
    fix=Fix(by_hand="Move what is needed into jvb.conf or jicofo.conf, empty the file, restart."),
    references=(
        "jitsi/jicoco: jicoco-config/src/main/kotlin/org/jitsi/config/JitsiConfig.kt",
        "jitsi/jitsi-videobridge: XmppClientConnectionConfig.kt",
    ),
    surfaces=("jvb-stun-harvester", "jvb-xmpp-configs"),
    check=_check,
    bad=(
        Example({"videobridge.config": EMPTY, "videobridge.legacy": f"# old\n{STUN}\n"}, at=2),
        Example(
            {
                "jicofo.config": "jicofo.conference.enable-auto-owner = false\n",
                "jicofo.legacy": "org.jitsi.jicofo.DISABLE_AUTO_OWNER=true\n"
                "org.jitsi.jicofo.DISABLE_AUTO_OWNER=false\n",
            },
            at=2,
            note="the last of two wins",
        ),
    ),
    good=(
        Example(
            {"videobridge.config": EMPTY, "videobridge.legacy": f"#{STUN}\n"}, note="a comment"
        ),
        Example(
            {"videobridge.config": EMPTY, "videobridge.legacy": "org.jitsi.videobridge.x=1\n"},
            note="nothing reads it",
        ),
        Example(
            {"videobridge.config": "videobridge {}\n", "videobridge.legacy": f"{STUN}\n"},
            note="nothing is contradicted; what it says is judged as the bridge's setting",
        ),
        Example({}, absent=("jicofo.legacy", "videobridge.legacy"), note="no such file"),
    ),
    unclear=(Example({"jicofo.legacy": "\x00\n"}, note="not a text file"),),
)
