from selfhost.controls.docker_predicates import switched_off
from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import NO_ENV, env

CONTROL = Control(
    id="docker-audio-translation",
    title="The deployment does not translate speech",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="docker",
    needs=("docker.environment",),
    risk="These variables stream the voices of people who were not asked to a "
    "service that speaks them in another language.",
    upstream_default="0",
    fix=Fix(
        by_hand="Remove ENABLE_AUDIO_TRANSLATION and the JICOFO_TRANSLATION_… variables from .env."
    ),
    references=(
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",
        "jitsi/docker-jitsi-meet: jicofo/rootfs/defaults/jicofo.conf",
    ),
    gdpr="Art. 6, 9, 28, 44",
    surfaces=(
        "web-audio-translation",
        "jicofo-translation-url",
        "prosody-audio-translation",
    ),
    check=switched_off(
        "speech is sent to an AI service",
        "ENABLE_AUDIO_TRANSLATION",
        "JICOFO_TRANSLATION_URL_TEMPLATE",
        "JICOFO_TRANSLATION_CF_ACCESS_CLIENT_ID",
    ),
    bad=(
        env("ENABLE_AUDIO_TRANSLATION=1\n", at=1),
        env("TZ=UTC\nJICOFO_TRANSLATION_URL_TEMPLATE=wss://ai.example.com/{{MEETING_ID}}\n", at=2),
    ),
    good=(
        env("TZ=UTC\n"),
        env("#JICOFO_TRANSLATION_URL_TEMPLATE=wss://ai.example.com/\n", note="a comment"),
        env("ENABLE_AUDIO_TRANSLATION=false\nJICOFO_TRANSLATION_URL_TEMPLATE=\n"),
        NO_ENV,
    ),
    unclear=(env("JICOFO_TRANSLATION_URL_TEMPLATE=${URL}\n"),),
)
