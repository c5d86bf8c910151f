"""Keys of upstream's own files are known, made-up ones are not."""

import pytest

from selfhost.catalog.client_keys import client_keys, words


@pytest.mark.parametrize(
    "path",
    [
        "hosts.domain",
        "recordingService.enabled",
        "transcription.autoTranscribeOnRecord",
        "transcription.customLanguages.de",
        "analytics.rtcstatsEndpoint",
        "p2p.stunServers",
        "logging.loggers.anything",
        "videoQuality.av1.maxBitratesVideo.low",
        "e2ee.labels.description",
        "mouseMoveCallbackInterval",
        "testing.dumpTranscript",
        "bridgeChannel.preferSctp",
        "fileRecordingsServiceEnabled",
    ],
)
def test_upstream_keys_are_known(path: str) -> None:
    assert client_keys().knows(tuple(path.split(".")))


@pytest.mark.parametrize(
    "path", ["aiAssistant", "transcription.llmUrl", "hosts.shadow", "recorder"]
)
def test_other_keys_are_not(path: str) -> None:
    assert not client_keys().knows(tuple(path.split(".")))


@pytest.mark.parametrize(
    ("name", "relevant"),
    [
        ("aiAssistant", True),
        ("meetingSummaryUrl", True),
        ("LLMEndpoint", True),
        ("sttServer", True),
        ("face_detection", True),
        ("maintenance", False),
        ("tileColour", False),
        ("container", False),
        ("hostess", False),
    ],
)
def test_relevance_goes_by_words(name: str, relevant: bool) -> None:
    assert client_keys().looks_relevant(name) is relevant


def test_words() -> None:
    assert words("rtcstatsURLBase") == ("rtcstats", "url", "base")
    assert words("face_landmarks-2") == ("face", "landmarks", "2")


def test_links_and_embedders() -> None:
    keys = client_keys()
    assert keys.settable_by_link(("localRecording", "disable"))
    assert keys.settable_by_link(("analytics", "disabled"))
    assert not keys.settable_by_link(("analytics", "scriptURLs"))
    assert not keys.settable_by_link(("p2p", "stunServers"))
    assert not keys.settable_by_link(("liveStreaming", "helpLink"))
    assert keys.settable_when_embedded(("liveStreaming", "helpLink"))


def test_a_link_can_set_known_keys_only() -> None:
    keys = client_keys()
    assert [path for path in sorted(keys.link | keys.embedded) if not keys.knows(path)] == []
