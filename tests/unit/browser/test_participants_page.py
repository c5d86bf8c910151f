"""The page for participants in real Chromium: axe-core finds nothing, and nothing is cut off."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from selfhost.page import render
from selfhost.page.model import Held, Page, Sentence, State
from selfhost.page.texts import Texts, languages
from selfhost.policy.catalogue import standards
from selfhost.policy.in_force import Change, InForce
from selfhost.policy.model import Promise
from tests.unit.browser.chromium_page import ShownPage, chromium_page
from tests.unit.page.conftest import AUDITED, NOW, STATEMENT

WIDTHS = (320, 768, 1440)
ALL = tuple(one.sentence for one in standards().values() if not one.sentence.fact)
DAY = NOW.date()
#: Every part that there is.
FULL = Page(
    domain="a-long-name-of-a-server-for-meetings.department.example.org",
    state=State.EXCEPTIONS,
    checked=AUDITED,
    until=STATEMENT.expires,
    servers=2,
    controls=180,
    version="1.2.3",
    recording=True,
    consent=True,
    sentences=tuple(
        Sentence(one, held)
        for one, held in zip(ALL, [Held.EXCEPTED, Held.OPEN, *[Held.CONFIRMED] * 99], strict=False)
    ),
    kept=(("jicofo", 3), ("videobridge", 1), ("nginx", None)),
    promised=InForce(Change(DAY, DAY, Promise(30, ALL)), Change(DAY, DAY, Promise(30, ALL[2:]))),
)
PAGES = {state: replace(FULL, state=state) for state in State}
PAGES[State.FAILED] = replace(
    PAGES[State.FAILED], sentences=tuple(Sentence(one, Held.BROKEN) for one in ALL)
)


@pytest.fixture(scope="module")
def page() -> Iterator[ShownPage]:
    with chromium_page() as shown:
        yield shown


@pytest.mark.parametrize("texts", languages(), ids=lambda one: one.language)
@pytest.mark.parametrize("state", State)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    page: ShownPage, state: State, texts: Texts
) -> None:
    page.show(render.html(PAGES[state], texts))
    for width in WIDTHS:
        page.look(width)
        assert page.violations() == [], width
        assert page.value("document.documentElement.scrollWidth <= innerWidth"), width
        page.look(width, dark=True)
        assert page.violations("color-contrast") == [], width


def test_axe_would_find_something(page: ShownPage) -> None:
    spoilt = render.html(FULL, languages()[0]).replace('<html lang="en">', "<html>")
    page.show(spoilt.replace("--good: #116329", "--good: #cccccc"))
    page.look(1440)
    assert "html-has-lang" in {one["rule"] for one in page.violations()}
