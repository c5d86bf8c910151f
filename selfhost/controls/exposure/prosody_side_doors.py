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
    id="prosody-side-doors",
    title="No module hands identities or relay credentials around",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="prosody",
    needs=("prosody.config",),
    risk="short_lived_token issues tokens with name and e-mail address for outside services, "
    "presence_identity shows the identity of a token to everybody in the room, jiconop tells "
    "clients about the deployment and sends relay credentials unasked.",
    upstream_default="not loaded",
    fix=Fix(by_hand="Remove these modules from modules_enabled and restart prosody."),
    references=(
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_short_lived_token.lua",
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_presence_identity.lua",
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_jiconop.lua",
    ),
    surfaces=(
        "prosody-short-lived-token",
        "prosody-jiconop",
        "prosody-debug-filter-config",
    ),
    check=no_module(
        "short_lived_token", "presence_identity", "jiconop", why="it passes identities or keys on"
    ),
    bad=(
        prosody(enabled("bosh", "presence_identity"), at=2),
        prosody(enabled("short_lived_token"), at=2),
        prosody('modules_enabled = { "jiconop" }\nVirtualHost "meet.example.org"\n', at=1),
    ),
    good=(
        prosody(enabled("features_identity"), note="features of the deployment, not of people"),
        prosody('VirtualHost "meet.example.org"\n    enabled = false\n' + enabled("jiconop")[31:]),
        NO_PROSODY,
    ),
    unclear=(BROKEN_PROSODY, HIDDEN_PROSODY),
)
