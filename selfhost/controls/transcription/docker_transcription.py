from selfhost.controls.docker_predicates import docker, switched_off
from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import one_of, setting
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.controls.web_predicates import every

CONTROL = Control(
    id="docker-transcription",
    title="The deployment does not transcribe",
    category=Category.TRANSCRIPTION,
    severity=Severity.CRITICAL,
    component="docker",
    needs=("docker.environment",),
    risk="ENABLE_TRANSCRIPTIONS offers transcription and lets a hidden transcriber "
    "past lobby and password; the JIGASI_TRANSCRIBER variables say who hears "
    "the audio and where text and sound are kept.",
    upstream_default="0",
    fix=Fix(
        by_hand="Remove ENABLE_TRANSCRIPTIONS, TRANSLATION_LANGUAGES and the "
        "JIGASI_TRANSCRIBER_… variables (but for user and password) from .env."
    ),
    references=(
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",
        "jitsi/docker-jitsi-meet: transcriber.yml",
    ),
    gdpr="Art. 6, 9, 28",
    surfaces=(
        "web-transcription",
        "web-translation-languages",
        "jigasi-save-txt",
        "jigasi-record-audio",
        "jigasi-google-speech-default",
    ),
    check=every(
        switched_off("meetings are transcribed", "ENABLE_TRANSCRIPTIONS"),
        switched_off(
            "a transcriber keeps or sends on what was said",
            "JIGASI_TRANSCRIBER_RECORD_AUDIO",
            "JIGASI_TRANSCRIBER_SEND_TXT",
            "JIGASI_TRANSCRIBER_ENABLE_SAVING",
            "JIGASI_TRANSCRIBER_ENABLE_TRANSLATION",
            "JIGASI_TRANSCRIBER_ADVERTISE_URL",
        ),
        switched_off(
            "a transcriber is configured",
            "JIGASI_TRANSCRIBER_CUSTOM_SERVICE",
            "JIGASI_TRANSCRIBER_CUSTOM_TRANSLATION_SERVICE",
            "JIGASI_TRANSCRIBER_REMOTE_CONFIG_URL",
        ),
        setting(
            docker,
            "TRANSLATION_LANGUAGES",
            judge=one_of(("", "[]"), "captions can be sent to a translation service"),
        ),
    ),
    bad=(
        env("TZ=UTC\nENABLE_TRANSCRIPTIONS=1\n", at=2),
        env("JIGASI_TRANSCRIBER_RECORD_AUDIO=true\n", at=1),
        env("TRANSLATION_LANGUAGES=['en', 'fr']\n", at=1),
        env(
            "JIGASI_TRANSCRIBER_CUSTOM_SERVICE=org.jitsi.jigasi.transcription.WhisperTranscriptionService\n",
            at=1,
        ),
    ),
    good=(
        env("TZ=UTC\n"),
        env(
            "JIGASI_TRANSCRIBER_PASSWORD=0123456789abcdef\n",
            note="a password is made for every deployment",
        ),
        env("#ENABLE_TRANSCRIPTIONS=1\n", note="a comment"),
        env(
            "ENABLE_TRANSCRIPTIONS=0\n"
            "TRANSLATION_LANGUAGES=[]\n"
            "JIGASI_TRANSCRIBER_ENABLE_SAVING=0\n"
        ),
        NO_ENV,
    ),
    unclear=(env("ENABLE_TRANSCRIPTIONS=${ASR:?}\n"),),
)
