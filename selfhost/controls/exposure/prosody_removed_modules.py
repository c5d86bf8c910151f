from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    HIDDEN_PROSODY,
    NO_PROSODY,
    enabled,
    prosody,
)
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-removed-modules",
    title="No module of the past is loaded",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="prosody",
    needs=("prosody.config",),
    risk="These modules are gone from upstream. Some opened HTTP addresses that made ghost "
    "participants, reported events or fetched relay credentials from a provider; what is loaded "
    "under such a name is old or somebody's own code.",
    upstream_default="removed between 2020 and 2026",
    fix=Fix(by_hand="Remove these modules and their files, and restart prosody."),
    references=("jitsi/jitsi-meet: resources/prosody-plugins (history)",),
    surfaces=(
        "prosody-removed-modules",
        "prosody-sctpd-absent",
        "prosody-turn-credentials-legacy",
    ),
    check=no_module(
        "muc_call",
        "poltergeist",
        "muc_poltergeist",
        "poltergeist_component",
        "ext_events",
        "muc_transcription_filter",
        "jibri_queue",
        "turncredentials",
        "turncredentials_http",
        "cf_turncredentials",
        "sctpd",
        why="upstream has no such module any more",
    ),
    bad=(
        prosody(enabled("bosh", "turncredentials"), at=2),
        prosody(enabled("sctpd"), at=2),
        prosody(enabled("muc_poltergeist"), at=2),
    ),
    good=(
        prosody(enabled("av_moderation", "speakerstats"), note="gone, and without effect"),
        prosody(
            'VirtualHost "meet.example.org"\n    -- modules_enabled = { "turncredentials" }\n',
            note="a comment",
        ),
        NO_PROSODY,
    ),
    unclear=(BROKEN_PROSODY, HIDDEN_PROSODY),
)
