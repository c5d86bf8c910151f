import re
from collections.abc import Iterator
from html.parser import HTMLParser

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Status,
    Verdict,
    passed,
)
from selfhost.controls.web_examples import page
from selfhost.controls.web_predicates import judge_address
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Origin

#: Attributes by which a tag makes the browser contact an address.
LOADS = {
    "script": ("src",),
    "iframe": ("src",),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "img": ("src", "srcset"),
    "image": ("href", "xlink:href"),
    "audio": ("src",),
    "video": ("src", "poster"),
    "source": ("src", "srcset"),
    "track": ("src",),
    "link": ("href", "imagesrcset"),
    "base": ("href",),
    "form": ("action",),
    "use": ("href", "xlink:href"),
    "body": ("background",),
}
#: Relations of a link that are looked up only when somebody follows them.
IDLE = {"canonical", "alternate", "author", "license", "help", "next", "prev", "search", "me"}
IN_TEXT = re.compile(
    r"""(?:url\(\s*|@import\s+|["'`(\s=])["'`]?((?:https?:|wss?:)?//[^\s"'`)<>;]+)"""
)
WHY = "each visitor's browser contacts it"


class _Addresses(HTMLParser):
    """Collects addresses with their lines: of tags, styles and scripts. Comments are not read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str, int]] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        relations = set(given.get("rel", "").lower().split())
        self._inside = tag if tag in ("script", "style") else self._inside
        line = self.getpos()[0]
        if tag == "link" and relations and relations <= IDLE:
            return
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            _, _, target = given.get("content", "").partition("=")
            self.found.append(("meta refresh", target.strip(" '"), line))
        for name in LOADS.get(tag, ()):
            for address in _candidates(name, given.get(name, "")):
                self.found.append((f"{tag} {name}", address, line))
        for address in IN_TEXT.findall(f" {given.get('style', '')}"):
            self.found.append((f"{tag} style", address, line))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if not self._inside:
            return
        first = self.getpos()[0]
        for match in IN_TEXT.finditer(_without_comments(data)):
            self.found.append(
                (self._inside, match.group(1), first + data.count("\n", 0, match.start(1)))
            )


def _candidates(name: str, value: str) -> list[str]:
    """The addresses of an attribute; a set of pictures holds several."""
    if "srcset" not in name:
        return [value]
    return [part.split()[0] for part in value.split(",") if part.split()]


def _without_comments(text: str) -> str:
    """Comments blanked out, so that places stay the same. ``//`` inside an address is kept."""
    blocks = re.sub(r"/\*.*?\*/", _blank, text, flags=re.DOTALL)
    return re.sub(r"(?m)^\s*//.*$", _blank, blocks)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def check(server: Server) -> Iterator[Verdict]:
    """Every page, and the files pasted into it."""
    pages = server.required("web.page", "web")
    for document in pages:
        parser = _Addresses()
        parser.feed(document.text)
        parser.close()
        bad = False
        for where, address, line in parser.found:
            node = Node(address, Origin(document.path, line))
            verdict = judge_address(server, where, node, WHY)
            if verdict.status not in (Status.PASS, Status.NOT_APPLICABLE):
                bad = True
                yield verdict
        if not bad:
            yield passed("nothing is loaded from elsewhere", Cited(Origin(document.path)))


CONTROL = Control(
    id="web-page-third-party",
    title="The pages load nothing from other hosts",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.page",),
    risk="Scripts, styles, fonts, frames and pictures that a page names on another "
    "host are fetched at page load, before any choice: the host learns each "
    "visitor, and a script of it can do all that the page can. The small files "
    "that the web server pastes into the page are where trackers are added.",
    upstream_default="none",
    fix=Fix(
        by_hand="Remove the foreign address from the page, or serve a copy of the file "
        "from your own server."
    ),
    references=("jitsi/jitsi-meet: index.html and the files that it includes",),
    gdpr="Art. 44",
    surfaces=(
        "web-ssi-includes",
        "web-foreign-subresources",
        "web-welcome-additional-content",
        "default-outbound-hosts-browser",
    ),
    check=check,
    bad=(
        page(
            "<html><head>\n"
            '<script src="https://www.googletagmanager.com/gtag/js"></script>\n'
            "</head></html>\n",
            at=2,
        ),
        page(
            "<html><head>\n"
            "<link rel=preconnect href=//fonts.gstatic.com>\n"
            "<link rel='stylesheet' href='/css/all.css'>\n"
            "</head></html>\n",
            at=2,
        ),
        page(
            "<html><body>\n<iframe src='https://tracker.example.com/x'></iframe>\n</body></html>\n",
            at=2,
        ),
        page("<style>\n@import 'https://fonts.googleapis.com/css2';\n</style>\n", at=2),
        page(
            "<script>\n"
            "var s = document.createElement('script');\n"
            "s.src = 'https://cdn.jsdelivr.net/x.js';\n"
            "</script>\n",
            at=3,
        ),
        Example(
            {
                "web.page /usr/share/jitsi-meet/plugin.head.html": "<script async src='https://stats.example.com/s.js'></script>\n",
                "web.config": "var config = { hosts: { domain: 'meet.example.org' } };\n",
            },
            at=1,
            note="pasted into the page",
        ),
    ),
    good=(
        page(
            "<html><head><script "
            "src='libs/app.bundle.min.js?v=1'></script><!--#include "
            "virtual='plugin.head.html' --></head></html>\n"
        ),
        page(
            "<!-- <script src='https://www.googletagmanager.com/gtag/js'></script> -->\n",
            note="a comment",
        ),
        page(
            "<p>https://www.googletagmanager.com/gtag/js</p><a "
            "href='https://jitsi.org'>Jitsi</a>\n",
            note="text, and a link that waits for a click",
        ),
        page(
            "<link rel='canonical' href='https://jitsi.org/'><img "
            "src='data:image/png;base64,AA=='>\n",
            note="not fetched",
        ),
        page(
            "<script>\n// https://cdn.jsdelivr.net/x.js\nvar a = 1;\n</script>\n",
            note="a comment in a script",
        ),
        page("<script src='https://static.example.org/app.js'></script>\n", note="an own host"),
        Example({}, absent=("web.page",), note="there are no pages"),
    ),
    unclear=(
        Example(
            {"web.page": "<script src='https://stats.example.com/s.js'></script>\n"},
            note="the server's own name is not known",
        ),
    ),
)
