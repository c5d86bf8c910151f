from selfhost.controls.docker_predicates import docker
from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import empty, setting
from selfhost.controls.web_examples import NO_ENV, env

CONTROL = Control(
    id="docker-recorder-accounts",
    title="Prosody keeps no administrator's account for recorders",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="docker",
    needs=("docker.environment",),
    risk="With one of these passwords set, Prosody makes an account that is an administrator of "
    "every room, also where no recorder is installed: whoever reads .env may enter and control any "
    "meeting. gen-passwords.sh sets them all.",
    upstream_default="empty; gen-passwords.sh fills them",
    fix=Fix(
        by_hand="Empty JIBRI_XMPP_PASSWORD and JIGASI_XMPP_PASSWORD in .env, recreate the prosody "
        "container and delete the accounts with prosodyctl deluser jibri@auth.DOMAIN and "
        "jigasi@auth.DOMAIN."
    ),
    references=(
        "jitsi/docker-jitsi-meet: gen-passwords.sh",
        "jitsi/docker-jitsi-meet: prosody/rootfs/defaults/conf.d/jitsi-meet.cfg.lua",
        "jitsi/docker-jitsi-meet: prosody/rootfs/etc/s6-overlay/scripts/register-setup",
    ),
    surfaces=("docker-jibri-admin-account",),
    check=setting(
        docker,
        "JIBRI_XMPP_PASSWORD",
        "JIGASI_XMPP_PASSWORD",
        judge=empty("Prosody makes an administrator's account with it"),
    ),
    bad=(
        env("TZ=UTC\nJIBRI_XMPP_PASSWORD=0123456789abcdef\n", at=2),
        env("JIGASI_XMPP_PASSWORD=0123456789abcdef\n", at=1),
    ),
    good=(
        env("JIBRI_XMPP_PASSWORD=\nJIGASI_XMPP_PASSWORD=\n"),
        env("JIBRI_XMPP_USER=jibri\nJIBRI_RECORDER_PASSWORD=0123456789abcdef\n", note="no admin"),
        env("#JIBRI_XMPP_PASSWORD=x\n", note="a comment"),
        NO_ENV,
    ),
    unclear=(env("JIBRI_XMPP_PASSWORD=${SECRET}\n"),),
)
