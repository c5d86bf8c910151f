from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="coturn-verbose-log",
    title="The relay does not log every session",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="coturn",
    needs=("coturn.config",),
    risk="Addresses of participants and peers with session times reach the log.",
    upstream_default="not set",
    fix=Fix(by_hand="Remove verbose and Verbose from turnserver.conf and restart coturn."),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet-turn/turnserver.conf",),
    gdpr="Art. 5(1)(c)",
    surfaces=("coturn-syslog",),
    check=setting(
        lambda server: server.coturn,
        ("verbose",),
        ("Verbose",),
        judge=off("every session is logged with its addresses"),
    ),
    bad=(
        Example({"coturn.config": "syslog\nverbose\n"}, at=2),
        Example({"coturn.config": "Verbose\n"}, at=1),
    ),
    good=(
        Example({"coturn.config": "syslog\n"}),
        Example({"coturn.config": "# verbose\n"}, note="a comment is not a setting"),
        Example({}, absent=("coturn.config",), note="not installed"),
    ),
    unclear=(Example({"coturn.config": "\x00\n"}, note="not a text file"),),
)
