from collections.abc import Iterator

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
    unknown,
)
from selfhost.controls.web_examples import page
from selfhost.controls.web_predicates import judge_address
from selfhost.effective.server import Server
from selfhost.readers.html import read_addresses
from selfhost.readers.tree import Node, Origin, Source

WHY = "each visitor's browser contacts it"


def check(server: Server) -> Iterator[Verdict]:
    """Every page, and the files pasted into it."""
    for document in server.required("web.page", "web"):
        addresses, problems = read_addresses(Source(document.path, document.text))
        for problem in problems:
            yield unknown(problem.message, Cited(problem.origin))
        bad = bool(problems)
        for address in addresses:
            node = Node(address.text, address.origin)
            verdict = judge_address(server, address.where, node, WHY)
            if verdict.status is not Status.PASS:
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
            "<script>\n"
            "// https://cdn.jsdelivr.net/x.js\n"
            "var a = 1; // see https://example.com/\n"
            "</script>\n",
            note="comments in a script",
        ),
        page(
            "<script>var ns = 'http://www.w3.org/2000/svg';</script>\n", note="the name of a format"
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
