from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.text_predicates import no_line


def judge(line: str) -> str | None:
    if line.startswith(("org.jitsi.", "org.ice4j.", "net.java.")):
        return "an old setting that wins over the file everybody looks at"
    return None


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
    references=("jitsi/jitsi-videobridge: XmppClientConnectionConfig.kt",),
    surfaces=("jvb-stun-harvester", "jvb-xmpp-configs"),
    check=no_line("jicofo.legacy", "videobridge.legacy", judge=judge, comments="#!"),
    bad=(
        Example(
            {
                "videobridge.legacy": "# old\norg.ice4j.ice.harvest."
                "STUN_MAPPING_HARVESTER_ADDRESSES=meet-jit-si-turnrelay.jitsi.net:443\n"
            },
            at=2,
        ),
    ),
    good=(
        Example({"videobridge.legacy": "# org.jitsi.videobridge.rest.x=1\n"}, note="a comment"),
        Example({}, absent=("jicofo.legacy", "videobridge.legacy"), note="no such file"),
    ),
)
