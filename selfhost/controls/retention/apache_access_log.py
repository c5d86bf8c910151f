import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatch

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    not_applicable,
    passed,
    unknown,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, within
from selfhost.readers.apache import ApacheDirective, read_apache
from selfhost.readers.tree import Origin, Source

SOURCE = "apache.files"
JITSI = ("jitsi-meet", "/etc/jitsi", "http-bind", "conference-request")
#: The server's root, what is read of it, and what of it sets up no log as packaged.
ROOT = "/etc/apache2"
COLLECTED = (f"{ROOT}/sites-enabled/", f"{ROOT}/conf-enabled/")
WITHOUT_LOGS = (
    f"{ROOT}/mods-enabled/",
    f"{ROOT}/ports.conf",
    "/etc/letsencrypt/options-ssl-apache",
)
LOGS = ("customlog", "transferlog", "globallog")
#: What names a person or a room: the peer's address, the request and its parts, the page before.
TELLING = re.compile(
    r"%[<>!,0-9]*(?:[ahrUqu]|\{[^}]*\}a|\{(?:X-Forwarded-For|Referer|Cookie)\}i)", re.I
)


def _check(server: Server) -> Iterator[Verdict]:
    documents = server.required(SOURCE, "apache2")
    found = read_apache(Source(d.path, d.text) for d in documents)
    hosts = {d.host for d in found if d.host is not None and _names_jitsi(d)}
    if not hosts:
        yield not_applicable("Apache serves no Jitsi Meet here", *looked_at(server, SOURCE))
        return
    everywhere = [d for d in found if d.host is None and d.name in LOGS]
    for host in sorted(hosts):
        own = [d for d in found if d.host == host and d.name in LOGS]
        # A virtual host with logs of its own is left out of the server's.
        for log in own or everywhere:
            yield _judged(found, log, host)
        for directive in found:
            if directive.host == host or (directive.host is None and not own):
                yield from _not_read(directive, documents)
    yield passed("Apache writes down no joins", *looked_at(server, SOURCE))


def _not_read(directive: ApacheDirective, documents: tuple[Document, ...]) -> Iterator[Verdict]:
    """An include that leads to files which were not collected may set up a log."""
    if directive.name not in ("include", "includeoptional") or not directive.arguments:
        return
    pattern = posixpath.join(ROOT, directive.arguments[0])
    known = pattern.startswith(WITHOUT_LOGS) or pattern.startswith(COLLECTED)
    if not known and not any(fnmatch(within(d.path), pattern) for d in documents):
        place = Cited(directive.origin, directive.name)
        yield unknown(f"{directive.arguments[0]} may set up a log: it was not collected", place)


def _names_jitsi(directive: ApacheDirective) -> bool:
    return any(mark in argument for argument in directive.arguments for mark in JITSI)


def _judged(found: tuple[ApacheDirective, ...], log: ApacheDirective, host: Origin) -> Verdict:
    cited = (Cited(log.origin, log.name), Cited(host, "VirtualHost"))
    if log.arguments[:1] == ("/dev/null",):
        return passed("the log goes nowhere", *cited)
    kind = log.arguments[1] if len(log.arguments) > 1 else "common"
    named = [d.arguments[0] for d in found if d.name == "logformat" and d.arguments[1:] == (kind,)]
    text = named[-1] if named else kind
    if "%" in text and not TELLING.search(text):
        return passed(f"the log format {kind!r} names neither people nor rooms", *cited)
    return fail(f"the log format {kind!r} writes addresses and rooms", *cited)


def _site(log: str, more: str = "", at: int = 0, note: str = "") -> Example:
    root = "  DocumentRoot /usr/share/jitsi-meet\n"
    text = f"{more}<VirtualHost *:443>\n{root}  {log}\n</VirtualHost>\n"
    return Example({SOURCE: text}, at, note)


CONTROL = Control(
    id="apache-access-log",
    title="Apache does not write down who was in which room",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="apache2",
    needs=(SOURCE,),
    risk="Each join leaves the participant's address next to the name of the room, tokens in "
    "addresses included.",
    upstream_default="Debian logs every virtual host without a log of its own",
    fix=Fix(
        by_hand="Remove CustomLog from the site, and other-vhosts-access-log from conf-enabled; "
        "reload apache2."
    ),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet/jitsi-meet.example-apache",),
    gdpr="Art. 5(1)(c), 5(1)(e)",
    surfaces=("apache-access-log",),
    check=_check,
    bad=(
        _site("CustomLog ${APACHE_LOG_DIR}/access.log combined", at=3),
        _site("", "CustomLog /var/log/other.log vhost_combined\n", at=1, note="the server's log"),
        _site('CustomLog /x.log "%t %U"', at=3),
    ),
    good=(
        _site("# CustomLog /x.log combined", note="a comment"),
        _site("CustomLog /x.log counts", 'LogFormat "%t %>s %B" counts\n'),
        _site("CustomLog /dev/null combined"),
        Example({SOURCE: "<VirtualHost *:80>\n CustomLog /x combined\n</VirtualHost>\n"}),
        _site(
            "CustomLog /dev/null combined",
            "IncludeOptional mods-enabled/*.conf\nIncludeOptional /opt/more/*.conf\n",
            note="a site with a log of its own is left out of the server's",
        ),
        _site(
            "",
            "IncludeOptional mods-enabled/*.conf\nInclude ports.conf\n",
            note="what Debian's packages include",
        ),
        Example({}, absent=(SOURCE,), note="not installed"),
    ),
    unclear=(
        Example({"apache.files": "\x00\n"}, note="not a text file"),
        _site("", "IncludeOptional /opt/more/*.conf\n", at=1),
        _site("CustomLog /dev/null combined\n  Include /opt/site.conf", at=4),
    ),
)
