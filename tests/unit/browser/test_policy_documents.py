"""The documents of the policy in real Chromium: axe-core finds nothing, and nothing is cut off."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from selfhost.audit.model import Report, TargetReport
from selfhost.controls.model import Status
from selfhost.policy.catalogue import languages, standards
from selfhost.policy.documents import KINDS, Sources
from selfhost.policy.in_force import announced, in_force
from selfhost.reports import document
from tests.unit.browser.chromium_page import ShownPage, chromium_page
from tests.unit.policy.samples import DOMAIN, HEAD, TODAY, policy, report, server

LONG = "bridge-with-quite-a-long-name.conference.department.example-organisation.example"
ALL = "".join(
    f"- id: {name}\n" + ("  at_most: 3\n" if one.sentence.fact else "")
    for name, one in standards().items()
)
POLICY = policy(ALL, "languages: [en, de]\n" + HEAD)


def worst() -> Report:
    """Several servers, one of them lost; what is kept, what is not, what cannot be told."""
    first = server(web_gravatar=Status.FAIL, host_recorder=Status.FAIL, host_firewall=Status.FAIL)
    second = server(LONG, host_ai_programs=Status.UNKNOWN)
    return report(
        first,
        replace(second, kept=(("nginx", None), ("videobridge", 14))),
        TargetReport("lost.example", "", (), (), (), unreachable="Connection timed out " * 5),
    )


def shown(kind: str, language: str) -> str:
    first = announced((), POLICY.promise, TODAY - timedelta(days=30))
    later = announced((first,), policy("- id: no-ai\n").promise, TODAY)
    made = KINDS[kind](
        Sources(
            domain=DOMAIN,
            policy=POLICY,
            promise=POLICY.promise,
            in_force=in_force((first, later), TODAY),
            report=worst(),
            today=TODAY,
            language=language,
        )
    )
    return document.render(made, "html")


@pytest.fixture(scope="module")
def page() -> Iterator[ShownPage]:
    with chromium_page() as shown_page:
        yield shown_page


def ground(page: ShownPage) -> str:
    return str(page.value("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    page: ShownPage, kind: str, language: str
) -> None:
    page.show(shown(kind, language))
    for width in (360, 1440):
        page.look(width)
        assert page.violations() == [], width
    for width in (320, 360, 768, 1440):
        page.look(width)
        assert page.value("document.documentElement.scrollWidth <= innerWidth"), width
        cut = "[...document.querySelectorAll('h1, h2, p, li, tbody th, td')]"
        assert page.value(f"{cut}.filter(one => one.scrollWidth > one.clientWidth).length") == 0
    light = ground(page)
    page.look(1440, dark=True)
    # A ground of its own: axe-core takes one that is left to the browser to be white.
    assert ground(page) not in (light, "rgba(0, 0, 0, 0)")
    assert page.violations("color-contrast") == []


def test_axe_would_find_something(page: ShownPage) -> None:
    spoilt = shown("inventory", "en").replace('<html lang="en">', "<html>")
    page.show(spoilt.replace("h2>", "h4>"))
    page.look(1440)
    assert {"html-has-lang", "heading-order"} <= {one["rule"] for one in page.violations()}
