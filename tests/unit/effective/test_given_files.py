"""Single files of the servers, as people keep them in repositories: fragments and unfilled
templates."""

import pytest

from selfhost.audit.evaluate import judge
from selfhost.controls import registry
from selfhost.controls.model import Status
from tests.unit.effective.given import given, status


def test_old_properties_alone_are_judged() -> None:
    text = "org.jitsi.jicofo.jibri.BREWERY=jibribrewery@internal.auth.meet.example.org\n"
    server = given("jicofo.legacy", text)
    assert status(server, "jicofo-jibri-brewery") is Status.FAIL
    assert judge(registry.find("jicofo-jigasi-brewery"), server) is None, "it has no old key set"


def test_old_properties_in_doubt() -> None:
    text = "{% if jibri %}\norg.jitsi.jicofo.jibri.BREWERY=a@b.example.org\n{% endif %}\n"
    assert status(given("jicofo.legacy", text), "jicofo-jibri-brewery") is Status.UNKNOWN


def test_old_properties_in_doubt_of_a_go_template() -> None:
    text = "{{ if .Env.ROOM }}\norg.jitsi.jicofo.jigasi.BREWERY={{ .Env.ROOM }}@x.org\n{{ end }}\n"
    assert status(given("jicofo.legacy", text), "jicofo-jigasi-brewery") is Status.UNKNOWN


def test_a_recorder_s_template() -> None:
    text = (
        "jibri {\n recording { finalize-script = /x.sh }\n"
        "{% if sound %}\n ffmpeg.audio-source = pulse\n{% endif %}\n"
        ' chrome.flags = [ "{{ flag }}" ]\n}\n'
    )
    server = given("jibri.config", text)
    assert status(server, "jibri-finalize-script") is Status.FAIL
    assert status(server, "jibri-webhooks") is Status.PASS
    assert status(server, "jibri-browser-log") is Status.UNKNOWN


def test_a_hocon_template() -> None:
    text = "jicofo {\n{% if a %}\n jibri { brewery-jid = x }\n{% endif %}\n c = {{ d }}\n}\n"
    server = given("jicofo.config", text)
    assert status(server, "jicofo-jibri-brewery") is Status.UNKNOWN
    assert status(server, "jicofo-jigasi-brewery") is Status.PASS


LUA = """VirtualHost "{{ name }}"
  allow_registration = true
  modules_enabled = { "bosh"{% if x %}, "muc_mam"{% endif %} }
  limit = {{ limit }}
Component "conference.{{ name }}" "muc"
  modules_enabled = { "muc_meeting_id" }
"""


def test_a_prosody_template() -> None:
    server = given("prosody.config", LUA, "host.cfg.lua.j2")
    assert status(server, "prosody-open-registration") is Status.FAIL
    assert status(server, "prosody-message-archive") is Status.UNKNOWN


def test_a_component_under_a_condition_may_not_be_there() -> None:
    component = 'Component "visitors.x.org" "visitors_component"\n'
    plain = 'VirtualHost "x.org"\n' + component
    in_doubt = 'VirtualHost "x.org"\n{{ if .Env.VISITORS }}\n' + component + "{{ end }}\n"
    assert status(given("prosody.config", plain, "x.cfg.lua"), "prosody-visitors") is Status.FAIL
    assert status(given("prosody.config", in_doubt, "x.cfg.lua"), "prosody-visitors") is (
        Status.UNKNOWN
    )


SITE = "server {\n listen 443 ssl;\n root /usr/share/jitsi-meet;\n %s\n}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SITE % "", Status.FAIL),
        (SITE % "access_log off;", Status.PASS),
        (SITE % "access_log off;\n location / { access_log /var/log/nginx/x.log; }", Status.FAIL),
        (SITE % "include snippets/log.conf;", Status.UNKNOWN),
        (SITE % "include snippets/log.conf; access_log /x.log;", Status.FAIL),
        (SITE % "include mime.types;\n", Status.FAIL),
        (SITE % "{% if quiet %}\n access_log off;\n{% endif %}", Status.UNKNOWN),
        ("root /usr/share/jitsi-meet;\naccess_log off;\n", Status.PASS),
        ("root /usr/share/jitsi-meet;\n", Status.UNKNOWN),
        ("server { root /srv/other; }", Status.NOT_APPLICABLE),
    ],
)
def test_a_site_outside_of_its_http_block(text: str, expected: Status) -> None:
    assert status(given("nginx.files", text), "nginx-access-log") is expected


def test_what_a_fragment_passes_on_is_certain() -> None:
    text = "location /x { proxy_pass https://api.amplitude.com/; }\ninclude other.conf;\n"
    assert status(given("nginx.files", text), "nginx-foreign-proxy") is Status.FAIL
    assert status(given("nginx.files", text), "nginx-content-injection") is Status.UNKNOWN


def test_the_mode_of_a_given_file_says_nothing() -> None:
    server = given("coturn.config", "use-auth-secret\nstatic-auth-secret=x\n")
    assert status(server, "coturn-secret-readable") is Status.NOT_APPLICABLE


HOST = 'VirtualHost "meet.example.org"\n    modules_enabled = { "bosh" }\n'


@pytest.mark.parametrize(
    ("path", "before", "expected"),
    [
        ("/x/conf.d/meet.example.org.cfg.lua", "", Status.UNKNOWN),
        ("/x/meet.cfg.lua", 'modules_enabled = { "roster" }\n', Status.FAIL),
        ("/x/prosody.cfg.lua", "", Status.FAIL),
        ("/x/prosody.cfg.lua", 'modules_disabled = { "s2s" }\n', Status.PASS),
    ],
)
def test_a_host_without_its_global_section(path: str, before: str, expected: Status) -> None:
    assert status(given("prosody.config", before + HOST, path), "prosody-federation") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENABLE_RECORDING={{ record }}\n", Status.UNKNOWN),
        ("{% if record %}\nENABLE_RECORDING=1\n{% endif %}\n", Status.UNKNOWN),
        ("XMPP_DOMAIN={{ domain }}\nENABLE_RECORDING=1\n", Status.FAIL),
        ("A=1\nENABLE_RECORDING=${A}\nB={{ b }}\n", Status.FAIL),
        ("XMPP_DOMAIN={{ domain }}\n", Status.PASS),
    ],
)
def test_a_template_of_variables(text: str, expected: Status) -> None:
    assert status(given("docker.environment", text, "/x/.env"), "docker-recording") is expected


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("jicofo-auto-owner", Status.FAIL),
        ("jicofo-certificate-check", Status.FAIL),
        ("jicofo-jibri-brewery", Status.UNKNOWN),
        ("jicofo-trusted-domains", Status.UNKNOWN),
    ],
)
def test_a_file_that_was_not_given_may_fail_but_never_pass(control: str, expected: Status) -> None:
    text = (
        "jicofo.xmpp.client.disable-certificate-verification = true\n"
        'jicofo.xmpp.trusted-domains = []\ninclude "custom-jicofo.conf"\n'
    )
    assert status(given("jicofo.config", text, "/x/jicofo.conf"), control) is expected


def test_what_stands_behind_an_include_is_as_it_says() -> None:
    text = 'include "custom.conf"\njicofo.xmpp.trusted-domains = []\n'
    server = given("jicofo.config", text, "/x/jicofo.conf")
    assert status(server, "jicofo-trusted-domains") is Status.PASS


MAIN = """modules_enabled = { "tls", "mam" }
c2s_require_encryption = true
Include "conf.d/*.cfg.lua"
"""


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("prosody-open-registration", Status.UNKNOWN),
        ("prosody-room-history", Status.UNKNOWN),
        ("prosody-default-permissions", Status.UNKNOWN),
    ],
)
def test_prosodys_main_file_alone_does_not_speak_for_what_it_includes(
    control: str, expected: Status
) -> None:
    server = given("prosody.config", MAIN, "/etc/prosody/prosody.cfg.lua")
    assert status(server, control) is expected


def test_what_prosodys_main_file_says_itself_fails() -> None:
    text = MAIN.replace("Include", 'VirtualHost "meet.example.org"\nInclude')
    server = given("prosody.config", text, "/etc/prosody/prosody.cfg.lua")
    assert status(server, "prosody-message-archive") is Status.FAIL


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("docker-recording", Status.FAIL),
        ("docker-open-rooms", Status.FAIL),
        ("docker-live-streaming", Status.UNKNOWN),
        ("docker-unclassified-variables", Status.UNKNOWN),
    ],
)
def test_a_line_that_compose_refuses_hides_no_fault(control: str, expected: Status) -> None:
    text = "HTTPS_PORT=443\nto record, set this:\nENABLE_RECORDING=1\n"
    assert status(given("docker.environment", text, "/x/.env"), control) is expected


def test_a_site_that_passes_only_websockets_on_serves_jitsi_meet() -> None:
    text = (
        "server {\n listen 443 ssl;\n location /xmpp-websocket {\n"
        "  proxy_pass http://127.0.0.1:8080;\n }\n}\n"
    )
    assert status(given("nginx.files", text), "nginx-access-log") is Status.FAIL
