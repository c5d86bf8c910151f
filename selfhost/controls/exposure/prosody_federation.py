from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-federation",
    title="The chat server talks to no other server",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk=(
        "The chat server would federate with any server on the Internet, "
        "and rooms could be reached from other domains."
    ),
    upstream_default="on in Debian's global configuration",
    fix=Fix(
        by_hand=('Set modules_disabled = { "s2s" } in the global section and restart prosody.'),
        variable="prosody_s2s",
        value="false",
    ),
    references=("prosody: prosody.cfg.lua.dist",),
    surfaces=("prosody-s2s",),
    check=no_module("s2s", why="servers of strangers may connect"),
    bad=(
        Example(
            {"prosody.config": ('modules_enabled = { "roster" }\nVirtualHost "meet.example.org"\n')}
        ),
        Example(
            {"prosody.config": 'modules_enabled = { "s2s" }\nVirtualHost "meet.example.org"\n'},
            at=1,
        ),
    ),
    good=(
        Example(
            {"prosody.config": 'modules_disabled = { "s2s" }\nVirtualHost "meet.example.org"\n'}
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
        Example(
            {
                "prosody.config": (
                    'modules_disabled = { "s2s" }\n'
                    'VirtualHost "meet.example.org"\n'
                    '-- modules_enabled = { "s2s" }\n'
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        Example({"prosody.config": 'VirtualHost "meet.example.org\n'}, note="does not parse"),
    ),
)
