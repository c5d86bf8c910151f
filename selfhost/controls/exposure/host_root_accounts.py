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
from selfhost.controls.text_predicates import lines, looked_at
from selfhost.effective.server import Server

SOURCE = "host.accounts"
#: Groups whose members are root by way of the containers they may start.
GROUPS = ("docker", "lxd", "incus", "incus-admin")


def check(server: Server) -> Iterator[Verdict]:
    for line in lines(server, SOURCE):
        fields = line.text.split(":")
        place = Cited(line.origin, fields[0])
        if line.origin.path.endswith("passwd") and len(fields) == 7:
            if fields[2] == "0" and fields[0] != "root":
                yield fail(f"the account {fields[0]} is root under another name", place)
        elif len(fields) == 4 and fields[0] in GROUPS and fields[3]:
            count = len(fields[3].split(","))
            yield fail(f"the group {fields[0]} makes {count} accounts root without sudo", place)
    yield passed("only root is root", *looked_at(server, SOURCE))


PASSWD, GROUP = f"{SOURCE} /etc/passwd", f"{SOURCE} /etc/group"
ROOT = "root:x:0:0:root:/root:/bin/bash\n"

CONTROL = Control(
    id="host-root-accounts",
    title="No account is root under another name",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="host",
    needs=(SOURCE,),
    risk="Whoever is root can record, and can change every setting for the length of one meeting. "
    "People with sudo are not judged: keep a list of them.",
    upstream_default="only root",
    fix=Fix(by_hand="Remove the account, or take people out of the group and give them sudo."),
    references=("https://docs.docker.com/engine/security/",),
    surfaces=("sys-shell-access",),
    check=check,
    bad=(
        Example({PASSWD: ROOT + "toor:x:0:0::/root:/bin/sh\n"}, at=2),
        Example({PASSWD: ROOT, GROUP: "root:x:0:\ndocker:x:999:alice,bob\n"}, at=2),
    ),
    good=(
        Example({PASSWD: ROOT + "jvb:x:998:998::/nonexistent:/usr/sbin/nologin\n"}),
        Example({PASSWD: ROOT, GROUP: "docker:x:999:\nsudo:x:27:alice\n"}, note="an empty group"),
        Example({}, absent=("host.accounts",), note="nothing of it is there"),
    ),
    unclear=(Example({"host.accounts": "\x00\n"}, note="not a text file"),),
)
