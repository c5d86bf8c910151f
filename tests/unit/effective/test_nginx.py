"""nginx from files: a whole configuration, a site's file, a snippet."""

import pytest

from selfhost.audit.evaluate import judge
from selfhost.controls.model import Status, worst
from selfhost.controls.registry import find
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State

SITE = """server {{
    listen 443 ssl;
    server_name meet.example.org;
    root /usr/share/jitsi-meet;
    {more}
    location = /http-bind {{ proxy_pass http://127.0.0.1:5280; access_log off; }}
}}
"""
SNIPPET = "location = /config.js { alias /config/config.js; }\n"


def server(text: str, path: str = "/etc/nginx/sites-enabled/meet.conf") -> Server:
    document = Document("nginx.files", path, State.PRESENT, text.encode())
    scope = frozenset({"nginx.files"})
    return Server(Evidence("t", "2026-01-01T00:00:00Z", (document,), scope))


def status(text: str, control: str) -> Status | None:
    return worst(judge(find(control), server(text)) or ())


def test_a_site_alone_stands_in_http() -> None:
    config = server(SITE.format(more="")).nginx
    assert [block.arguments for block in config.servers()] == [()]
    assert config.around is None


def test_a_snippet_alone_stands_in_a_server() -> None:
    config = server(SNIPPET).nginx
    assert config.around is not None
    assert len(config.servers()) == 1


def test_a_whole_configuration_stays_as_it_is() -> None:
    config = server(f"events {{}}\nhttp {{\n{SITE.format(more='')}}}\n").nginx
    assert [directive.name for directive in config.directives] == ["events", "http"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SITE.format(more=""), Status.FAIL),
        (SITE.format(more="access_log off;"), Status.PASS),
        (SITE.format(more="# access_log off;"), Status.FAIL),
        (SNIPPET, Status.UNKNOWN),
        (SNIPPET + "access_log off;\n", Status.PASS),
        (SNIPPET + "access_log /var/log/x combined;\n", Status.FAIL),
    ],
    ids=["partly off", "off", "a comment", "a snippet", "a snippet off", "a snippet on"],
)
def test_logs_of_parts(text: str, expected: Status) -> None:
    assert status(text, "nginx-access-log") is expected


def test_a_policy_may_stand_around_a_snippet() -> None:
    assert status(SNIPPET, "nginx-content-security-policy") is Status.UNKNOWN
    assert status(SITE.format(more=""), "nginx-content-security-policy") is Status.FAIL
