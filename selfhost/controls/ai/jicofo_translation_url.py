from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty, setting

CONTROL = Control(
    id="jicofo-translation-url",
    title="No voice is sent to a translator",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="jicofo",
    needs=("jicofo.config",),
    risk=(
        "A listener can ask for a translation, and the speaker's voice "
        "is then streamed to the given service. The speaker is not asked."
    ),
    upstream_default="not set",
    fix=Fix(
        by_hand=("Remove translation.url-template from jicofo.conf and restart jicofo."),
        variable="jicofo_translation_url_template",
        value="''",
    ),
    references=("jitsi/jicofo: jicofo-selector/src/main/resources/reference.conf",),
    gdpr="Art. 5(1)(b), 28, 44",
    surfaces=(
        "jicofo-translation-url",
        "jicofo-translation-limits",
    ),
    check=setting(
        lambda server: server.jicofo,
        "jicofo.translation.url-template",
        judge=empty("voices are sent to this address for translation"),
    ),
    bad=(
        Example(
            {
                "jicofo.config": (
                    "jicofo {\n"
                    "  translation {\n"
                    '    url-template = "wss://translate.example.com/{{MEETING_ID}}"\n'
                    "  }\n"
                    "}\n"
                )
            },
            at=3,
        ),
    ),
    good=(
        Example({"jicofo.config": 'jicofo { translation { mode = "per-source" } }\n'}),
        Example(
            {"jicofo.config": ('// translation { url-template = "wss://x.example" }\njicofo {}\n')},
            note="a comment is not a setting",
        ),
        Example(
            {"jicofo.config": "jicofo.translation.url-template = null\n"},
            note="null switches it off",
        ),
        Example({}, absent=("jicofo.config",), note="not installed"),
    ),
    unclear=(
        Example({"jicofo.config": "jicofo.translation.url-template = ${?TRANSLATION_URL}\n"}),
    ),
)
