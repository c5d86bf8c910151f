import re
from collections.abc import Iterator

from selfhost.catalog.programs import Kind, program_of_image
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
from selfhost.controls.web_examples import NO_COMPOSE, compose
from selfhost.effective.server import Server
from selfhost.readers.compose import Service
from selfhost.readers.tree import Origin

#: Kinds of programs that a meeting does not need.
KINDS: tuple[Kind, ...] = ("recorder", "transcriber", "ai", "collector")


#: In the name of an image that somebody built of upstream's.
_OWN = re.compile(r"(?<![a-z])(?:jibri|jigasi|transcriber)(?![a-z])")


def check(server: Server) -> Iterator[Verdict]:
    """Each service by its image."""
    compose = server.compose
    told = False
    for service in compose.services.values():
        for verdict in _judge(service):
            told = True
            yield verdict
    documents = tuple(
        document
        for source in ("docker.compose", "helm.values", "kubernetes.manifests")
        for document in server.optional(source)
    )
    looked = [Cited(Origin(document.path)) for document in documents]
    if compose.rest is not None:
        place = next((Cited(p.origin) for p in compose.problems), None)
        cited = (place,) if place is not None else tuple(looked)
        yield unknown(f"there may be further services: {compose.rest.reason}", *cited)
    elif not told:
        yield passed("no service is a recorder or transcriber", *looked)


def _judge(service: Service) -> Iterator[Verdict]:
    image = service.image
    if image is None:
        # Built on the spot: its name is all there is.
        if _OWN.search(service.name.lower()):
            place = Cited(service.origin, f"services.{service.name}")
            yield fail(f"service {service.name} is by its name a recorder or gateway", place)
        return
    cited = Cited.node(f"services.{service.name}.image", image)
    # The name of an image is often there where its version is not known.
    text = image.value if isinstance(image.value, str) else service.name
    program = program_of_image(text, *KINDS)
    if program is not None:
        yield fail(f"service {service.name} is {program.name}", cited)
    elif (name := _OWN.search(text.lower().rpartition("/")[2])) is not None:
        yield fail(f"service {service.name} is {name[0]} by the name of its image", cited)
    elif not isinstance(image.value, str):
        known = service.name.lower() in ("web", "prosody", "jicofo", "jvb", "coturn", "turn")
        if not known:
            yield unknown(f"the image of service {service.name} cannot be told", cited)


CONTROL = Control(
    id="docker-recorder-services",
    title="No recorder, transcriber or AI runs beside the meeting",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="docker",
    needs=("docker.compose",),
    risk="A recorder or transcriber in the Compose project joins meetings unseen as "
    "soon as the switches are set; an AI container has no other purpose here.",
    upstream_default="none; upstream ships their files beside the main one",
    fix=Fix(
        by_hand="Remove the service from the Compose files and from COMPOSE_FILE, then run "
        "docker compose up -d --remove-orphans."
    ),
    references=("jitsi/docker-jitsi-meet: jibri.yml, transcriber.yml, jigasi.yml",),
    surfaces=(
        "sys-container-inventory",
        "docker-custom-config-js",
        "helm-and-ansible-variants",
    ),
    check=check,
    bad=(
        compose(
            "services:\n"
            "  web:\n"
            "    image: ghcr.io/jitsi/web:stable\n"
            "  jibri:\n"
            "    image: ghcr.io/jitsi/jibri:stable\n",
            at=5,
        ),
        compose("services:\n  stt:\n    image: ghcr.io/jitsi/skynet:latest\n", at=3),
        Example(
            {
                "docker.compose /jibri.yml": "services:\n"
                "  jibri:\n"
                "    image: "
                "${JITSI_IMAGE_REPO:-ghcr.io/jitsi}/jibri:${JITSI_IMAGE_VERSION:-unstable}\n"
            },
            at=3,
            note="given by itself",
        ),
        Example(
            {
                "docker.compose /docker-compose.yml": "services:\n  web:\n    image: jitsi/web\n",
                "docker.compose /jibri.yml": "services:\n  jibri:\n    image: jitsi/jibri\n",
                "docker.environment": "COMPOSE_FILE=docker-compose.yml:jibri.yml\n",
            },
            at=3,
            note="named by COMPOSE_FILE",
        ),
        compose(
            "services:\n  rec:\n    image: me/jitsi-jibri:latest\n", at=3, note="a build of it"
        ),
        compose("services:\n  jigasi:\n    build: jigasi\n", at=2, note="built on the spot"),
    ),
    good=(
        compose("services:\n  web:\n    build: ./web\n", note="built on the spot"),
        compose(
            "services:\n"
            "  web:\n"
            "    image: ghcr.io/jitsi/web:stable\n"
            "  jvb:\n"
            "    image: ghcr.io/jitsi/jvb:stable\n"
        ),
        compose(
            "services:\n"
            "  web:\n"
            "    image: ghcr.io/jitsi/web:stable\n"
            "#  jibri:\n"
            "#    image: ghcr.io/jitsi/jibri:stable\n",
            note="a comment",
        ),
        Example(
            {
                "docker.compose /docker-compose.yml": "services:\n  web:\n    image: jitsi/web\n",
                "docker.compose /jibri.yml": "services:\n  jibri:\n    image: jitsi/jibri\n",
            },
            note="upstream ships the file; it is not in use",
        ),
        NO_COMPOSE,
    ),
    unclear=(
        compose("services:\n  bot:\n    image: ${BOT_IMAGE}\n"),
        compose("services: [\n", note="does not parse"),
    ),
)
