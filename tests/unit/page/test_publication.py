"""The files for the server: pages, notices, and when which of them is served."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from selfhost.page import publication, render
from selfhost.page.facts import RECORDING
from selfhost.page.model import Page, State
from selfhost.page.texts import Texts, languages
from selfhost.policy.catalogue import said, standards, text
from selfhost.policy.in_force import Change, InForce
from selfhost.policy.inventory import log_words
from selfhost.policy.model import Promise, Sentence
from tests.unit.page.conftest import KEPT, NOW, REPORT, STATEMENT, Make

NO_RECORDING = standards()["no-recording"].sentence

ALL = pytest.mark.parametrize("texts", languages(), ids=lambda one: one.language)


class Outline(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def served(files: dict[str, bytes], seconds: float, language: str = "en") -> str:
    """As nginx chooses: by the list of steps, then by what is there."""
    steps = dict(
        line.removesuffix(";").split() for line in files["valid.map"].decode().splitlines()
    )
    name = steps.get(str(int(seconds) // 10_000), "otherwise")
    return files[f"{name}.{language}.html"].decode()


def test_it_is_served_until_it_holds_no_more_and_never_longer(made: Make) -> None:
    files = publication.files(made(), b"{}\n", NOW)
    good, expired = languages()[0].say("valid"), languages()[0].say("expired")
    assert good in served(files, NOW.timestamp())
    end = STATEMENT.expires.timestamp()
    assert good in served(files, end - 20_001)
    for second in range(0, 40_000, 500):
        assert expired in served(files, end + second)
        assert good not in served(files, end + second)
    assert expired in served(files, NOW.timestamp() - 86_400)
    assert files["statements.intoto.jsonl"] == b"{}\n"


@pytest.mark.parametrize("verdict", ["fail", "expired"])
def test_without_a_statement_that_holds_there_is_no_page_that_says_so(
    made: Make, verdict: str
) -> None:
    now = NOW if verdict == "fail" else NOW + timedelta(days=9)
    page = made({"web-gravatar": "fail"}) if verdict == "fail" else made(now=now)
    files = publication.files(page, b"", now)
    assert not [name for name in files if name.startswith("valid.") and name.endswith("html")]
    assert files["valid.map"] == b""
    for name, content in files.items():
        if name.endswith((".html", ".map")):
            for texts in languages():
                assert said(NO_RECORDING, texts.language) not in content.decode()


@ALL
def test_the_page_is_plain_and_can_be_read_by_everybody(made: Make, texts: Texts) -> None:
    text = render.html(made(), texts)
    outline = Outline(text)
    tags = [tag for tag, _ in outline.elements]
    assert not {"script", "img", "link", "iframe", "form"} & set(tags)
    assert not [key for _, attributes in outline.elements for key in attributes if key[:2] == "on"]
    assert {"header", "main", "nav", "footer", "h1"} <= set(tags)
    assert tags.count("h1") == tags.count("main") == 1
    assert dict(outline.elements)["html"]["lang"] == texts.language
    labels = {attributes.get("id") for _, attributes in outline.elements}
    named = {attributes.get("aria-labelledby") for _, attributes in outline.elements} - {None}
    assert named <= labels
    assert "http" not in re.sub(r"https://meet\.example\.org\b", "", text).replace("http-equiv", "")
    assert "a<b>" not in text
    assert "meet.example.org" in outline.text
    assert "6 " in outline.text and "2026" in outline.text  # noqa: PT018 - the day of the end


@ALL
def test_what_is_kept_and_what_is_not_known(made: Make, texts: Texts) -> None:
    report = replace(REPORT, targets=(replace(REPORT.targets[0], kept=(*KEPT, ("new", None))),))
    text = Outline(render.html(made(report=report), texts)).text
    assert log_words("jicofo", True, texts.language) in text
    assert texts.say("days", days=3) in text
    assert log_words("nginx", False, texts.language) in text
    assert log_words("new", False, texts.language) in text
    assert texts.say("endless") in text
    logged = Outline(render.html(made({"nginx-access-log": "waived"}), texts)).text
    assert log_words("nginx", True, texts.language) in logged
    nothing = replace(REPORT, targets=(replace(REPORT.targets[0], kept=()),))
    assert texts.say("keeps-unknown") in Outline(render.html(made(report=nothing), texts)).text


@ALL
def test_a_recorder_is_told_first(made: Make, texts: Texts) -> None:
    page = made({"host-recorder": "allowed"}, profile=RECORDING)
    outline = Outline(render.html(page, texts))
    assert texts.say("recording-allowed") in outline.text
    assert texts.say("recording-allowed-means").strip() in outline.text
    assert said(NO_RECORDING, texts.language) in outline.text.partition(texts.say("excepted"))[2]
    boxes = [a["class"] for tag, a in outline.elements if (a.get("class") or "")[:7] == "verdict"]
    assert boxes == ["verdict open", "verdict bad"]
    assert render.notice(page, texts) == texts.say(
        "notice-recording", checked=texts.day(page.checked), url="https://meet.example.org/privacy"
    )


def test_consent_is_told_only_where_it_was_found(made: Make) -> None:
    texts = languages()[0]
    for change in ("waived", "fail"):
        outcomes = {"host-recorder": "allowed", "web-recording-consent": change}
        text = Outline(render.html(made(outcomes, profile=RECORDING), texts)).text
        assert texts.say("recording-allowed") in text
        assert texts.say("recording-allowed-means").strip() not in text


@ALL
@pytest.mark.parametrize("state", list(State))
def test_a_notice_is_one_line_that_breaks_out_of_nothing(
    made: Make, texts: Texts, state: State
) -> None:
    page: Page = replace(made(), state=state)
    line = render.notice(page, texts)
    assert "https://meet.example.org/privacy" in line
    assert str(page.checked.day) in line
    assert not set(line) & set("\"'\\$<>&\n\r\0")


def test_a_notice_names_only_what_was_promised_and_confirmed(made: Make) -> None:
    english, day = languages()[0], NOW.date()
    assert "no AI" in render.notice(made(), english)
    some = InForce(now=Change(day, day, Promise(30, (NO_RECORDING,))))
    assert "no AI" not in render.notice(made(promised=some), english)


def test_a_notice_with_a_quotation_mark_is_refused(made: Make) -> None:
    with pytest.raises(ValueError, match="notice-valid of en"):
        render.notice(replace(made(), domain="x'; alert(1); '"), languages()[0])


def test_the_notice_of_each_moment_and_language(made: Make) -> None:
    lines = publication.files(made(), b"", NOW)["notice.map"].decode().splitlines()
    entries = [re.fullmatch(r'"~([^"]+)" "([^"]+)";', line) for line in lines]

    def shown(key: str) -> str:
        return next(e[2] for e in entries if e is not None and re.search(e[1], key))

    english, german = languages()[0], languages()[1]
    page = made()
    assert shown("valid en") == render.notice(page, english)
    assert shown("valid fr") == render.notice(page, english)
    assert shown("valid de") == render.notice(page, german)
    assert "EXPIRED" in shown("otherwise fr")
    assert "ABGELAUFEN" in shown("otherwise de")


@ALL
@pytest.mark.parametrize("state", list(State))
def test_the_whole_promise_can_be_read_whatever_the_check_found(
    made: Make, texts: Texts, state: State
) -> None:
    own = Sentence("ours", controls=("prosody-open-rooms",), text={"en": "<Own>."})
    days = Sentence("log-days", fact="log-days", at_most=5)
    promise, day = Promise(30, (NO_RECORDING, days, own)), NOW.date()
    outcomes = {"prosody-open-rooms": "unknown"}
    page = replace(made(outcomes, promised=InForce(Change(day, day, promise))), state=state)
    before, heading, after = Outline(render.html(page, texts)).text.partition(texts.say("promise"))
    told = after.partition(texts.say("limits"))[0]
    assert heading
    assert all(said(one, texts.language) in told for one in promise.sentences)
    assert texts.say("promise-notice", days=30) in told
    assert promise.digest[:12] in told
    if state in (State.FAILED, State.EXPIRED):
        assert said(NO_RECORDING, texts.language) not in before
    assert texts.say("promise") not in Outline(render.html(made(), texts)).text


@ALL
def test_a_change_that_was_announced_is_told(made: Make, texts: Texts) -> None:
    was = (NO_RECORDING, Sentence("ours", controls=("prosody-open-rooms",), text={"en": "<Own>."}))
    day = NOW.date()
    now = Change(day, day, Promise(30, was))
    coming = Change(day, day + timedelta(days=30), Promise(14, (NO_RECORDING,)))
    page = made(promised=InForce(now, coming))
    html = render.html(page, texts)
    assert "<Own>" not in html
    told = Outline(html).text
    assert text(texts.language, "change.removed", was="<Own>.") in told
    assert text(texts.language, "change.notice", was=30, now=14) in told
    assert texts.say("promised", since=texts.day(NOW)) in told
    assert texts.day(NOW + timedelta(days=30)) in told
    assert texts.say("announced") not in Outline(render.html(made(), texts)).text


def test_what_the_watch_found_is_shown_at_any_time(made: Make) -> None:
    page = made({"web-gravatar": "fail"}, signed=False)
    files = publication.found(page)
    assert files["found.map"].decode().splitlines() == ["# 2026-11-28T11:00:00Z", '"~." found;']
    for texts in languages():
        text = files[f"found.{texts.language}.html"].decode()
        assert texts.say("failed") in text
        assert said(NO_RECORDING, texts.language) not in text
    lines = files["notice-found.map"].decode().splitlines()
    entries = [re.fullmatch(r'"~([^"]+)" "([^"]+)";', line) for line in lines]
    for key, texts in (("found de", languages()[1]), ("found fr", languages()[0])):
        line = next(e[2] for e in entries if e is not None and re.search(e[1], key))
        assert line == render.notice(page, texts)
    assert not [e for e in entries if e is None or re.search(e[1], "valid en")]
