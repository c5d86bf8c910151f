from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    unknown,
)
from selfhost.controls.predicates import setting
from selfhost.controls.recorder_predicates import each_environment, field, jibri
from selfhost.controls.web_predicates import without
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

FIELD = "trust-all-xmpp-certs"
FLAGS = "jibri.chrome.flags"
#: Flags by which the browser stops checking whom it talks to.
TRUSTING = (
    "--ignore-certificate-errors",
    "--ignore-certificate-errors-spki-list",
    "--allow-insecure-localhost",
    "--disable-web-security",
    "--allow-running-insecure-content",
)


def judge(_server: Server, key: str, node: Node) -> Verdict | None:
    trust = field(node, FIELD)
    if trust is None:
        return None
    cited = Cited.node(f"{key}.{FIELD}", trust)
    if isinstance(trust.value, Unknown):
        return unknown(f"{FIELD} cannot be told: {trust.value.reason}", cited)
    if str(trust.plain()).lower() in ("true", "yes", "on"):
        return fail(f"{FIELD}: any certificate of the XMPP server is accepted", cited)
    return None


_environments = each_environment(judge, "the XMPP server's certificate is checked")
_flags = setting(jibri, FLAGS, judge=without(TRUSTING, "the browser accepts any certificate"))


def check(server: Server) -> Iterator[Verdict]:
    yield from _environments(server)
    yield from _flags(server)


CONTROL = Control(
    id="jibri-certificate-checks",
    title="A recorder checks whom it talks to",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="jibri",
    needs=("jibri.config",),
    risk="A machine between recorder and server can watch, feed or start recordings.",
    upstream_default="checked where jibri.conf says so; not checked in Docker and in config.json",
    fix=Fix(
        by_hand="Set trust-all-xmpp-certs = false in each XMPP environment, drop "
        "--ignore-certificate-errors from jibri.chrome.flags, and restart jibri."
    ),
    references=("jitsi/jibri: src/main/kotlin/org/jitsi/jibri/config/JibriConfig.kt",),
    gdpr="Art. 32",
    surfaces=("jibri-ignore-certificates",),
    check=check,
    bad=(
        Example(
            {
                "jibri.config": "jibri.api.xmpp.environments = [ {\n"
                "  trust-all-xmpp-certs = true\n} ]\n"
            },
            at=2,
        ),
        Example(
            {"jibri.config": f'{FLAGS} = [ "--kiosk",\n "--ignore-certificate-errors" ]\n'}, at=1
        ),
        Example(
            {"jibri.config": "", "jibri.legacy": '{ "xmpp_environments": [\n{ "name": "x" } ] }\n'},
            at=2,
            note="not said is yes in the old file",
        ),
    ),
    good=(
        Example(
            {"jibri.config": "jibri.api.xmpp.environments = [ { trust-all-xmpp-certs = false } ]\n"}
        ),
        Example({"jibri.config": f'{FLAGS} = [ "--kiosk", "--enabled" ]\n'}),
        Example(
            {"jibri.config": "trust-all-xmpp-certs = true\n"}, note="outside of an environment"
        ),
        Example({}, absent=("jibri.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {"jibri.config": "jibri.api.xmpp.environments = [ { trust-all-xmpp-certs = ${T} } ]\n"}
        ),
        Example({"jibri.config": f"{FLAGS} = ${{FLAGS}}\n"}),
    ),
)
