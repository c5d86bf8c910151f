from collections.abc import Iterator

from selfhost.controls.model import Category, Cited, Control, Fix, Severity, Verdict, passed
from selfhost.controls.predicates import judge_setting, setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import falsy, is_true, truthy, web
from selfhost.effective.server import Server

OFFERS = (
    "recordingService.enabled",
    "fileRecordingsServiceEnabled",
    "liveStreaming.enabled",
    "liveStreamingEnabled",
    "dropbox.appKey",
)


def check(server: Server) -> Iterator[Verdict]:
    """The question is judged where the client offers something that it is asked for."""
    nudges = setting(
        web,
        "recordings.skipConsentInMeeting",
        "recordings.suggestRecording",
        "recordingService.hideStorageWarning",
        judge=falsy(
            "people are recorded unasked, nudged to record, or not told how long it is kept"
        ),
    )
    yield from nudges(server)
    for config in server.web:
        offers = [node for key in OFFERS if (node := config.get(key)) is not None]
        if any(is_true(node.plain()) for node in offers):
            why = "recording starts without asking anybody"
            yield judge_setting(config, "recordings.requireConsent", truthy(why), why)
        else:
            yield passed("no recording is offered", Cited(config.place))


CONTROL = Control(
    id="web-recording-consent",
    title="Where recording is offered, it asks for consent",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="Without the question, cameras and microphones are recorded from the "
    "moment recording starts; with it skipped in the meeting, those already "
    "there are never asked. It never asks for a transcription.",
    upstream_default="not asked",
    fix=Fix(
        by_hand="Do not offer recording; or set recordings.requireConsent = true and leave "
        "skipConsentInMeeting and suggestRecording out."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 6(1)(a), 7",
    surfaces=(
        "web-recording-consent-not-required",
        "web-recording-consent-skipped",
        "web-recording-suggest",
        "web-recording-no-prejoin-warning",
        "web-recording-hide-storage-warning",
    ),
    check=check,
    bad=(
        served("var config = {\n  recordingService: { enabled: true },\n};\n"),
        served("var config = {\n  recordings: { skipConsentInMeeting: true },\n};\n", at=2),
        served("var config = {};\nconfig.recordings = { suggestRecording: true };\n", at=2),
    ),
    good=(
        served("var config = {};\n", note="nothing is recorded"),
        served(
            "var config = { recordingService: { enabled: true }, recordings: { "
            "requireConsent: true } };\n"
        ),
        NO_WEB,
    ),
    unclear=(
        served(
            "var config = { liveStreaming: { enabled: true }, recordings: { "
            "requireConsent: eu } };\n"
        ),
        BROKEN,
    ),
)
