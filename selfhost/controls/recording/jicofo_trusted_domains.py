from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty, setting

CONTROL = Control(
    id="jicofo-trusted-domains",
    title="No domain is trusted for recorders",
    category=Category.RECORDING,
    severity=Severity.MEDIUM,
    component="jicofo",
    needs=("jicofo.config",),
    risk=(
        "Participants who log in on these domains count as recorder or "
        "transcriber and stay invisible in the room."
    ),
    upstream_default="empty in code; Debian's package writes recorder.<domain>",
    fix=Fix(
        by_hand=(
            "Set xmpp.trusted-domains = [] in jicofo.conf (an empty list "
            "stays through upgrades) and restart jicofo."
        )
    ),
    references=("jitsi/jicofo: jicofo-common/src/main/resources/reference.conf",),
    surfaces=("jicofo-trusted-domains",),
    check=setting(
        lambda server: server.jicofo,
        "jicofo.xmpp.trusted-domains",
        judge=empty("users of these domains count as recorders"),
    ),
    bad=(
        Example(
            {
                "jicofo.config": (
                    "jicofo {\n"
                    "  xmpp {\n"
                    '    trusted-domains = [ "recorder.meet.example.org" ]\n'
                    "  }\n"
                    "}\n"
                )
            },
            at=3,
        ),
    ),
    good=(
        Example({"jicofo.config": "jicofo.xmpp.trusted-domains = []\n"}),
        Example(
            {"jicofo.config": 'jicofo.xmpp { client { domain = "auth.meet.example.org" } }\n'},
            note="the focus' own login domain",
        ),
        Example({}, absent=("jicofo.config",), note="not installed"),
    ),
    unclear=(Example({"jicofo.config": "jicofo.xmpp.trusted-domains = [ ${HIDDEN} ]\n"}),),
)
