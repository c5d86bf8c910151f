"""Programs beside Jitsi with one YAML or INI file."""

import pytest

from selfhost.effective.seen import NotInstalled
from selfhost.effective.server import Server
from selfhost.evidence.collector.processes import TELLING
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.syntax import LINES
from selfhost.evidence.model import Document, Evidence, State

SECRETS = ("0bscuredPassw0rd", "ya29secretaccesstoken", "1//refreshsecret", "AKsecretkey123")
RCLONE = f"""[gdrive]
type = drive
client_secret = {SECRETS[0]}
token = {{"access_token":"{SECRETS[1]}","refresh_token":"{SECRETS[2]}","expiry":"2026-01-01"}}

[s3]
type = s3
secret_access_key = {SECRETS[3]}
pass = {SECRETS[0]}
"""


def server(source: str, text: str | None) -> Server:
    state = State.ABSENT if text is None else State.PRESENT
    document = Document(source, f"/x/{source}", state, (text or "").encode())
    return Server(Evidence("x", "", (document,), frozenset([source])))


def test_yaml() -> None:
    (config,) = server("loki.config", "server:\n  http_listen_port: 3100\n").documents_of("loki")
    node = config.get("server.http_listen_port")
    assert node is not None
    assert (node.value, node.origin.line) == ("3100", 2)
    (empty,) = server("loki.config", "# nothing\n").documents_of("loki")
    assert empty.unreadable is None
    assert empty.get("server") is None


def test_broken_yaml_is_not_taken_for_empty() -> None:
    (config,) = server("loki.config", "server: [\n").documents_of("loki")
    assert config.unreadable is not None


def test_absent() -> None:
    with pytest.raises(NotInstalled):
        server("grafana.config", None).documents_of("grafana")


def test_what_rclone_keeps_secret_stays_on_the_server_and_the_rest_is_read() -> None:
    shown = Redactor(b"k" * 32).content(RCLONE.encode(), LINES).decode()
    assert not any(secret in shown for secret in SECRETS)
    (config,) = server("rclone.config", shown).documents_of("rclone")
    kinds = [config.get((name, "type")) for name in ("gdrive", "s3")]
    assert [node.value for node in kinds if node is not None] == ["drive", "s3"]


@pytest.mark.parametrize(
    "name",
    [
        *("OPENAI_API_KEY", "DEEPGRAM_API_KEY", "XAI_API_KEY", "GEMINI_API_KEY"),
        *(
            "SKYNET_S3_SECRET_KEY",
            "ECHO_REQUESTS_TOKEN",
            "RTCSTATS_AMPLITUDE_KEY",
            "OPENAI_TRANSLATION_API_KEY",
        ),
    ],
)
def test_that_a_key_is_set_is_taken_and_the_key_is_not(name: str) -> None:
    assert TELLING.fullmatch(name)
    assert SECRETS[0] not in Redactor(b"k" * 32).value(name, SECRETS[0])
