"""Docker Compose files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfhost.readers.compose import ComposeFile, read_compose, read_compose_files
from selfhost.readers.dotenv import read_dotenv
from selfhost.readers.tree import Source, Tree, Unknown

ENV = read_dotenv(Source(".env", "TAG=stable\nENABLE_RECORDING=1\nEMPTY=\n"))

STACK = """\
x-common: &common
  LOG: info
services:
  jvb:
    image: jitsi/jvb:${TAG:-unstable}
    env_file: .env
    ports:
      - '${JVB_PORT:-10000}:${JVB_PORT:-10000}/udp'
      - target: 8080
        published: "8081"
        host_ip: 127.0.0.1
    volumes:
      - ${CONFIG}/jvb:/config:Z
      - {type: bind, source: /a, target: /b, read_only: true}
    environment:
      - ENABLE_RECORDING
      - ABSENT
      - PLAIN=a=b
      - FILLED=${TAG}
      - UNSET=${NOWHERE}
  web:
    command: ["run", "${TAG}"]
    environment:
      <<: *common
      ON: true
      PORT: 0640
      ENABLE_RECORDING:
      PRICE: $$5
"""


def read(text: str, environment: Tree | None = ENV) -> ComposeFile:
    return read_compose(Source("docker-compose.yml", text), environment)


def test_a_stack() -> None:
    found = read(STACK)
    assert found.problems == ()
    jvb = found.services["jvb"]
    assert jvb.origin.line == 4
    assert jvb.image is not None
    assert (jvb.image.value, jvb.image.origin.line) == ("jitsi/jvb:stable", 5)
    assert [node.value for node in jvb.ports] == ["10000:10000/udp", "127.0.0.1:8081:8080"]
    assert isinstance(jvb.volumes[0].value, Unknown)
    assert jvb.volumes[1].value == "/a:/b:ro"
    assert [node.value for node in jvb.env_file] == [".env"]
    variables = jvb.environment.root.plain()
    assert isinstance(variables, dict)
    assert isinstance(variables.pop("UNSET"), Unknown)
    assert variables == {"ENABLE_RECORDING": "1", "PLAIN": "a=b", "FILLED": "stable"}
    plain = jvb.environment.get(("PLAIN",))
    assert plain is not None
    assert plain.origin.line == 18
    web = found.services["web"]
    assert web.environment.root.plain() == {
        "LOG": "info",
        "ON": "true",
        "PORT": "0640",
        "ENABLE_RECORDING": "1",
        "PRICE": "$5",
    }
    assert web.command is not None
    assert web.command.plain() == ["run", "stable"]


def test_without_an_environment_variables_are_unknown() -> None:
    jvb = read(STACK, None).services["jvb"]
    assert jvb.image is not None
    assert isinstance(jvb.image.value, Unknown)
    for key in ("ENABLE_RECORDING", "ABSENT", "FILLED"):
        node = jvb.environment.get((key,))
        assert node is not None
        assert isinstance(node.value, Unknown)


def test_a_file_over_another() -> None:
    over = Source(
        "docker-compose.override.yml",
        "services:\n"
        "  jvb:\n"
        "    image: own/jvb\n"
        "    environment: {PLAIN: z, MORE: 1}\n"
        "    ports: ['10000:10000/udp', '9090:9090']\n"
        "    volumes: ['/new:/b']\n"
        "  extra: {image: x}\n",
    )
    base = Source("docker-compose.yml", STACK.replace("${CONFIG}", "~/.cfg"))
    found = read_compose_files([base, over], ENV)
    assert list(found.services) == ["jvb", "web", "extra"]
    jvb = found.services["jvb"]
    assert jvb.image is not None
    assert jvb.image.value == "own/jvb"
    assert [str(place) for place in jvb.image.overrides] == ["docker-compose.yml:5"]
    plain = jvb.environment.get(("PLAIN",))
    assert plain is not None
    assert (plain.value, str(plain.overrides[0])) == ("z", "docker-compose.yml:18")
    assert jvb.environment.get(("FILLED",)) is not None
    assert jvb.environment.get(("MORE",)) is not None
    ports = [node.value for node in jvb.ports]
    assert ports == ["10000:10000/udp", "127.0.0.1:8081:8080", "9090:9090"]
    assert [node.value for node in jvb.volumes] == ["~/.cfg/jvb:/config:Z", "/new:/b"]


def test_what_is_not_followed_opens_the_service() -> None:
    found = read("services:\n  a:\n    extends: {file: b.yml, service: b}\n")
    node = found.services["a"].environment.get(("X",))
    assert node is not None
    assert isinstance(node.value, Unknown)
    assert found.problems[0].origin.line == 3
    assert read("include: [other.yml]\nservices: {}\n").rest is not None


def test_a_tag_builds_nothing() -> None:
    found = read("services:\n  a:\n    image: !!python/object/apply:os.system ['true']\n")
    image = found.services["a"].image
    assert image is not None
    assert isinstance(image.value, Unknown)
    assert found.problems[0].origin.line == 3


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: b: c",
        "services:\n\t- x",
        "[" * 50_000,
        "a: &a [x]\nb: *c",
        'a: "\\UFFFFFFFF"',
        "--- 1\n--- 2\n",
        "a: 1\n" * 100_000,
        "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)),
        "a: &a {b: *a}",
        "a: 1\na: 2",
    ],
    ids=range(11),
)
def test_refused(text: str) -> None:
    assert any(problem.fatal for problem in read(text).problems)


@pytest.mark.parametrize(
    "text", ["[1]", "x", "services: [a]", "services: {a: 1}", "services: {a: {environment: x}}"]
)
def test_odd_shapes_are_problems(text: str) -> None:
    assert read(text).problems


def test_an_empty_file() -> None:
    assert read("") == ComposeFile()


PIECES = st.sampled_from(
    [
        *["services:", "\n", "  ", "a:", "environment:", "- ", "A=1", "${X}", "&a", "*a", "<<: "],
        *["{", "}", "!!int ", "'", '"', "ports", ": ", "|\n", "[", "]", "true", "?", "\0"],
    ]
)


@settings(deadline=2000)
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=20).map("".join)))
def test_never_raises(text: str) -> None:
    read_compose_files([Source("a.yml", text), Source("b.yml", STACK)], ENV)
