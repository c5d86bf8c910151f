from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty, setting

CONTROL = Control(
    id="jicofo-ai-credentials",
    title="The focus holds no credentials of a speech service",
    category=Category.AI,
    severity=Severity.HIGH,
    component="jicofo",
    needs=("jicofo.config",),
    risk=(
        "Headers for a transcription or translation service are a sure "
        "sign that audio is meant to leave the site."
    ),
    upstream_default="not set",
    fix=Fix(
        by_hand=(
            "Remove transcription.http-headers and translation.http-headers "
            "from jicofo.conf, and revoke the key at the provider."
        )
    ),
    references=("jitsi/jicofo: jicofo-selector/src/main/resources/reference.conf",),
    surfaces=("jicofo-transcription-headers",),
    check=setting(
        lambda server: server.jicofo,
        "jicofo.transcription.http-headers",
        "jicofo.translation.http-headers",
        judge=empty("headers for a speech service are set"),
    ),
    bad=(
        Example(
            {
                "jicofo.config": (
                    "jicofo {\n"
                    "  transcription {\n"
                    "    http-headers {\n"
                    '      Authorization = "Bearer REDACTED_00000000"\n'
                    "    }\n"
                    "  }\n"
                    "}\n"
                )
            },
            at=3,
        ),
    ),
    good=(
        Example({"jicofo.config": "jicofo { transcription { http-headers {} } }\n"}),
        Example(
            {"jicofo.config": 'jicofo { rest { http-headers = "x" } }\n'}, note="another object"
        ),
        Example({}, absent=("jicofo.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {
                "jicofo.config": (
                    "jicofo { transcription { http-headers { Authorization = ${KEY} } } }\n"
                )
            }
        ),
    ),
)
