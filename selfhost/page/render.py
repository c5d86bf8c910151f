"""The page as HTML, and its line in the meeting. Pure.

No script, nothing loaded: its own Content-Security-Policy allows its own style, by digest.
"""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from selfhost.attest.source import WELL_KNOWN
from selfhost.page.model import TIMED, Held, Page, State
from selfhost.page.texts import Texts, languages

PATH = "/privacy"
_LOOKS = {
    State.VALID: ("good", "✓"),
    State.EXCEPTIONS: ("open", "✓"),
    State.PARTIAL: ("open", "?"),
    State.FAILED: ("bad", "✗"),
    State.EXPIRED: ("bad", "✗"),
}
#: It stands inside a string of nginx's configuration, and in one of the web client's settings.
_NOTICE = re.compile(r"[^\"'\\$<>&\x00-\x1f]{1,300}")


def html(page: Page, texts: Texts) -> str:
    """The whole page in one language."""
    style = _source("page.css")
    tone, sign = _LOOKS[page.state]
    timed = page.state in TIMED
    advice = f"{page.state}-advice"
    return _template().render(
        page=page,
        language=texts.language,
        languages=languages(),
        say=texts.say,
        tone=tone,
        sign=sign,
        advice=advice if texts.has(advice) else "",
        checked=texts.day(page.checked),
        until=texts.minute(page.until) if page.until else "",
        # What is good is said only on a page that is sure to go when it does not hold any more.
        timed=timed,
        confirmed=page.those(Held.CONFIRMED) if timed else (),
        excepted=page.those(Held.EXCEPTED) if page.state is not State.EXPIRED else (),
        broken=page.those(Held.BROKEN) if page.state is not State.EXPIRED else (),
        open=page.those(Held.OPEN) if page.state is not State.EXPIRED else (),
        kept=_kept(page, texts),
        well_known=WELL_KNOWN,
        style=Markup(style),  # noqa: S704 - our own file
        style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def notice(page: Page, texts: Texts) -> str:
    """One line for the meeting. Raises ValueError for signs that it must not hold."""
    key = f"notice-{page.state}"
    if page.state in TIMED and page.recording:
        key = "notice-recording"
    line = texts.say(key, checked=texts.day(page.checked), url=f"https://{page.domain}{PATH}")
    if not _NOTICE.fullmatch(line):
        raise ValueError(f"{key} of {texts.language} holds what a notice cannot")
    return line


def _kept(page: Page, texts: Texts) -> list[tuple[str, int | None]]:
    """Keys of the texts, and days. A log that has no words is one of Jitsi's other programs."""
    visits = "visits" in page.those(Held.CONFIRMED)
    found: list[tuple[str, int | None]] = []
    for log, days in page.kept:
        key = "log-nginx-visits" if log == "nginx" and not visits else f"log-{log}"
        found.append((key if texts.has(key) else "log-jitsi", days))
    return found


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html.j2")


def _source(name: str) -> str:
    return files("selfhost.page").joinpath("templates", name).read_text("utf-8")
