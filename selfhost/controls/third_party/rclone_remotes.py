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
)
from selfhost.controls.recorder_predicates import unread
from selfhost.effective.server import Server

#: Kinds of remotes that are on the machine itself.
LOCAL = ("local", "memory")


def check(server: Server) -> Iterator[Verdict]:
    for config in server.documents_of("rclone"):
        broken = unread(config, "type")
        if broken is not None:
            yield broken
            continue
        for path, node in config.walk():
            if len(path) != 1 or not path[0] or not isinstance(node.value, dict):
                continue
            kind = config.get((path[0], "type"))
            if kind is None or str(kind.plain()) not in LOCAL:
                what = f" ({kind.plain()})" if kind is not None else ""
                yield fail(f"rclone can copy to {path[0]}{what}", Cited.node(path[0], node))
        yield passed("no remote", Cited(config.place))


CONTROL = Control(
    id="rclone-remotes",
    title="No cloud store is set up for copies",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="rclone",
    needs=("rclone.config",),
    risk=(
        "rclone copies folders of recordings to dozens of cloud stores; a remote shows "
        "that one was meant to be used."
    ),
    upstream_default="no remote; the program itself is in Jibri's image",
    fix=Fix(
        by_hand=(
            "rclone config delete NAME, revoke its token at the store, and look for cron "
            "jobs and scripts that call rclone."
        )
    ),
    references=("jitsi/docker-jitsi-meet: jibri/Dockerfile",),
    gdpr="Art. 28, 44",
    surfaces=("jibri-rclone",),
    check=check,
    bad=(
        Example({"rclone.config": "[gdrive]\ntype = drive\ntoken = REDACTED_00000000\n"}, at=1),
        Example({"rclone.config": "[r]\ntype = local\n[s]\ntype = s3\n"}, at=3),
    ),
    good=(
        Example({"rclone.config": "# [gdrive]\n"}, note="a comment"),
        Example({"rclone.config": "[r]\ntype = local\n"}, note="the machine itself"),
        Example({}, absent=("rclone.config",), note="not installed"),
    ),
    unclear=(Example({"rclone.config": "\x00\n"}, note="not a text file"),),
)
