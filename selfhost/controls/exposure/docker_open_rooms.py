from collections.abc import Iterator

from selfhost.controls.docker_predicates import no, switched_on
from selfhost.controls.model import Category, Control, Fix, Severity, Verdict
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.effective.server import Server


def _check(server: Server) -> Iterator[Verdict]:
    why = "whoever finds the server may open rooms"
    yield from switched_on(why, "ENABLE_AUTH", "prosody")(server)
    empty = no("people without a token are let in as hosts")
    for config in server.docker:
        if config.get("JWT_ALLOW_EMPTY") is not None:
            yield judge_setting(config, "JWT_ALLOW_EMPTY", empty, None)


CONTROL = Control(
    id="docker-open-rooms",
    title="The deployment lets only people open rooms who were let in",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="docker",
    needs=("docker.environment",),
    risk="Whoever finds the server can hold meetings on it, and can wait in a room whose name "
    "they guessed as its moderator.",
    upstream_default="everybody may open rooms (ENABLE_AUTH is off)",
    fix=Fix(
        by_hand="Set ENABLE_AUTH=1 and AUTH_TYPE (internal, jwt or ldap) in .env, "
        "and remove JWT_ALLOW_EMPTY."
    ),
    references=("jitsi/docker-jitsi-meet: prosody/rootfs/defaults/conf.d/jitsi-meet.cfg.lua",),
    check=_check,
    bad=(
        env("ENABLE_AUTH=0\n", at=1),
        env("ENABLE_AUTH=1\nAUTH_TYPE=jwt\nJWT_ALLOW_EMPTY=1\n", at=3),
        env("PUBLIC_URL=https://meet.example.org\nCONFIG=/srv\n", note="upstream's default"),
    ),
    good=(
        env("ENABLE_AUTH=1\nAUTH_TYPE=internal\nENABLE_GUESTS=1\n"),
        env("#ENABLE_AUTH=0\nENABLE_AUTH=true\n", note="a comment"),
        NO_ENV,
    ),
    unclear=(env("ENABLE_AUTH=${AUTH}\n"),),
)
