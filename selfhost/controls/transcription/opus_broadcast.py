from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import exactly, variables

CONTROL = Control(
    id="opus-broadcast",
    title="The proxy hands nobody's words to the others' recognisers",
    category=Category.TRANSCRIPTION,
    severity=Severity.LOW,
    component="opus",
    needs=("opus.environment",),
    risk="What others said is sent along with each participant's audio.",
    upstream_default="false",
    fix=Fix(by_hand="Set BROADCAST_TRANSCRIPTS=false and restart the proxy."),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 5(1)(c)",
    surfaces=("otp-broadcast",),
    check=variables(
        "opus",
        "BROADCAST_TRANSCRIPTS",
        judge=exactly("true", "transcripts go to every connection of a session"),
    ),
    bad=(Example({"opus.environment": "BROADCAST_TRANSCRIPTS=true\n"}, at=1),),
    good=(
        Example({"opus.environment": "BROADCAST_TRANSCRIPTS=false\n"}),
        Example({"opus.environment": "PORT=8080\n"}),
        Example({}, absent=("opus.environment",), note="not installed"),
        Example(
            {"opus.environment": "BROADCAST_TRANSCRIPTS=false\n# BROADCAST_TRANSCRIPTS=true\n"},
            note="a comment",
        ),
    ),
    unclear=(Example({"opus.environment": "BROADCAST_TRANSCRIPTS=$B\n"}),),
)
