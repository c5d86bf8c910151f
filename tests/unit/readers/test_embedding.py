"""What a page gives to a meeting that it embeds, and whose server it embeds."""

import pytest

from selfhost.readers.embedding import Embedded, is_embedding, read_embedded
from selfhost.readers.tree import Origin, Source, Unknown

ELSEWHERE = "the rest is elsewhere"


def only(text: str) -> Embedded:
    (one,) = read_embedded(Source("page", text), ELSEWHERE)
    return one


@pytest.mark.parametrize(
    "text",
    [
        "const api = new JitsiMeetExternalAPI(domain, options);",
        "this.api = new (window as any).JitsiMeetExternalAPI('meet.example.org', {})",
        "new window.JitsiMeetExternalAPI ( 'meet.example.org' )",
        "return <JitsiMeeting roomName='a' />;",
        "s.src = 'https://meet.example.org/external_api.js'; o.configOverwrite = {};",
    ],
)
def test_uses_the_interface(text: str) -> None:
    assert is_embedding(text)


@pytest.mark.parametrize(
    "text",
    [
        "export class JitsiMeetExternalAPI { } new JitsiMeetExternalAPI('a')",
        "interface Options { configOverwrite?: object }",
        "var config = { hosts: {} };",
    ],
)
def test_is_the_interface_or_something_else(text: str) -> None:
    assert not is_embedding(text)


def test_settings_of_a_call() -> None:
    text = """
const muted = true;
// configOverwrite: { fileRecordingsEnabled: false }
const api = new JitsiMeetExternalAPI('meet.example.org', {
  configOverwrite: {
    fileRecordingsEnabled: true,   // a note: { }
    startWithAudioMuted: muted,
    subject: "a } b",
    p2p: { enabled: false },
  },
});
"""
    one = only(text)
    node = one.settings.get("fileRecordingsEnabled")
    assert node is not None
    assert (node.value, node.origin) == (True, Origin("page", 6))
    assert one.settings.get("p2p.enabled").value is False  # type: ignore[union-attr]
    assert isinstance(one.settings.get("startWithAudioMuted").value, Unknown)  # type: ignore[union-attr]
    for key in ("transcription.enabled", "p2p.stunServers"):
        assert one.settings.get(key).value == Unknown(ELSEWHERE)  # type: ignore[union-attr]
    assert one.host is not None
    assert (one.host.value, one.host.origin.line) == ("meet.example.org", 4)


@pytest.mark.parametrize(
    "text",
    [
        "<JitsiMeeting configOverwrite={{ doNotStoreRoom: false }} />",
        "<JitsiMeeting configOverwrite = { { doNotStoreRoom: (false as boolean) } } />",
        "const own = { doNotStoreRoom: false };\n<JitsiMeeting configOverwrite={own} />",
        'new JitsiMeetExternalAPI(d, { "configOverwrite": { "doNotStoreRoom": false } })',
        "o.configOverwrite = {\n<?php if ($a) { ?>\n doNotStoreRoom: false,\n<?php } ?>\n"
        " subject: '<?= $b ?>' };\nnew JitsiMeetExternalAPI(d, o)",
        "new JitsiMeetExternalAPI(d, {configOverwrite: {...mine, subject: {{ x }}, "
        "doNotStoreRoom: false}})",
    ],
)
def test_ways_to_write_the_settings(text: str) -> None:
    assert only(text).settings.get("doNotStoreRoom").value is False  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "host"),
    [
        (
            "const domain = 'Meet.Example.org:8443';\nnew JitsiMeetExternalAPI(domain)",
            "meet.example.org",
        ),
        ("<JitsiMeeting domain='meet.example.org' />", "meet.example.org"),
        ("<JaaSMeeting appId='x' />", "8x8.vc"),
        ("<JitsiMeeting roomName='x' />", "meet.jit.si"),
        ("<JitsiMeeting {...given} />", None),
        ("<JitsiMeeting domain={given.domain} />", None),
        (
            "s.src = 'https://meet.example.org/external_api.js'; new JitsiMeetExternalAPI(x.y)",
            "meet.example.org",
        ),
        ("new JitsiMeetExternalAPI(props.domain)", None),
    ],
)
def test_whose_server(text: str, host: str | None) -> None:
    found = only(text).host
    assert (found.value if found is not None else None) == host


def test_an_expression_is_unknown() -> None:
    one = only("<JitsiMeeting configOverwrite={make()} />")
    assert isinstance(one.settings.get("doNotStoreRoom").value, Unknown)  # type: ignore[union-attr]


def test_brackets_that_never_close() -> None:
    one = only("new JitsiMeetExternalAPI(d, {configOverwrite: " + "{ a: " * 5000)
    assert isinstance(one.settings.root.value, Unknown)


def test_several_meetings() -> None:
    text = "new JitsiMeetExternalAPI(d, {configOverwrite: {subject: 'a'}});\n"
    found = read_embedded(Source("page", text * 3), ELSEWHERE)
    lines = [one.settings.get("subject").origin.line for one in found]  # type: ignore[union-attr]
    assert lines == [1, 2, 3]
