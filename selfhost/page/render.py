"""The page as HTML, and its line in the meeting. Pure."""

import re
from datetime import UTC, date, datetime

from selfhost.attest.source import WELL_KNOWN
from selfhost.page.model import TIMED, Held, Page, State
from selfhost.page.texts import Texts, languages
from selfhost.policy.catalogue import said
from selfhost.policy.changes import described
from selfhost.policy.inventory import log_words
from selfhost.reports import single_page

PATH = "/privacy"
#: The sentence (``selfhost/policy/sentences.yml``) without which the web server's log has visits.
_NO_VISITS = "no-visitor-log"
#: Those that the line in meetings puts in words, where all of them were confirmed.
_NAMED = frozenset({"no-recording", "no-transcription", "no-ai"})
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
    tone, sign = _LOOKS[page.state]
    timed = page.state in TIMED
    now, coming = page.promised.now, page.promised.coming
    advice = f"{page.state}-advice"
    return single_page.render(
        "selfhost.page",
        "page.html.j2",
        ("page.css",),
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
        confirmed=_said(page, Held.CONFIRMED, texts) if timed else (),
        excepted=_said(page, Held.EXCEPTED, texts),
        broken=_said(page, Held.BROKEN, texts),
        open=_said(page, Held.OPEN, texts),
        since=texts.day(_midnight(now.effective)) if now else "",
        announced=texts.day(_midnight(coming.announced)) if coming else "",
        effective=texts.day(_midnight(coming.effective)) if coming else "",
        coming=_coming(page, texts),
        promise=[said(one, texts.language) for one in now.promise.sentences] if now else (),
        promise_name=now.promise.digest[:12] if now else "",
        notice_days=now.promise.notice_days if now else 0,
        kept=_kept(page, texts),
        well_known=WELL_KNOWN,
    )


def notice(page: Page, texts: Texts) -> str:
    """One line for the meeting. Raises ValueError for signs that it must not hold."""
    key = f"notice-{page.state}"
    if page.state in TIMED and page.recording:
        key = "notice-recording"
    elif page.state is State.VALID and not {one.id for one in page.those(Held.CONFIRMED)} >= _NAMED:
        key = "notice-in-order"
    line = texts.say(key, checked=texts.day(page.checked), url=f"https://{page.domain}{PATH}")
    if not _NOTICE.fullmatch(line):
        raise ValueError(f"{key} of {texts.language} holds what a notice cannot")
    return line


def _said(page: Page, held: Held, texts: Texts) -> list[str]:
    """The words of those sentences; of an expired check, none."""
    if page.state is State.EXPIRED:
        return []
    return [said(one, texts.language) for one in page.those(held)]


def _coming(page: Page, texts: Texts) -> list[str]:
    """What was announced, a sentence each."""
    now, coming = page.promised.now, page.promised.coming
    if now is None or coming is None:
        return []
    return described(now.promise, coming.promise, texts.language)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _kept(page: Page, texts: Texts) -> list[tuple[str, int | None]]:
    """What each log tells, and for how many days it is kept."""
    visits = all(one.id != _NO_VISITS for one in page.those(Held.CONFIRMED))
    return [(log_words(log, visits, texts.language), days) for log, days in page.kept]
