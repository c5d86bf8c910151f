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
    fail,
    not_applicable,
    passed,
    unknown,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.seen import NoAnswer
from selfhost.effective.server import Server

#: Variables of docker-jitsi-meet that switch something on whatever ``.env`` says.
SWITCHES = {
    "ENABLE_RECORDING": "recording",
    "ENABLE_SERVICE_RECORDING": "recording",
    "ENABLE_FILE_RECORDING_SHARING": "sharing of recordings",
    "ENABLE_LIVESTREAMING": "live streaming",
    "ENABLE_TRANSCRIPTIONS": "transcription",
    "ENABLE_AUDIO_TRANSLATION": "speech translation",
    "RTCSTATS_ENABLED": "call statistics",
}
ON = ("1", "true", "t", "yes", "y", "on")


def _told(server: Server) -> frozenset[str]:
    """What the deployment's own files switch on: the controls of these files report it."""
    try:
        files = server.docker
    except NoAnswer:
        return frozenset()
    nodes = [(name, file.get(name)) for file in files for name in SWITCHES]
    return frozenset(name for name, node in nodes if node is not None and _is_on(node.plain()))


def _is_on(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in ON


def check(server: Server) -> Iterator[Verdict]:
    told, told_here = _told(server), False
    for container in server.containers:
        if container.environment is None:
            what = f"the environment of the container {container.name} may not be read"
            yield unknown(what, Cited(container.origin))
            continue
        for name, value in container.environment.items():
            if name not in SWITCHES or not _is_on(value):
                continue
            what = f"the container {container.name} runs with {name}={value}"
            place = Cited(container.origin, name)
            if name in told:
                told_here = True
                yield not_applicable(f"{what}, as its .env or Compose file says", place)
            else:
                yield fail(f"{what}: {SWITCHES[name]}", place)
    if not told_here:
        yield passed("no container runs with it", *looked_at(server, "host.containers"))


def line(**environment: str | None) -> dict[str, str]:
    return {"host.containers": container_line("web", "jitsi/web", environment=environment)}


CONTROL = Control(
    id="container-switches",
    title="No container runs with recording, streaming or transcription switched on",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="host",
    needs=("host.containers",),
    risk="What a container was started with counts, whatever .env says now: an override file, or "
    "a variable of the shell it was started from, switches it on.",
    upstream_default="off",
    fix=Fix(
        by_hand="Remove the variable from the override file, and create the container anew with "
        "docker compose up -d."
    ),
    references=("jitsi/docker-jitsi-meet: docker-compose.yml",),
    surfaces=("sys-docker-env",),
    check=check,
    bad=(
        Example(line(ENABLE_RECORDING="1"), at=1),
        Example(line(ENABLE_TRANSCRIPTIONS="True"), at=1),
        Example(
            {**line(ENABLE_RECORDING="1"), "docker.environment": "ENABLE_RECORDING=0\n"},
            at=1,
            note="another file, or the shell, said so",
        ),
    ),
    good=(
        Example(line(ENABLE_RECORDING="0", ENABLE_LETSENCRYPT="1")),
        Example(line(ENABLE_RECORDING=""), note="passed on without a value"),
        Example(line(ENABLE_RECORDING_NOTE="1"), note="another name"),
        Example(
            {**line(ENABLE_RECORDING="1"), "docker.environment": "ENABLE_RECORDING=1\n"},
            note="the .env says so: docker-recording reports it",
        ),
        Example({}, absent=("host.containers",), note="no containers"),
    ),
    unclear=(Example({"host.containers": container_line("web", "jitsi/web", environment=None)}),),
)
