from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    HIDDEN_PROSODY,
    HOST,
    NO_PROSODY,
    enabled,
    prosody,
)
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-visitors",
    title="Meetings are not copied to other chat servers",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="prosody",
    needs=("prosody.config",),
    risk="The audience of a meeting is spread over other servers by server-to-server links, and a "
    "queue service may be sent tokens.",
    upstream_default="off",
    fix=Fix(by_hand="Remove visitors, fmuc and the visitors component; restart prosody."),
    references=(
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_visitors_component.lua",
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_fmuc.lua",
    ),
    surfaces=("prosody-visitors",),
    check=no_module(
        "visitors",
        "fmuc",
        "visitors_component",
        "muc_visitors",
        "vnodes",
        why="rooms reach other servers",
    ),
    bad=(
        prosody(f'{HOST}Component "visitors.meet.example.org" "visitors_component"\n', at=2),
        prosody(enabled("bosh", "visitors"), at=2),
    ),
    good=(
        prosody(f'{HOST}-- Component "visitors.meet.example.org" "visitors_component"\n'),
        prosody(enabled("bosh")),
        NO_PROSODY,
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n'
                    '-- Component "visitors.meet.example.org" "visitors_component"\n'
                    '-- VirtualHost "meet.example.org"\n'
                    '-- Component "visitors.meet.example.org" "visitors_component"\n'
                )
            },
            note="a comment",
        ),
    ),
    unclear=(BROKEN_PROSODY, HIDDEN_PROSODY),
)
