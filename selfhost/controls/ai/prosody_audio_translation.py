from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-audio-translation",
    title="The chat server offers no audio translation",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="prosody",
    needs=("prosody.config",),
    risk=(
        "Any participant may subscribe to a translation of another "
        "person's voice, which is then sent to an AI service."
    ),
    upstream_default=("absent in the Debian template; Docker only with ENABLE_AUDIO_TRANSLATION"),
    fix=Fix(
        by_hand=(
            "Remove the audio_translation_component from Prosody's "
            "configuration and restart prosody."
        )
    ),
    references=(
        ("jitsi/jitsi-meet: resources/prosody-plugins/mod_audio_translation_component.lua"),
    ),
    gdpr="Art. 6, 9, 44",
    surfaces=("prosody-audio-translation",),
    check=no_module(
        "audio_translation_component",
        "audio_translation",
        why="participants can have the voices of others translated by a service",
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    'Component "audiotranslation.meet.example.org" '
                    '"audio_translation_component"\n'
                )
            },
            at=2,
        ),
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "audio_translation" }\nVirtualHost "meet.example.org"\n'
                )
            },
            at=1,
        ),
    ),
    good=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    modules_enabled = { "speakerstats" }\n'
                )
            }
        ),
        Example(
            {
                "prosody.config": (
                    '-- Component "at.meet.example.org" '
                    '"audio_translation_component"\n'
                    'VirtualHost "meet.example.org"\n'
                )
            },
            note="a comment is not a setting",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {
                "prosody.config": (
                    'Include "/etc/elsewhere/*.cfg.lua"\nVirtualHost "meet.example.org"\n'
                )
            }
        ),
    ),
)
