"""Single files of the web client: fragments, unfilled templates, pages, what embeds meetings."""

import pytest

from selfhost.audit.evaluate import judge
from selfhost.controls import registry
from selfhost.controls.model import Status, worst
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State
from tests.fuzz import guard
from tests.unit.effective.given import given, status

ADDED = """config.analytics.disabled = true;
config.localRecording = { disable: true };
config.liveStreaming.enabled = true;
config.toolbarButtons = ['camera'];
"""


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("web-analytics-disabled", Status.PASS),
        ("web-local-recording", Status.PASS),
        ("web-live-streaming", Status.FAIL),
        ("web-gravatar", Status.UNKNOWN),
        ("web-third-party-requests", Status.UNKNOWN),
        ("web-config-stops", Status.PASS),
    ],
)
def test_a_fragment_says_what_it_sets(control: str, expected: Status) -> None:
    assert status(given("web.config", ADDED, "/x/custom-config.js"), control) is expected


def test_on_a_server_a_fragment_without_its_base_stops() -> None:
    document = Document("web.config", "/etc/jitsi/meet/x-config.js", State.PRESENT, ADDED.encode())
    whole = Server(Evidence("server", "2026-01-01T00:00:00Z", (document,)))
    assert status(whole, "web-config-stops") is Status.FAIL


def test_the_beginning_of_dockers_config_does_not_say_what_comes_behind_it() -> None:
    text = "{{ $D := .Env.DOMAIN -}}\nvar config = {};\nconfig.hosts = { domain: '{{ $D }}' };\n"
    for name in ("/x/system-config.js", "/x/system-config.js.j2"):
        server = given("web.config", text, name)
        assert status(server, "web-local-recording") is Status.UNKNOWN
        assert status(server, "web-recording-service") is Status.UNKNOWN
    assert status(given("web.config", text, "/x/config.js"), "web-local-recording") is Status.FAIL


def test_an_address_under_a_template_s_condition_is_not_judged() -> None:
    line = "config.dialInNumbersUrl = 'https://api.jitsi.net/phoneNumberList';\n"
    text = "var config = {};\n{{ if .Env.PHONE }}\n" + line + "{{ end }}\n"
    assert status(given("web.config", text), "web-phone-services") is Status.UNKNOWN
    assert status(given("web.config", "var config = {};\n" + line), "web-phone-services") is (
        Status.FAIL
    )


JINJA = """var config = {
    hosts: { domain: '{{ name }}' },
    disableThirdPartyRequests: {{ strict | lower }},
    doNotStoreRoom: true,
{% if record %}
    recordingService: { enabled: true },
{% endif %}
    liveStreaming: { enabled: true },
};
"""


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("web-third-party-requests", Status.UNKNOWN),
        ("web-recent-list", Status.PASS),
        ("web-recording-service", Status.UNKNOWN),
        ("web-live-streaming", Status.FAIL),
        ("web-local-recording", Status.FAIL),
    ],
)
def test_a_template_is_read_as_far_as_it_is_settled(control: str, expected: Status) -> None:
    assert status(given("web.config", JINJA), control) is expected


def test_on_a_server_an_unfilled_template_is_not_guessed_at() -> None:
    document = Document("web.config", "/etc/jitsi/meet/x-config.js", State.PRESENT, JINJA.encode())
    whole = Server(Evidence("server", "2026-01-01T00:00:00Z", (document,)))
    assert status(whole, "web-live-streaming") is Status.UNKNOWN


BRANCHES = """var config = {
  whiteboard: {
    enabled: true,
{{ if .Env.PUBLIC_URL -}}
    collabServerBaseUrl: '{{ .Env.PUBLIC_URL }}'
{{ else if .Env.BASE -}}
    collabServerBaseUrl: '{{ .Env.BASE }}/x'
{{ end -}}
  },
  {% if stun %}p2p: {
    stunServers: []
  {% endif %}
  {% if stun %}}{% endif %}
};
config.localRecording = { disable: true };
config.liveStreaming = { enabled: true };
"""


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("web-local-recording", Status.PASS),
        ("web-live-streaming", Status.FAIL),
        ("web-whiteboard", Status.UNKNOWN),
        ("web-stun", Status.UNKNOWN),
        ("web-transcription", Status.PASS),
    ],
)
def test_conditions_that_cannot_all_hold(control: str, expected: Status) -> None:
    assert status(given("web.config", BRANCHES), control) is expected


@pytest.mark.parametrize(
    ("text", "control", "expected"),
    [
        # What comes before the settings cannot change them.
        (
            "{{ prefix }}\nvar config = { localRecording: { disable: true } };\n",
            "web-local-recording",
            Status.PASS,
        ),
        # What comes after may, so nothing is good; what is bad is said.
        (
            "var config = { localRecording: { disable: true } };\n{{ more }}\n",
            "web-local-recording",
            Status.UNKNOWN,
        ),
        (
            "var config = { liveStreaming: { enabled: true } };\n{{ more }}\n",
            "web-live-streaming",
            Status.FAIL,
        ),
        ("var config = {{ config | to_json }};\n", "web-live-streaming", Status.UNKNOWN),
        (
            "var config = { analytics: {{ analytics | to_json }}, doNotStoreRoom: true };\n",
            "web-recent-list",
            Status.PASS,
        ),
        (
            "var config = { analytics: {{ analytics | to_json }}, doNotStoreRoom: true };\n",
            "web-rtcstats",
            Status.UNKNOWN,
        ),
        (
            "var config = { a: '{{ x }}', dropbox: { appKey: '{{ k }}' } };\n",
            "web-dropbox",
            Status.UNKNOWN,
        ),
        (
            "var config = { hosts: { domain: '<%= @domain %>' },\n"
            "<% if @live %>\nliveStreaming: { enabled: true },\n<% end %>\n};\n",
            "web-live-streaming",
            Status.UNKNOWN,
        ),
        (
            'config.enableSaveLogs = [[ or (env "A") "true" ]];\nconfig.doNotStoreRoom = true;\n',
            "web-recent-list",
            Status.PASS,
        ),
        (
            "config = { ...config, doNotStoreRoom: true };\n",
            "web-recent-list",
            Status.PASS,
        ),
        ("config = { ...config, doNotStoreRoom: true };\n", "web-gravatar", Status.UNKNOWN),
        ("var config;\nconfig.doNotStoreRoom = true;\n", "web-config-stops", Status.PASS),
    ],
)
def test_a_template_of_client_settings(text: str, control: str, expected: Status) -> None:
    assert status(given("web.config", text), control) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("var interfaceConfig;\ninterfaceConfig.MOBILE_APP_PROMO = true;\n", Status.FAIL),
        ("interfaceConfig = { ...interfaceConfig, APP_NAME: 'a' };\n", Status.UNKNOWN),
        (
            "var interfaceConfig = { MOBILE_APP_PROMO: true };\n{{ foot }}\n",
            Status.FAIL,
        ),
        (
            "var interfaceConfig = {\n{% if a %}\n MOBILE_APP_PROMO: true\n{% else %}\n"
            " MOBILE_APP_PROMO: false\n{% endif %}\n};\n",
            Status.UNKNOWN,
        ),
    ],
)
def test_interface_settings(text: str, expected: Status) -> None:
    assert status(given("web.interface", text), "web-interface-links") is expected


@pytest.mark.parametrize(
    ("rest", "control", "expected"),
    [
        ("", "web-foreign-signalling", Status.PASS),
        ("config.etherpad_base = 'https://pad.example.org/p/';", "web-etherpad", Status.PASS),
        ("config.etherpad_base = 'https://pad.example.com/p/';", "web-etherpad", Status.FAIL),
        ("config.websocket = 'wss://8x8.vc/x';", "web-foreign-signalling", Status.FAIL),
    ],
)
def test_a_client_whose_domain_is_a_name_inside(rest: str, control: str, expected: Status) -> None:
    text = (
        "var config = { hosts: { domain: 'meet.jitsi' } };\nvar subdir = location.pathname;\n"
        "config.bosh = 'https://meet.example.org/' + subdir + 'http-bind';\n" + rest
    )
    assert status(given("web.config", text), control) is expected


EMBEDDING = """<JitsiMeeting domain="meet.example.org" configOverwrite={{
  fileRecordingsEnabled: true, doNotStoreRoom: true,
  p2p: { stunServers: [{ urls: 'stun:stun.example.com' }] },
}} />"""


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("web-recent-list", Status.PASS),
        ("web-config-stops", Status.PASS),
        # Only older clients take these from an embedding page.
        ("web-recording-service", Status.FAIL),
        ("web-stun", Status.FAIL),
        ("web-gravatar", None),
    ],
)
def test_a_page_that_embeds_meetings(control: str, expected: Status | None) -> None:
    verdicts = judge(registry.find(control), given("web.config", EMBEDDING))
    assert (worst(verdicts) if verdicts is not None else None) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<JaaSMeeting appId='a' />", Status.FAIL),
        ("new JitsiMeetExternalAPI('meet.jit.si', {})", Status.FAIL),
        ("<JitsiMeeting configOverwrite={make()} />", Status.UNKNOWN),
    ],
)
def test_whose_server_a_page_embeds(text: str, expected: Status) -> None:
    assert status(given("web.config", text), "web-foreign-signalling") is expected


def test_settings_within_a_page() -> None:
    page = (
        '<html><head>\n<!--#include virtual="base.html" -->\n<script src="/config.js"></script>\n'
        "<script>\nconfig.liveStreaming = { enabled: true };\n</script></head></html>\n"
    )
    server = given("web.config", page, "/x/index.html")
    assert status(server, "web-live-streaming") is Status.FAIL
    assert status(server, "web-gravatar") is Status.UNKNOWN


@pytest.mark.parametrize("piece", ["{% if a %}\n", "[[ if a ]]", "{% if a %}b{% else %}"])
def test_no_template_keeps_the_reader_busy(piece: str) -> None:
    def read(text: str) -> None:
        status(given("web.config", text), "web-config-stops")

    read("var config = {};")  # what is imported late is loaded before anything is watched
    guard.checked(read, "var config = {\n" + piece * (60_000 // len(piece)))
