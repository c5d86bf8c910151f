from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off
from selfhost.controls.prosody_predicates import no_option

CONTROL = Control(
    id="prosody-open-registration",
    title="Nobody can make an account for themself",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk=(
        "Strangers could log in as anybody they like, on a domain that "
        "other parts of the server trust."
    ),
    upstream_default="off since Prosody 0.12",
    fix=Fix(
        by_hand=(
            "Set allow_registration = false and remove register_ibr and "
            "register_web from modules_enabled."
        )
    ),
    references=("prosody: plugins/mod_register_ibr.lua",),
    surfaces=("jicofo-trusted-domains",),
    check=no_option("allow_registration", judge=off("accounts can be made by anybody")),
    bad=(
        Example(
            {"prosody.config": 'allow_registration = true\nVirtualHost "meet.example.org"\n'}, at=1
        ),
    ),
    good=(
        Example({"prosody.config": 'allow_registration = false\nVirtualHost "meet.example.org"\n'}),
        Example({"prosody.config": 'VirtualHost "meet.example.org"\n'}),
        Example({}, absent=("prosody.config",), note="not installed"),
        Example(
            {
                "prosody.config": (
                    "allow_registration = false\n"
                    'VirtualHost "meet.example.org"\n'
                    "-- allow_registration = true\n"
                    '-- VirtualHost "meet.example.org"\n'
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        Example(
            {
                "prosody.config": (
                    'allow_registration = os.getenv("REG") == "1"\nVirtualHost "meet.example.org"\n'
                )
            }
        ),
    ),
)
