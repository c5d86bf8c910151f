from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="jicofo-certificate-check",
    title="The focus checks the certificate of the XMPP server",
    category=Category.EXPOSURE,
    severity=Severity.LOW,
    component="jicofo",
    needs=("jicofo.config",),
    risk=(
        "Without the check, whoever stands between the focus and Prosody "
        "can read and change its commands."
    ),
    upstream_default="false in code, true in the Docker images",
    fix=Fix(
        by_hand=("Remove disable-certificate-verification from jicofo.conf and restart jicofo.")
    ),
    references=("jitsi/jicofo: jicofo-common/src/main/resources/reference.conf",),
    surfaces=("jicofo-cert-verification",),
    check=setting(
        lambda server: server.jicofo,
        "jicofo.xmpp.client.disable-certificate-verification",
        "jicofo.xmpp.service.disable-certificate-verification",
        judge=off("the certificate is not checked"),
    ),
    bad=(
        Example(
            {
                "jicofo.config": (
                    "jicofo.xmpp.client {\n  disable-certificate-verification = true\n}\n"
                )
            },
            at=2,
        ),
    ),
    good=(
        Example({"jicofo.config": "jicofo.xmpp.client.disable-certificate-verification = false\n"}),
        Example({}, absent=("jicofo.config",), note="not installed"),
        Example(
            {
                "jicofo.config": (
                    "jicofo.xmpp.client.disable-certificate-verification = false\n"
                    "# jicofo.xmpp.client {\n"
                    "#   disable-certificate-verification = true\n"
                    "# }\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        Example({"jicofo.config": "jicofo.xmpp.client.disable-certificate-verification = ${X}\n"}),
    ),
)
