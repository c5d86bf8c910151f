from collections.abc import Iterator

from selfhost.controls.model import Category, Cited, Control, Fix, Severity, Verdict, unknown
from selfhost.controls.predicates import first_unknown, judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, is_true
from selfhost.effective.server import Server

KEY = "transcription.autoTranscribeOnRecord"
WHY = "starting a recording also starts a transcription"


def check(server: Server) -> Iterator[Verdict]:
    """A missing key matters where transcription is offered; a true one always."""
    for config in server.web:
        old = config.get("autoCaptionOnRecord")
        offered = config.get("transcribingEnabled") or config.get("transcription.enabled")
        key = KEY if old is None else "autoCaptionOnRecord"
        if config.get(key) is None and offered is not None and first_unknown(offered) is not None:
            yield unknown(
                f"{key} is not set, and whether it matters cannot be told", Cited.node(key, offered)
            )
            continue
        missing_matters = offered is not None and is_true(offered.plain())
        yield judge_setting(config, key, falsy(WHY), WHY if missing_matters else None)


CONTROL = Control(
    id="web-transcription-with-recording",
    title="A recording does not start a transcription",
    category=Category.TRANSCRIPTION,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk=(
        "Unless this key is false, starting a recording starts a transcription as "
        "well, without a word, as soon as one is offered. Upstream's sample shows "
        "false, its code takes true. " + BY_LINK
    ),
    upstream_default="on, where transcription is on",
    fix=Fix(
        variable="web_transcription",
        value="false",
        by_hand="Set config.transcription.autoTranscribeOnRecord = false in config.js and "
        "remove autoCaptionOnRecord.",
    ),
    references=(
        "jitsi/jitsi-meet: react/features/recording/functions.ts",
        "jitsi/jitsi-meet: react/features/base/config/reducer.ts",
    ),
    gdpr="Art. 5(1)(b), 6",
    surfaces=(
        "web-auto-transcribe-on-record",
        "web-docker-dead-transcription-keys",
    ),
    check=check,
    bad=(
        served(
            "var config = {\n  transcription: { enabled: true },\n};\n", note="absent means true"
        ),
        served("var config = {\n  transcription: { autoTranscribeOnRecord: true },\n};\n", at=2),
        served(
            "var config = { transcription: { autoTranscribeOnRecord: false } };\n"
            "config.autoCaptionOnRecord = true;\n",
            at=2,
            note="the old key wins",
        ),
    ),
    good=(
        served("var config = {};\n", note="transcription is off"),
        served(
            "var config = { transcription: { enabled: true, autoTranscribeOnRecord: false } };\n"
        ),
        served(
            "var config = { transcription: { enabled: true, autoTranscribeOnRecord: "
            "true } };\n"
            "config.transcription = { enabled: false };\n",
            note="replaced later",
        ),
        served(
            "var config = { transcription: { autoCaptionOnRecord: true } };\n",
            note="no client reads the key there",
        ),
        NO_WEB,
    ),
    unclear=(
        served(
            "var config = { transcription: { enabled: true, autoTranscribeOnRecord: "
            "tenant.auto } };\n"
        ),
        served("var config = { transcription: { enabled: location.search === '?asr' } };\n"),
        BROKEN,
    ),
)
