from collections.abc import Iterator

from selfhost.controls.jvm_predicates import judged_keys
from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity, Verdict
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    for config in server.jibri:
        yield from judged_keys(config)


CONTROL = Control(
    id="jibri-unknown-keys",
    title="No key of a recorder is unknown to this audit",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="jibri",
    needs=("jibri.config",),
    risk=(
        "A key that upstream does not have belongs to a changed or newer program, or is misspelt "
        "and protects nothing. What it does is not known here."
    ),
    upstream_default="none",
    fix=Fix(by_hand="Find out what reads the key; remove it if nothing does."),
    references=("jitsi/jibri: src/main/resources/reference.conf",),
    confidence=Confidence.LIKELY,
    check=check,
    bad=(Example({"jibri.config": 'jibri.summary.target = "https://api.openai.com/v1"\n'}, at=1),),
    good=(
        Example(
            {
                "jibri.config": 'jibri { id = "a", stats { enable-stats-d = true, host = "h" } }\n'
                'jibri.api.xmpp.environments = [ { base-url = "https://meet.example.org" } ]\n'
                'jibri.jwt-info { signing-key-path = "/k.pem" }\n'
            }
        ),
        Example({"jibri.config": "jibri.vip-lounge = true\n"}, note="unknown, of no concern"),
        Example({"jibri.config": "// jibri.transcription.url = x\njibri {}\n"}, note="comment"),
        Example({}, absent=("jibri.config",), note="not installed"),
    ),
    unclear=(
        Example({"jibri.config": 'jibri.recording.upload-url = "s3://x"\n'}, at=1),
        Example({"jibri.config": 'jibri.recording.finalize_script = "/x.sh"\n'}, note="misspelt"),
        Example({"jibri.config": 'jibri {}\ninclude "more.conf"\n'}),
    ),
)
