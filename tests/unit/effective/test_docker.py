"""Which variables and services a docker-jitsi-meet deployment really uses."""

import pytest

from selfhost.effective.docker import is_deployment
from selfhost.effective.seen import NotInstalled, OutOfScope, Unseen
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State
from selfhost.readers.tree import Unknown


def server(**files: str) -> Server:
    """Files by kind: ``env`` and names of Compose files with ``_`` for ``.``."""
    documents = []
    for name, text in files.items():
        source = "docker.environment" if name.endswith("env") else "docker.compose"
        path = "/.env" if name == "env" else "/" + name.replace("_yml", ".yml").replace("_", ".")
        documents.append(Document(source, path, State.PRESENT, text.encode()))
    scope = frozenset({"docker.environment", "docker.compose"})
    present = {document.source for document in documents}
    documents.extend(Document(s, s, State.ABSENT) for s in sorted(scope - present))
    return Server(Evidence("test", "2026-01-01T00:00:00Z", tuple(documents), scope))


def value(found: Server, key: str) -> object:
    (config,) = found.docker
    node = config.get(key)
    return None if node is None else node.plain()


def test_compose_wins_over_env_but_a_name_passed_on_does_not() -> None:
    found = server(
        env="ENABLE_RECORDING=1\nTZ=UTC\n",
        compose_yml="services:\n  web:\n    environment:\n      - ENABLE_RECORDING=0\n      - TZ\n",
    )
    assert value(found, "ENABLE_RECORDING") == "0"
    assert value(found, "TZ") == "UTC"
    (config,) = found.docker
    zone = config.get("TZ")
    assert zone is not None
    assert (zone.origin.path, zone.origin.line) == ("/.env", 2)


def test_only_files_in_use_count() -> None:
    found = Server(
        Evidence(
            "test",
            "2026-01-01T00:00:00Z",
            (
                Document("docker.compose", "/docker-compose.yml", State.PRESENT, _service("web")),
                Document("docker.compose", "/jibri.yml", State.PRESENT, _service("jibri")),
                Document(
                    "docker.compose",
                    "/docker-compose.override.yml",
                    State.PRESENT,
                    b"services:\n  web:\n    image: mine/web\n",
                ),
            ),
            frozenset({"docker.compose"}),
        )
    )
    assert set(found.compose.services) == {"web"}
    image = found.compose.services["web"].image
    assert image is not None
    assert image.value == "mine/web"


def test_compose_file_names_the_files() -> None:
    found = Server(
        Evidence(
            "test",
            "2026-01-01T00:00:00Z",
            (
                Document(
                    "docker.environment",
                    "/.env",
                    State.PRESENT,
                    b"COMPOSE_FILE=docker-compose.yml:jibri.yml\n",
                ),
                Document("docker.compose", "/docker-compose.yml", State.PRESENT, _service("web")),
                Document("docker.compose", "/jibri.yml", State.PRESENT, _service("jibri")),
                Document("docker.compose", "/etherpad.yml", State.PRESENT, _service("pad")),
            ),
            frozenset({"docker.environment", "docker.compose"}),
        )
    )
    assert set(found.compose.services) == {"web", "jibri"}


def test_nothing_there_is_proved_absent_and_nothing_asked_is_out_of_scope() -> None:
    with pytest.raises(NotInstalled):
        _ = server().docker
    whole = Server(Evidence("test", "2026-01-01T00:00:00Z", ()))
    with pytest.raises(OutOfScope):
        _ = whole.docker
    with pytest.raises(OutOfScope):
        _ = whole.compose


def test_a_compose_file_that_does_not_parse_is_unseen() -> None:
    with pytest.raises(Unseen):
        _ = server(compose_yml="services: [\n").compose


def test_a_deployment_is_told_from_other_variables() -> None:
    found = Server(
        Evidence(
            "test",
            "2026-01-01T00:00:00Z",
            (
                Document("docker.environment", "/.env", State.PRESENT, b""),
                Document("docker.environment", "/meet.env", State.PRESENT, b"PUBLIC_URL=x\n"),
                Document("docker.environment", "/db.env", State.PRESENT, b"POSTGRES_USER=x\n"),
            ),
            frozenset({"docker.environment"}),
        )
    )
    assert [is_deployment(found, config, "web") for config in found.docker] == [True, True, False]


def _service(name: str) -> bytes:
    return f"services:\n  {name}:\n    image: jitsi/{name}\n".encode()


def test_a_compose_file_alone_is_judged_by_what_it_says() -> None:
    def alone(text: str) -> Server:
        document = Document("docker.compose", "/docker-compose.yml", State.PRESENT, text.encode())
        scope = frozenset({"docker.compose"})
        return Server(Evidence("test", "2026-01-01T00:00:00Z", (document,), scope))

    head = "services:\n  web:\n    image: jitsi/web\n    environment:\n"
    assert value(alone(head + "      - ENABLE_RECORDING=1\n"), "ENABLE_RECORDING") == "1"
    assert value(alone(head + "      ENABLE_RECORDING: ${REC:-1}\n"), "ENABLE_RECORDING") == "1"
    with pytest.raises(OutOfScope):
        _ = alone(head + "      - ENABLE_RECORDING\n").docker


def test_two_services_with_different_values_are_both_seen() -> None:
    found = server(
        env="TZ=UTC\n",
        compose_yml="services:\n"
        "  web: {image: jitsi/web, environment: [ENABLE_RECORDING=0]}\n"
        "  prosody: {image: jitsi/prosody, environment: [ENABLE_RECORDING=1]}\n",
    )
    values = [node.value for config in found.docker if (node := config.get("ENABLE_RECORDING"))]
    assert values == ["0", "1"]


def test_an_env_file_of_a_service_counts_below_its_environment() -> None:
    compose = "services:\n  web:\n    image: jitsi/web\n    env_file: web.env\n"
    documents = (
        Document("docker.environment", "/.env", State.PRESENT, b"TZ=UTC\n"),
        Document("docker.environment", "/web.env", State.PRESENT, b"ENABLE_RECORDING=1\n"),
        Document("docker.compose", "/docker-compose.yml", State.PRESENT, compose.encode()),
    )
    scope = frozenset({"docker.environment", "docker.compose"})
    found = Server(Evidence("test", "2026-01-01T00:00:00Z", documents, scope))
    node = found.docker[0].get("ENABLE_RECORDING")
    assert node is not None
    assert (node.value, node.origin.path) == ("1", "/web.env")
    short = Server(Evidence("test", "2026-01-01T00:00:00Z", documents[::2], scope))
    missing = short.docker[0].get("ENABLE_RECORDING")
    assert missing is not None
    assert isinstance(missing.value, Unknown)


def test_profiles_come_from_the_env() -> None:
    compose = "services:\n  jibri: {image: jitsi/jibri, profiles: [rec]}\n"
    assert not server(env="TZ=UTC\n", compose_yml=compose).compose.services
    assert server(env="COMPOSE_PROFILES=rec\n", compose_yml=compose).compose.services
