import difflib
from collections.abc import Iterator

from selfhost.catalog.client_keys import client_keys
from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import unset
from selfhost.effective.server import Server

#: Keys that protect, where the client reads them.
PROTECTING = (
    "analytics.disabled",
    "deeplinking.disabled",
    "disableThirdPartyRequests",
    "doNotStoreRoom",
    "gravatar.disabled",
    "hideEmailInSettings",
    "localRecording.disable",
    "localRecording.notifyAllParticipants",
    "recordings.requireConsent",
    "transcription.autoTranscribeOnRecord",
)
#: What people write and no release of the client ever read, with what it reads instead.
NEVER_READ = {
    "analytics.disable": "analytics.disabled",
    "analytics.enabled": "analytics.disabled",
    "deeplinking.disable": "deeplinking.disabled",
    "disableAnalytics": "analytics.disabled",
    "disableGiphy": "giphy.enabled",
    "disableGravatar": "gravatar.disabled",
    "disableLiveStreaming": "liveStreaming.enabled",
    "disableLocalRecording": "localRecording.disable",
    "disableRecording": "recordingService.enabled",
    "disableRecordings": "recordingService.enabled",
    "disableTranscription": "transcription.enabled",
    "disableTranscriptions": "transcription.enabled",
    "disableWhiteboard": "whiteboard.enabled",
    "enableLocalRecording": "localRecording.disable",
    "enableTranscription": "transcription.enabled",
    "fileSharing.disabled": "fileSharing.enabled",
    "giphy.disabled": "giphy.enabled",
    "gravatar.disable": "gravatar.disabled",
    "gravatar.enabled": "gravatar.disabled",
    "liveStreaming.disabled": "liveStreaming.enabled",
    "localRecording.disabled": "localRecording.disable",
    "recordingService.disabled": "recordingService.enabled",
    "transcription.disabled": "transcription.enabled",
    "whiteboard.disabled": "whiteboard.enabled",
}
#: Names of their own; ``disabled`` and the like are none.
NAMES = {key.rpartition(".")[2]: key for key in PROTECTING if len(key.rpartition(".")[2]) > 10}
#: How like two spellings are before one is taken for the other.
ALIKE = 0.9


def check(server: Server) -> Iterator[Verdict]:
    for config in server.web:
        told = False
        for path, node in config.walk():
            if any(step.isdecimal() for step in path) or client_keys().knows(path):
                continue
            key = ".".join(path)
            meant = NEVER_READ.get(key) or _meant(path[-1])
            if meant is not None:
                told = True
                yield fail(
                    f"{key} protects nothing: the client reads {meant}", Cited.node(key, node)
                )
        if config.unreadable is not None:
            yield judge_setting(config, "config", unset("unread"), None)
        elif not told:
            yield passed("no protecting key is misspelt or misplaced", Cited(config.place))


def _meant(name: str) -> str | None:
    """The protecting key whose name this is, at another place or in another spelling."""
    lower = {known.lower(): key for known, key in NAMES.items()}
    near = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=ALIKE)
    return lower[near[0]] if near else None


CONTROL = Control(
    id="web-misplaced-hardening",
    title="No setting is meant to protect and does nothing",
    category=Category.INTEGRITY,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    component="web",
    needs=("web.config",),
    risk="A protecting key that is misspelt, in the wrong object or of nobody's making is silently "
    "ignored, and its author believes to be safe.",
    upstream_default="none",
    fix=Fix(by_hand="Write the key as the client reads it, and remove the other one."),
    references=("jitsi/jitsi-meet: react/features/base/config/configType.ts",),
    surfaces=("config-js-evaluation-order",),
    check=check,
    bad=(
        served("var config = {\n  disableThirdpartyRequests: true,\n};\n", at=2),
        served("var config = {\n  analytics: { disableThirdPartyRequests: true },\n};\n", at=2),
        served("var config = {\n  localRecording: { disabled: true },\n};\n", at=2),
        served("var config = {};\nconfig.disableRecording = true;\n", at=2),
    ),
    good=(
        served("var config = { disableThirdPartyRequests: true };\n"),
        served("var config = { localRecording: { disable: true }, doNotStoreRoom: true };\n"),
        served("// config.disableRecording = true;\nvar config = {};\n", note="a comment"),
        served("var config = { disableThirdPartyCookies: true };\n", note="another word"),
        served("var options = { disableRecording: true };\nvar config = {};\n", note="not config"),
        NO_WEB,
    ),
    unclear=(BROKEN,),
)
