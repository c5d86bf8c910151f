from selfhost.controls.docker_predicates import NO, own_stun
from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.effective.config import Config


def _off(config: Config) -> bool:
    """STUN is switched off for the bridge."""
    node = config.get("JVB_DISABLE_STUN")
    return node is not None and isinstance(node.value, str) and node.value.strip() not in NO


CONTROL = Control(
    id="docker-bridge-stun",
    title="The bridge asks no stranger for its own address",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="docker",
    needs=("docker.environment",),
    risk="At each start the bridge asks this STUN server for its public address, "
    "and so tells it that it is there.",
    upstream_default="meet-jit-si-turnrelay.jitsi.net:443",
    fix=Fix(by_hand="Set JVB_DISABLE_STUN=1 and JVB_ADVERTISE_IPS to the public address in .env."),
    references=("jitsi/docker-jitsi-meet: jvb/rootfs/defaults/jvb.conf",),
    surfaces=(
        "jvb-stun-harvester",
        "stun-google-public",
    ),
    check=own_stun(
        "JVB_STUN_SERVERS",
        "jvb",
        _off,
        "the bridge then asks meet-jit-si-turnrelay.jitsi.net",
    ),
    bad=(
        env("TZ=UTC\n", note="unset means Jitsi's own"),
        env(
            "PUBLIC_URL=https://meet.example.org\nJVB_STUN_SERVERS=stun.l.google.com:19302\n", at=2
        ),
        env("JVB_DISABLE_STUN=0\n"),
    ),
    good=(
        env("JVB_DISABLE_STUN=1\n"),
        env("PUBLIC_URL=https://meet.example.org\nJVB_STUN_SERVERS=meet.example.org:3478\n"),
        env("JVB_DISABLE_STUN=true\nJVB_STUN_SERVERS=stun.l.google.com:19302\n", note="not used"),
        NO_ENV,
    ),
    unclear=(
        env("JVB_STUN_SERVERS=${STUN}\n"),
        env("JVB_STUN_SERVERS=,\n", at=1, note="a list of nothing"),
    ),
)
