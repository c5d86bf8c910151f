from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    HOST,
    NO_PROSODY,
    enabled,
    prosody,
)
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-push-notifications",
    title="No push messages through other parties' servers",
    category=Category.THIRD_PARTY,
    severity=Severity.LOW,
    component="prosody",
    needs=("prosody.config",),
    risk="Messages for accounts are announced through the app servers of other parties.",
    upstream_default="loaded by Debian's prosody.cfg.lua",
    fix=Fix(by_hand="Add cloud_notify to modules_disabled and restart prosody."),
    references=("bjc/prosody: plugins/mod_cloud_notify.lua",),
    surfaces=("prosody-cloud-notify",),
    check=no_module(
        "cloud_notify", "muc_cloud_notify", "unified_push", "push2", why="it notifies app servers"
    ),
    bad=(
        prosody('modules_enabled = { "cloud_notify" }\n' + HOST, at=1),
        prosody(enabled("push2"), at=2),
    ),
    good=(
        prosody(
            'modules_enabled = { "cloud_notify" }\nmodules_disabled = { "cloud_notify" }\n' + HOST
        ),
        prosody('modules_enabled = { -- "cloud_notify"\n }\n' + HOST, note="a comment"),
        NO_PROSODY,
    ),
    unclear=(BROKEN_PROSODY,),
)
