from collections.abc import Iterator

from selfhost.controls.host_predicates import container_line
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    passed,
    unknown,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    for container in server.containers:
        if container.looked_into:
            place = Cited(container.origin)
            yield passed(f"the files of the container {container.name} were read", place)
            continue
        what = f"{container.engine}: {container.name} ({container.image})"
        yield unknown(f"what the container {what} does was not seen", Cited(container.origin))
    if not server.containers:
        yield passed("there are no containers", *looked_at(server, "host.containers"))


CONTROL = Control(
    id="host-containers-unseen",
    title="Nothing runs in containers that the audit did not look into",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="host",
    needs=("host.containers",),
    risk="A container holds a whole system of its own: a recorder fits into one under any name.",
    upstream_default="no containers with Debian's packages",
    fix=Fix(
        by_hand="Remove containers that do not belong there; audit the others on their own: "
        "selfhost audit compose:PROJECT, podman:NAME or docker:NAME."
    ),
    references=("jitsi/docker-jitsi-meet: docker-compose.yml",),
    surfaces=("sys-container-inventory", "sys-image-tag"),
    check=check,
    bad=(),
    good=(
        Example({}),
        Example(
            {"host.containers": container_line("web", "jitsi/web", looked_into=True)},
            note="looked into",
        ),
        Example({}, absent=("host.containers",), note="neither docker nor podman"),
    ),
    unclear=(Example({"host.containers": container_line("db", "postgres:16")}, at=1),),
)
