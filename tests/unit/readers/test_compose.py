"""Docker Compose files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfhost.readers.compose import ComposeFile, read_compose
from selfhost.readers.compose_merge import read_compose_files
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


def test_without_an_environment_defaults_hold_and_the_rest_is_unknown() -> None:
    jvb = read(STACK, None).services["jvb"]
    assert jvb.image is not None
    assert jvb.image.value == "jitsi/jvb:unstable"
    for key in ("ENABLE_RECORDING", "ABSENT", "FILLED"):
        node = jvb.environment.get((key,))
        assert node is not None
        assert isinstance(node.value, Unknown)


def test_a_port_shows_what_is_known_of_it() -> None:
    text = "services:\n  web:\n    ports: ['${HTTP_PORT}:8000', '127.0.0.1:${X:-1}:8080']\n"
    assert [p.value for p in read(text).services["web"].ports] == [
        "?HTTP_PORT:8000",
        "127.0.0.1:1:8080",
    ]


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


def merged(*files: str, beside: str = "", active: str = "") -> ComposeFile:
    sources = [Source(f"/{number}.yml", text) for number, text in enumerate(files)]
    others = {"/b.yml": Source("/b.yml", beside)} if beside else {}
    return read_compose_files(sources, ENV, others, frozenset(active.split()))


def test_what_is_extended_or_included_and_not_given_opens_the_service() -> None:
    found = merged("services:\n  a:\n    extends: {file: b.yml, service: b}\n")
    node = found.services["a"].environment.get(("X",))
    assert node is not None
    assert isinstance(node.value, Unknown)
    assert found.problems
    assert merged("include: [other.yml]\nservices: {}\n").rest is not None


def test_extends_and_include_are_followed() -> None:
    base = "services:\n  b:\n    image: x/jibri\n    environment: {A: 1, B: 1}\n"
    found = merged(
        "services:\n  a:\n    extends: {file: b.yml, service: b}\n    environment: [B=2]\n",
        beside=base,
    )
    image = found.services["a"].image
    assert image is not None
    assert (image.value, image.origin.path) == ("x/jibri", "/b.yml")
    assert found.services["a"].environment.root.plain() == {"A": "1", "B": "2"}
    same = merged(base + "  c: {extends: b}\n")
    assert same.services["c"].environment.root.plain() == {"A": "1", "B": "1"}
    assert set(merged("include: [b.yml]\n", beside=base).services) == {"b"}


def test_what_extends_or_includes_itself_ends() -> None:
    found = merged("services:\n  a: {extends: b}\n  b: {extends: a}\n")
    assert found.problems
    assert merged("include: [0.yml]\n").rest is not None


def test_services_of_profiles_run_when_one_is_switched_on() -> None:
    text = "services:\n  web: {image: w}\n  jibri: {image: j, profiles: [recording]}\n"
    assert set(merged(text).services) == {"web"}
    assert set(merged(text, active="recording").services) == {"web", "jibri"}
    assert set(merged(text, active="*").services) == {"web", "jibri"}


def test_override_and_reset_replace() -> None:
    base = "services:\n  a:\n    ports: ['8080:8080']\n    environment: {A: 1}\n"
    found = merged(
        base,
        "services:\n  a:\n    ports: !override\n      - '1:1'\n    environment: !reset null\n",
    )
    assert [port.value for port in found.services["a"].ports] == ["1:1"]
    assert found.services["a"].environment.root.plain() == {}
    assert found.problems == ()


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
