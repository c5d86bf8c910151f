from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-captions-for-all",
    title="Captions do not start by themselves, and voices are not told apart",
    category=Category.TRANSCRIPTION,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "Requested captions keep a transcriber in the room for everybody; telling "
        "voices apart is done by the recognition service from the sound of each voice. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(
        by_hand="Remove autoCaptionOnTranscribe, diarize and renderTranscriptDetails from "
        "transcription in config.js."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-auto-captions",
        "web-transcription-diarization",
    ),
    check=setting(
        web,
        "transcription.autoCaptionOnTranscribe",
        "transcription.diarize",
        "transcription.renderTranscriptDetails",
        judge=falsy("captions start by themselves or voices are told apart"),
    ),
    bad=(
        served("var config = {\n  transcription: { autoCaptionOnTranscribe: true },\n};\n", at=2),
        served("var config = {};\nconfig.transcription = { diarize: true };\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { transcription: { autoCaptionOnTranscribe: false } };\n"),
        served(
            "var config = { autoCaptionOnTranscribe: true };\n",
            note="outside its object it does nothing",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { transcription: { diarize: room.big } };\n"),
        BROKEN,
    ),
)
