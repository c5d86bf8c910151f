"""What values of the Helm chart switch on."""

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls.registry import controls
from selfhost.effective.seen import OutOfScope, Unseen
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State
from selfhost.readers.tree import Unknown


def evidence(text: str) -> Evidence:
    document = Document("helm.values", "/values.yaml", State.PRESENT, text.encode())
    return Evidence("test", "2026-01-01T00:00:00Z", (document,), frozenset({"helm.values"}))


def failing(text: str) -> set[str]:
    report = evaluate(evidence(text), controls())
    return {r.control for r in report.results if str(r.status) == "fail"}


def value(text: str, name: str) -> object:
    (config,) = Server(evidence(text)).docker
    node = config.get(name)
    return None if node is None else node.value


@pytest.mark.parametrize(
    ("text", "control"),
    [
        ("jibri:\n  enabled: true\n", "docker-recording"),
        ("jibri:\n  enabled: true\n", "docker-recorder-services"),
        ("jibri:\n  enabled: true\n  livestreaming: true\n", "docker-live-streaming"),
        ("transcriber:\n  enabled: true\n", "docker-transcription"),
        ("opusTranscriberProxy:\n  enabled: true\n", "docker-transcription"),
        ("opusTranscriberProxy:\n  enabled: true\n", "docker-recorder-services"),
        ("skynet:\n  enabled: true\n", "docker-recorder-services"),
        ("jigasi:\n  enabled: true\n", "docker-recorder-services"),
        ("web:\n  extraEnvs:\n    ENABLE_RECORDING: true\n", "docker-recording"),
        ("web:\n  extraEnvs:\n    MATOMO_ENDPOINT: https://m.example.org\n", "docker-telemetry"),
        ('extraCommonEnvs:\n  ENABLE_TRANSCRIPTIONS: "1"\n', "docker-transcription"),
        (
            "opusTranscriberProxy:\n  enabled: true\n  apiKeys:\n    OPENAI_API_KEY: x\n",
            "docker-ai-keys",
        ),
        (
            "jibri:\n  enabled: false\njitsi: 1\njigasi:\n  enabled: 'yes'\n",
            "docker-recorder-services",
        ),
        ("publicURL: https://meet.example.org\n", "docker-local-recording"),
        ("JVB_STUN_SERVERS: stun.l.google.com:19302\n", "docker-bridge-stun"),
        ("prosody: {}\nsettings:\n  env2:\n    ENABLE_RECORDING: 1\n", "docker-recording"),
        ("my-jitsi-meet:\n  jibri:\n    enabled: true\n", "docker-recording"),
    ],
)
def test_what_is_on_is_found(text: str, control: str) -> None:
    assert control in failing(text)


@pytest.mark.parametrize(
    "text",
    [
        "jibri:\n  enabled: false\n  recording: true\n  livestreaming: true\n",
        "jibri:\n  recording: true\n",
        "#jibri:\n#  enabled: true\nweb: {}\n",
        "opusTranscriberProxy:\n  enabled: false\n  apiKeys:\n    OPENAI_API_KEY: x\n",
        "transcriber:\n  enabled: false\n  whisper:\n    url: wss://ai.example.com\n",
        "jitsi-meet:\n  enabled: false\n  jibri:\n    enabled: true\nweb: {}\n",
        "skynet:\n  whisper:\n    model: small\n",
        "jibri:\n  enabled: false\n  own:\n    ENABLE_RECORDING: 1\n",
        "jibri:\n  own:\n    ENABLE_RECORDING: 1\n",
        "web: {}\nsettings:\n  enabled: false\n  ENABLE_RECORDING: 1\n",
    ],
)
def test_what_is_off_with_the_part_around_it_is_not(text: str) -> None:
    assert not failing(text)


def test_variables_have_the_place_of_their_value() -> None:
    (config,) = Server(evidence("web: {}\njibri:\n  enabled: true\n")).docker
    node = config.get("ENABLE_RECORDING")
    assert node is not None
    assert str(node.origin) == "/values.yaml:3"


def test_what_a_template_or_a_secret_fills_in_is_unknown() -> None:
    text = "web:\n  extraEnvs:\n    ENABLE_RECORDING: '{{ .Values.x }}'\n"
    assert isinstance(value(text, "ENABLE_RECORDING"), Unknown)
    text = "web:\n  extraEnv:\n    - name: ENABLE_RECORDING\n      valueFrom: {secretKeyRef: {}}\n"
    assert isinstance(value(text, "ENABLE_RECORDING"), Unknown)


def test_the_bridges_stun_server() -> None:
    assert value("jvb:\n  disableStun: true\n", "JVB_DISABLE_STUN") == "true"
    assert value("jvb:\n  stunServers: s.example.org:3478\n", "JVB_STUN_SERVERS")
    assert value("jvb:\n  stunServers: ''\n", "JVB_DISABLE_STUN") == "true"


def test_values_that_do_not_parse_are_unseen_and_none_are_out_of_scope() -> None:
    with pytest.raises(Unseen):
        _ = Server(evidence("web: [\n")).docker
    with pytest.raises(OutOfScope):
        _ = Server(Evidence("t", "2026-01-01T00:00:00Z", (), frozenset())).docker
