from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.recorder_predicates import jibri

KEY = "jibri.recording.recordings-directory"
#: File systems in memory: gone with the machine, and never in a backup.
MEMORY = ("/dev/shm/", "/run/")  # noqa: S108 - looked at, not written to


def judge(value: object) -> str | None:
    folder = str(value)
    if folder.startswith(MEMORY):
        return None
    return f"recordings and the list of their participants (metadata.json) stay in {folder}"


CONTROL = Control(
    id="jibri-recordings-folder",
    title="A recorder keeps nothing on disk",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="jibri",
    needs=("jibri.config",),
    risk=(
        "Finished and broken recordings stay in this folder until somebody removes them; Jibri "
        "never does. Beside each lies metadata.json with the participants, the address of the "
        "meeting and what the start request carried, which can be credentials for an upload."
    ),
    upstream_default="kept below /tmp; below /storage in Docker",
    fix=Fix(
        by_hand="Do without a recorder. Where one is needed, put "
        "jibri.recording.recordings-directory on a file system in memory or an encrypted volume "
        "that is emptied daily."
    ),
    references=(
        "jitsi/jibri: src/main/resources/reference.conf",
        "jitsi/jibri: src/main/kotlin/org/jitsi/jibri/service/impl/FileRecordingJibriService.kt",
    ),
    gdpr="Art. 5(1)(e), 6, 32",
    surfaces=("jibri-recordings-directory", "jibri-metadata-json"),
    check=setting(
        jibri,
        KEY,
        judge=judge,
        absent="recordings stay in /tmp/recordings until somebody removes them",
    ),
    bad=(
        Example(
            {
                "jibri.config": "jibri {\n  recording {\n"
                '    recordings-directory = "/srv/recordings"\n  }\n}\n'
            },
            at=3,
        ),
        Example({"jibri.config": "jibri { }\n"}, note="the default"),
        Example(
            {
                "jibri.config": 'jibri.recording.recordings-directory = "/dev/shm/r"\n',
                "jibri.legacy": '{\n "recording_directory": "/srv/recordings"\n}\n',
            },
            at=2,
            note="the old file still wins",
        ),
    ),
    good=(
        Example({"jibri.config": f'{KEY} = "/dev/shm/recordings"\n'}),
        Example(
            {"jibri.config": f'{KEY} = "/srv/x"\n{KEY} = "/run/jibri/recordings"\n'},
            note="the last assignment wins",
        ),
        Example({}, absent=("jibri.config",), note="not installed"),
    ),
    unclear=(
        Example({"jibri.config": f"{KEY} = ${{RECORDINGS}}\n"}),
        Example(
            {"jibri.config /config/custom-jibri.conf": "jibri.stats.enable-stats-d = false\n"},
            note="a file that only adds to another, which was not given",
        ),
    ),
)
