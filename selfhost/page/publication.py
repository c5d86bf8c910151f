"""All that is put on the server: pages, notices, the chain, and when which of them is served. Pure.

``valid.LANGUAGE.html`` is there only while a statement holds, and is served only in the moments
that ``valid.map`` lists; in any other, and by default, it is ``otherwise.LANGUAGE.html``. While
``found.map`` is there, it is ``found.LANGUAGE.html`` at any time.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from selfhost.attest.source import NAME
from selfhost.by_language import DEFAULT
from selfhost.page import clock, render
from selfhost.page.model import TIMED, Page, State
from selfhost.page.publish_program import FOUND_MAP, FOUND_NOTICE, stamp
from selfhost.page.texts import languages

VALID, OTHERWISE = "valid", "otherwise"


def files(page: Page, chain: bytes, now: datetime) -> dict[str, bytes]:
    """Contents by name. Raises ValueError for a notice that cannot be one."""
    pages = {OTHERWISE: page}
    listed = ""
    if page.state in TIMED and page.until is not None:
        pages = {VALID: page, OTHERWISE: replace(page, state=State.EXPIRED)}
        listed = clock.listed(clock.steps(now, page.until), VALID)
    return {
        NAME: chain,
        "valid.map": listed.encode(),
        "notice.map": "".join(_notices(pages)).encode(),
        **_pages(pages),
    }


def found(page: Page) -> dict[str, bytes]:
    """What the server's own watch puts there while its audit fails."""
    pages = {"found": page}
    files = {
        FOUND_MAP: f'# {stamp(page.checked)}\n"~." found;\n'.encode(),
        FOUND_NOTICE: "".join(_notices(pages)).encode(),
    }
    return {**files, **_pages(pages)}


def _pages(pages: dict[str, Page]) -> dict[str, bytes]:
    return {
        f"{name}.{texts.language}.html": render.html(one, texts).encode()
        for name, one in pages.items()
        for texts in languages()
    }


def _notices(pages: dict[str, Page]) -> Iterable[str]:
    """Lines of an nginx map over "NAME LANGUAGE"; of patterns, the first that fits counts."""
    for name, page in pages.items():
        for texts in reversed(languages()):
            language = "" if texts.language == DEFAULT else f"{texts.language}$"
            yield f'"~^{name} {language}" "{render.notice(page, texts)}";\n'
