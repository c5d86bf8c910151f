from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty, setting

KEY = "jicofo.transcription.url-template"

CONTROL = Control(
    id="jicofo-transcription-url",
    title="The bridge sends no audio to a transcriber",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="jicofo",
    needs=("jicofo.config",),
    risk=(
        "With this one line the bridges stream every participant's audio to the given address, "
        "as a rule a speech recognition service. Nobody joins the room and no port opens."
    ),
    upstream_default="not set",
    fix=Fix(
        variable="jicofo_transcription_url_template",
        value="''",
        by_hand="Remove transcription.url-template from jicofo.conf and restart jicofo.",
    ),
    references=("jitsi/jicofo: jicofo-selector/src/main/resources/reference.conf",),
    gdpr="Art. 5(1)(b), 28, 44",
    surfaces=("jicofo-transcription-url", "jvb-exporter"),
    check=setting(
        lambda server: server.jicofo,
        KEY,
        judge=empty("audio of every conference goes to this address"),
    ),
    bad=(
        Example(
            {
                "jicofo.config": """jicofo {
  transcription {
    url-template = "wss://asr.example.com/{{MEETING_ID}}"
  }
}
"""
            },
            at=3,
        ),
        Example(
            {"jicofo.config": 'jicofo.transcription.url-template="wss://asr.example.com"\n'}, at=1
        ),
        Example(
            {
                "jicofo.config": """jicofo { transcription { url-template = "" } }
jicofo.transcription { url-template = "ws://10.0.0.9/asr" }
"""
            },
            at=2,
            note="the last assignment wins",
        ),
    ),
    good=(
        Example({"jicofo.config": "jicofo { }\n"}),
        Example(
            {"jicofo.config": '# jicofo.transcription.url-template = "wss://x.example"\n'},
            note="a comment is not a setting",
        ),
        Example(
            {
                "jicofo.config": """jicofo.transcription.url-template = "wss://asr.example.com"
jicofo.transcription.url-template = ""
"""
            },
            note="overridden by an empty value",
        ),
        Example({}, absent=("jicofo.config",), note="jicofo is not installed"),
    ),
    unclear=(
        Example({"jicofo.config": "jicofo { transcription { url-template = ${ASR_URL} } }\n"}),
        Example({"jicofo.config": "jicofo { transcription { \n"}, note="does not parse"),
    ),
)
