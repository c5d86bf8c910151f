import re
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
    passed,
    unknown,
)
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.pjsua import REPEATED, read_pjsua
from selfhost.readers.tree import Node, Origin, Source

SOURCE = "jibri.sip"
#: The host of ``sip:name@host:port;lr`` or of ``host:port``.
_HOST = re.compile(r"<?(?:sips?:)?(?:[^@\s]*@)?(\[[0-9A-Fa-f:]+\]|[\w.-]+)", re.IGNORECASE)


def check(server: Server) -> Iterator[Verdict]:
    for document in server.required(SOURCE, "jibri"):
        tree = read_pjsua(Source(document.path, document.text))
        config = Config(SOURCE, Origin(document.path), (tree,))
        if config.unreadable is not None:
            yield unknown(f"{document.path} cannot be read", Cited(config.place))
            continue
        verdicts = list(_judged(server, config))
        yield from verdicts or [passed("no server and no file is named", Cited(config.place))]


def _judged(server: Server, config: Config) -> Iterator[Verdict]:
    recorder = config.get(("auto-rec",))
    if recorder is not None:
        yield fail("every call is recorded to a file", Cited.node("--auto-rec", recorder))
    for option in sorted(REPEATED):
        node = config.get((option,))
        items = node.value if node is not None and isinstance(node.value, tuple) else ()
        for item in items:
            yield _server(server, f"--{option}", item)


def _server(server: Server, option: str, node: Node) -> Verdict:
    cited = Cited.node(option, node)
    match = _HOST.match(node.value) if isinstance(node.value, str) else None
    if match is None:
        return unknown(f"{option} names no server that is understood", cited)
    found = whose(server, match[1].strip("[]"), ())
    if found.owner is Owner.OWN:
        return passed(f"{option}: {found.why}", cited)
    if found.owner is Owner.UNCLEAR:
        return unknown(f"{option}: {found.why}", cited)
    return fail(f"{option}: {found.why}; it learns who is called from here", cited)


CLIENT = "var config = { hosts: { domain: 'meet.example.org' } };\n"


def options(text: str, at: int = 0, note: str = "") -> Example:
    return Example({SOURCE: text}, at=at, note=note)


CONTROL = Control(
    id="jibri-sip-options",
    title="A recorder's SIP client records no call and uses nobody's servers",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="jibri",
    needs=(SOURCE,),
    risk="The options of pjsua hold for each meeting that is shown to a SIP system: it can keep "
    "the sound in a file, or tell a company's servers who is called.",
    upstream_default="no such option",
    fix=Fix(by_hand="Remove the option from /etc/jitsi/jibri/pjsua.config."),
    references=(
        "jitsi/jibri: resources/debian-package/etc/jitsi/jibri/pjsua.config",
        "jitsi/jibri: resources/debian-package/opt/jitsi/jibri/pjsua.sh",
    ),
    gdpr="Art. 6, 44",
    surfaces=("jibri-sip-gateway",),
    check=check,
    bad=(
        options("--no-color\n--auto-rec\n--rec-file=/tmp/call.wav\n", at=2),
        options("--stun-srv stun.l.google.com:19302\n", at=1),
        Example(
            {SOURCE: "--disable-stun --outbound=sip:a@sip.example.com;lr\n", "web.config": CLIENT},
            at=1,
        ),
    ),
    good=(
        options("--no-color\n--disable-stun\n--auto-update-nat 0\n--max-calls=1\n"),
        options("# --auto-rec\n# --stun-srv stun.l.google.com\n", note="a comment"),
        options('--id "jibri <sip:jibri@127.0.0.1>"\n', note="a name of its own"),
        options("--rec-file=/tmp/call.wav\n", note="a file that nothing is written to"),
        options("--proxy=sip:10.0.0.5;lr\n", note="a machine inside"),
        Example(
            {SOURCE: "--registrar sip:sip.meet.example.org\n", "web.config": CLIENT},
            note="the server's own",
        ),
        Example({}, absent=(SOURCE,), note="not installed"),
    ),
    unclear=(options("--proxy\n"), Example({SOURCE: "\x00\n"}, note="not a text file")),
)
