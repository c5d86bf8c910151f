from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty, setting

KEY = "jitsi-multitrack-recorder.finalize-script"

CONTROL = Control(
    id="multitrack-finalize",
    title="No script takes recorded tracks away",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="multitrack",
    needs=("multitrack.config",),
    risk="The script gets every recording when a session ends; it is used to join and upload them.",
    upstream_default="none",
    fix=Fix(by_hand="Remove finalize-script from jmr.conf, and read the script first."),
    references=("jitsi/jitsi-multitrack-recorder: src/main/resources/reference.conf",),
    gdpr="Art. 28, 44",
    surfaces=("multitrack-finalize",),
    check=setting(
        lambda server: server.multitrack, KEY, judge=empty("it runs after each recording")
    ),
    bad=(
        Example(
            {
                "multitrack.config": "jitsi-multitrack-recorder {\n"
                '  finalize-script = "/scripts/finalize-flatten.sh"\n}\n'
            },
            at=2,
        ),
    ),
    good=(
        Example({"multitrack.config": "jitsi-multitrack-recorder { }\n"}),
        Example({"multitrack.config": f"// {KEY} = /x.sh\n"}, note="a comment"),
        Example({}, absent=("multitrack.config",), note="not installed"),
    ),
    unclear=(Example({"multitrack.config": f"{KEY} = ${{SCRIPT}}\n"}),),
)
