from collections.abc import Iterator

from selfhost.controls.browser_examples import OWN, request, visit
from selfhost.controls.browser_predicates import conclude, foreign
from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    """Requests of a real browser to known trackers and AI services that nothing stopped."""
    found = foreign(server, "let through", measuring=True)
    yield from conclude(server, "browser.requests", found, "no known tracker is contacted")


CONTROL = Control(
    id="browser-trackers",
    title="A participant's browser contacts no tracker and no AI service",
    category=Category.TELEMETRY,
    severity=Severity.CRITICAL,
    component="web",
    needs=("browser.visit", "browser.requests"),
    risk="A statistics or AI service gets who meets, when, from where, and what the page tells.",
    upstream_default="none without settings",
    fix=Fix(
        variable="web_content_security_policy",
        by_hand="Set analytics.disabled and disableThirdPartyRequests in config.js, remove foreign "
        "scripts from the page, and serve a Content-Security-Policy.",
    ),
    references=("jitsi/jitsi-meet: react/features/analytics", "docs/browser.md"),
    gdpr="Art. 44",
    surfaces=("default-outbound-hosts-browser",),
    check=check,
    bad=(
        visit("browser.requests", OWN, request("https://api2.amplitude.com/2/httpapi"), at=2),
        visit("browser.requests", request("https://www.googletagmanager.com/gtag/js"), at=1),
        visit("browser.requests", request("https://api.openai.com/v1/x", "Fetch"), at=1),
    ),
    good=(
        visit("browser.requests", OWN),
        visit(
            "browser.requests",
            request("https://api2.amplitude.com/", outcome="stopped"),
            note="the policy stopped it",
        ),
    ),
    unclear=(
        visit("browser.requests", OWN, stopped_at="join"),
        Example({}, note="nothing was seen"),
    ),
)
