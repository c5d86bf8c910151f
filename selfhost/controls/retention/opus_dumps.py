from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import exactly, variables

CONTROL = Control(
    id="opus-dumps",
    title="The proxy writes no audio and no text to disk",
    category=Category.RETENTION,
    severity=Severity.CRITICAL,
    component="opus",
    needs=("opus.environment",),
    risk=("Audio and transcripts of each session are written below DUMP_BASE_PATH, and stay."),
    upstream_default="false",
    fix=Fix(
        by_hand=(
            "Remove DUMP_WEBSOCKET_MESSAGES and DUMP_TRANSCRIPTS, restart the proxy, and "
            "delete *.jsonl in its folder."
        )
    ),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 5(1)(e), 9",
    surfaces=("otp-dump",),
    check=variables(
        "opus",
        "DUMP_WEBSOCKET_MESSAGES",
        "DUMP_TRANSCRIPTS",
        judge=exactly("true", "sessions are written to disk"),
    ),
    bad=(
        Example({"opus.environment": "DUMP_WEBSOCKET_MESSAGES=true\n"}, at=1),
        Example(
            {"opus.environment": "DUMP_WEBSOCKET_MESSAGES=false\nDUMP_TRANSCRIPTS=true\n"}, at=2
        ),
    ),
    good=(
        Example({"opus.environment": "DUMP_WEBSOCKET_MESSAGES=false\n"}),
        Example({"opus.environment": "DUMP_BASE_PATH=/srv\n"}, note="a folder for nothing"),
        Example({}, absent=("opus.environment",), note="not installed"),
    ),
    unclear=(Example({"opus.environment": "DUMP_TRANSCRIPTS=$D\n"}),),
)
