from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import setting

KEY = "jitsi-multitrack-recorder.recording.directory"
MEMORY = ("/dev/shm/", "/run/")  # noqa: S108 - looked at, not written to


def judge(value: object) -> str | None:
    folder = str(value)
    return None if folder.startswith(MEMORY) else f"the voice of each speaker stays in {folder}"


CONTROL = Control(
    id="multitrack-recordings",
    title="No recorder keeps a track of every speaker",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="multitrack",
    needs=("multitrack.config",),
    risk=(
        "This recorder takes audio straight from the bridge: one file per speaker, and nobody "
        "appears in the room."
    ),
    upstream_default="the folder for temporary files; /data in its container",
    fix=Fix(by_hand="Stop and remove the recorder, and delete *.mka files that it left."),
    references=("jitsi/jitsi-multitrack-recorder: src/main/resources/reference.conf",),
    gdpr="Art. 5(1)(e), 6, 9",
    surfaces=("multitrack-recorder",),
    check=setting(lambda server: server.multitrack, KEY, judge=judge, absent="tracks stay in /tmp"),
    bad=(
        Example(
            {
                "multitrack.config": "jitsi-multitrack-recorder {\n  recording {\n"
                "    directory = /data\n  }\n}\n"
            },
            at=3,
        ),
        Example({"multitrack.config": "jitsi-multitrack-recorder { }\n"}, note="the default"),
    ),
    good=(
        Example({"multitrack.config": f'{KEY} = "/dev/shm/tracks"\n'}, note="in memory"),
        Example({}, absent=("multitrack.config",), note="not installed"),
    ),
    unclear=(Example({"multitrack.config": f"{KEY} = ${{JMR_DIRECTORY}}\n"}),),
)
