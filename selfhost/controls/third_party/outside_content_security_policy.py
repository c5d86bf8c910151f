from collections.abc import Iterator

from selfhost.controls import csp
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
from selfhost.controls.outside_examples import page, seen
from selfhost.controls.text_predicates import looked_at
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.server import Server
from selfhost.readers.outside import Seen

HEADER = "content-security-policy"
RELEVANT = (*csp.FETCHING, "default-src", "form-action", "script-src-elem")


def check(server: Server) -> Iterator[Verdict]:
    """The policy that the page came with, as a browser got it."""
    pages = [answer for answer in server.outside("outside.responses") if _is_page(answer)]
    if not pages:
        yield unknown("the page's headers were not seen", *looked_at(server, "outside.responses"))
    for answer in pages:
        cited = Cited(answer.origin, HEADER)
        # Of several policies each holds, so the strictest of them counts.
        judged = [_judged(server, text, cited) for text in _policies(answer.header(HEADER))]
        if not judged:
            yield fail("the page is served without a Content-Security-Policy", cited)
        else:
            yield next((v for v in judged if v.status == "pass"), judged[0])


def _is_page(answer: Seen) -> bool:
    return answer.text("what") == "page" and answer.number("status") == 200


def _policies(header: str) -> list[str]:
    return [part for line in header.split("\n") for part in line.split(",") if part.strip()]


def _judged(server: Server, text: str, cited: Cited) -> Verdict:
    policy = csp.parse(text)
    for name in csp.FETCHING:
        if policy.sources(name) is None:
            return fail(f"the policy leaves {name} open: pages may reach any host", cited)
    unclear: list[str] = []
    for name in RELEVANT:
        for source in policy.directives.get(name, ()):
            host = csp.host_of_source(source)
            if host is None:
                continue
            owner = whose(server, host.removeprefix("*."))
            if host == "*" or owner.owner is Owner.FOREIGN:
                return fail(f"the policy lets pages reach {source} ({name})", cited)
            if owner.owner is Owner.UNCLEAR:
                unclear.append(source)
    if unclear:
        return unknown(f"it cannot be told whose {', '.join(unclear)} is", cited)
    return passed("pages may reach the deployment's own hosts only", cited)


OWN = "default-src 'self'; connect-src 'self' wss://meet.example.org; object-src 'none'"

CONTROL = Control(
    id="outside-content-security-policy",
    title="The served page keeps browsers from other hosts",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("outside.responses",),
    risk="A link can switch client settings back on (#config.…). Only this header then keeps the "
    "browser from trackers, avatars and other third parties.",
    upstream_default="no such header",
    fix=Fix(
        variable="web_content_security_policy",
        by_hand="Ask the operator for a Content-Security-Policy with default-src 'self'.",
    ),
    references=("https://www.w3.org/TR/CSP3/",),
    surfaces=("nginx-csp-missing", "default-outbound-hosts-browser"),
    check=check,
    bad=(
        seen("outside.responses", page(), at=1),
        seen("outside.responses", page(content_security_policy="frame-ancestors 'none'"), at=1),
        seen("outside.responses", page(content_security_policy=OWN + "; img-src https:"), at=1),
        seen("outside.responses", page(content_security_policy_report_only=OWN), note="no effect"),
    ),
    good=(
        seen("outside.responses", page(content_security_policy=OWN)),
        seen(
            "outside.responses",
            page(content_security_policy=f"frame-ancestors 'none', {OWN}"),
            note="the stricter of two holds",
        ),
    ),
    unclear=(
        seen("outside.responses", page(503), note="no page"),
        Example({}, note="nothing was seen"),
    ),
)
