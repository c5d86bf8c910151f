from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.recorder_predicates import jibri

KEY = "jibri.recording.finalize-script"
#: The placeholder of the program's own defaults, and programs that do nothing.
NOTHING = ("", "/path/to/finalize", "/bin/true", "/usr/bin/true")


def judge(value: object) -> str | None:
    return None if str(value or "").strip() in NOTHING else f"{value} runs after each recording"


CONTROL = Control(
    id="jibri-finalize-script",
    title="No script takes recordings away",
    category=Category.THIRD_PARTY,
    severity=Severity.CRITICAL,
    component="jibri",
    needs=("jibri.config",),
    risk=(
        "The script gets every finished recording. It is where uploads to cloud storage, mail and "
        "speech recognition are put."
    ),
    upstream_default="a placeholder path, which does nothing",
    fix=Fix(
        by_hand="Remove jibri.recording.finalize-script (finalize_recording_script_path in the "
        "old config.json), restart jibri, and read the script to learn where recordings went."
    ),
    references=(
        "jitsi/jibri: src/main/resources/reference.conf",
        "jitsi/jibri: resources/finalize_recording.sh",
    ),
    gdpr="Art. 5(1)(b), 28, 44",
    surfaces=("jibri-finalize-script",),
    check=setting(jibri, KEY, judge=judge),
    bad=(
        Example(
            {
                "jibri.config": "jibri {\n  recording {\n"
                '    finalize-script = "/usr/local/bin/upload.sh"\n  }\n}\n'
            },
            at=3,
        ),
        Example(
            {
                "jibri.config": "jibri { }\n",
                "jibri.legacy": '{\n "finalize_recording_script_path": "/srv/finalize.sh" }\n',
            },
            at=2,
        ),
        Example(
            {
                "jibri.config": 'jibri { recording { finalize-script = "" } }\n'
                'jibri.recording.finalize-script = "/config/finalize.sh"\n'
            },
            at=2,
            note="the last assignment wins",
        ),
    ),
    good=(
        Example({"jibri.config": "jibri { }\n"}),
        Example({"jibri.config": f'{KEY} = "/path/to/finalize"\n'}, note="the placeholder"),
        Example({"jibri.config": f'# {KEY} = "/srv/upload.sh"\njibri {{}}\n'}, note="a comment"),
        Example(
            {"jibri.config": 'recording.finalize-script = "/srv/upload.sh"\n'},
            note="outside of jibri: nobody reads it",
        ),
        Example({}, absent=("jibri.config",), note="not installed"),
    ),
    unclear=(Example({"jibri.config": f"{KEY} = ${{?JIBRI_FINALIZE}}\n"}),),
)
