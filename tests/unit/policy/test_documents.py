"""Privacy notice, record of processing, data inventory: what the operator says, and facts."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from selfhost.audit.model import Report, Seen, TargetReport
from selfhost.controls.model import Status
from selfhost.policy import documents
from selfhost.policy.catalogue import languages
from selfhost.policy.documents import Document, Sources
from selfhost.policy.in_force import InForce, announced, in_force
from selfhost.policy.inventory import Row, rows
from selfhost.reports import document
from tests.unit.policy.samples import DOMAIN, HEAD, TODAY, policy, report, server, without_kept

POLICY = policy(
    "- id: no-ai\n- {id: log-days, at_most: 3}\n- id: ours\n"
    "  text: {en: No <b>pictures</b>, de: Keine Bilder}\n  controls: [web-gravatar]\n",
    "languages: [en, de]\n"
    + HEAD.replace("contact:", "purposes: {en: Meeting, de: Treffen}, contact:"),
)


FIREWALL = "A firewall drops what no rule lets in."


def accounts(state: str) -> Seen:
    return Seen("prosody.accounts", "/var/lib/prosody/*/accounts/*", state, "", "")


def sources(
    found: Report | None = None, language: str = "en", now: InForce | None = None
) -> Sources:
    return Sources(
        domain=DOMAIN,
        policy=POLICY,
        promise=POLICY.promise,
        in_force=now or InForce(),
        report=found or report(),
        today=TODAY,
        language=language,
    )


def section(made: Document, heading: str) -> documents.Section:
    (found,) = [one for one in made.sections if heading in one.heading]
    return found


def data(*targets: TargetReport) -> dict[str, Row]:
    return {row.id: row for row in rows(report(*targets), TODAY, "en")}


def test_what_is_kept_and_what_is_not() -> None:
    found = data(replace(server(host_recorder=Status.FAIL), documents=(accounts("present"),)))
    assert (found["chat"].kept, found["chat"].held) == ("not kept", False)
    assert (found["media"].held, found["media"].where) == (True, "/etc/x.conf:7")
    assert found["media"].shown_by == ("host-recorder: it is fail",)
    assert (found["log-nginx"].kept, found["log-nginx"].held) == ("3 days at most", True)
    assert found["log-nginx"].name == "Log – Web server: grave faults, at times with addresses"
    assert found["log-journal"].where == "systemd-journald"
    assert found["accounts"].where == "/var/lib/prosody/*/accounts/*"
    assert found["accounts"].kept == "until the account is removed"


def test_what_the_facts_do_not_show_is_not_determined() -> None:
    found = data(without_kept(server(without=["prosody-message-archive"])))
    assert [found[name].kept for name in ("chat", "log", "accounts")] == ["not determined"] * 3
    assert [found[name].held for name in ("chat", "log", "accounts")] == [None] * 3
    denied = data(replace(server(), documents=(accounts("denied"),)))["accounts"]
    assert (denied.held, denied.kept) == (None, "not determined")
    assert (denied.where, found["chat"].where) == ("not determined", "not determined")
    absent = data(replace(server(), documents=(accounts("absent"),)))["accounts"]
    assert (absent.held, absent.kept) == (False, "not kept")


@pytest.mark.parametrize("status", [Status.FAIL, Status.UNKNOWN])
def test_a_log_of_visits_is_called_one_unless_the_audit_shows_otherwise(status: Status) -> None:
    found = data(server(nginx_access_log=status))
    assert found["log-nginx"].name == "Log – Web server: who asked for what, and when"
    unknown = data(replace(server(), kept=(("jigasi", 3),)))["log-jigasi"]
    assert unknown.name == "Log – Other programs of Jitsi"


def test_what_a_server_that_was_not_reached_has_is_not_determined() -> None:
    lost = TargetReport("lost", "", (), (), (), unreachable="gone")
    assert data(server(), lost)["chat"].shown_by == ("lost was not reached: gone",)


def test_logs_without_an_end_and_of_several_servers() -> None:
    endless = replace(server("b"), kept=(("nginx", None),))
    found = rows(report(server("a"), endless), TODAY, "en")
    logs = {row.server: row.kept for row in found if row.id == "log-nginx"}
    assert logs == {"a": "3 days at most", "b": "without an end"}
    assert found[-1].named == "Accounts of the chat server (b)"


@pytest.mark.parametrize("name", ["zzz", "aaa"])
def test_the_notice_names_no_server_and_tells_the_worst_of_them(name: str) -> None:
    other = replace(server(name), kept=(("nginx", None), ("prosody", 1)))
    other = replace(other, documents=(accounts("present"),))
    audit = report(replace(server("bbb"), documents=(accounts("absent"),)), other)
    made = documents.notice(sources(audit))
    text = document.render(made, "markdown")
    assert name not in text
    assert "bbb" not in text
    kept = {row[0]: row[1] for row in section(made, "What is kept").rows}
    assert kept["Log – Web server: grave faults, at times with addresses"] == "without an end"
    assert kept["Log – Chat server: its starts, logins and faults"] == "2 days at most"
    assert kept["Accounts of the chat server"] == "until the account is removed"


def test_the_record_has_every_field_of_the_article() -> None:
    made = documents.record(sources())
    assert [one.heading[:3] for one in made.sections[:-1]] == [f"({c})" for c in "abcdefg"]
    assert "Name: An association" in section(made, "(a)").items
    assert "Data protection officer: not stated" in section(made, "(a)").items
    assert "Joint controller: not stated" in section(made, "(a)").items
    assert section(made, "(b)").paragraphs == ("Meeting", "Legal basis: not stated")
    live, *kept = section(made, "(c)").rows
    assert live[1:] == ("participants in meetings", "while a meeting lasts")
    assert {one[2] for one in kept} == {"yes, by what the audit found", "not determined"}
    assert len(kept) == 4, "logs and accounts; nothing of what is not kept"
    assert "not determined" in section(made, "(e)").paragraphs[0]
    assert ("Log – Chat server: its starts, logins and faults", "2 days at most") in section(
        made, "(f)"
    ).rows
    assert section(made, "(g)").paragraphs[0].endswith("as the operator says: not stated")
    assert (FIREWALL, "✓ in place") in section(made, "(g)").rows


def test_measures_and_recipients_are_those_of_the_audit() -> None:
    worse = report(server(host_firewall=Status.FAIL, web_gravatar=Status.FAIL))
    made = documents.record(sources(worse))
    assert (FIREWALL, "✗ NOT in place") in section(made, "(g)").rows
    assert section(made, "(d)").items == ("web-gravatar: it is fail",)
    unseen = report(server(without=["host-firewall", "web-gravatar"]))
    made = documents.record(sources(unseen))
    assert (FIREWALL, "? not determined") in section(made, "(g)").rows
    assert "not determined" in section(made, "(d)").paragraphs[1]


def test_the_notice_says_what_is_broken_and_what_will_change() -> None:
    first = announced((), POLICY.promise, TODAY)
    later = policy("- id: no-ai\n").promise
    found = in_force((first, announced((first,), later, TODAY)), TODAY)
    audit = report(server(web_gravatar=Status.FAIL, host_ai_programs=Status.UNKNOWN))
    made = documents.notice(sources(audit, now=found))
    promise = section(made, "What we promise")
    assert promise.paragraphs[0] == f"In force since {TODAY}."
    assert promise.paragraphs[1] == "A change is announced 14 days before it takes effect."
    assert promise.rows == (
        ("No artificial intelligence hears, sees or reads meetings.", "? not determined"),
        ("Logs are kept for 3 days at most.", "✓ kept"),
        ("No <b>pictures</b>", "✗ NOT KEPT"),
    )
    change = section(made, "What will change")
    assert str(TODAY + timedelta(days=14)) in change.paragraphs[0]
    assert "No longer promised: Logs are kept for 3 days at most." in change.items


def test_the_notice_has_what_article_13_asks_for() -> None:
    made = documents.notice(sources())
    assert section(made, "Transfers").paragraphs[0].startswith("not determined")
    assert "mail@example.test" in section(made, "Your rights").paragraphs[0]


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", documents.KINDS)
def test_every_document_in_every_language_and_format(kind: str, language: str) -> None:
    made = documents.KINDS[kind](sources(language=language))
    assert made.sections[-1].paragraphs[-1] in (
        "It was made by a program and is no legal advice.",
        "Es wurde von einem Programm erstellt und ist keine Rechtsberatung.",
    )
    page = Page(document.render(made, "html"))
    assert not page.tags & {"script", "img", "link", "iframe"}
    markdown = document.render(made, "markdown")
    assert markdown.startswith("# ")
    for one in made.sections:
        assert one.heading in page.text
        assert all(paragraph in page.text for paragraph in one.paragraphs)
        assert all(item in page.text for item in one.items)
        assert all(len(row) == len(one.head) for row in one.rows)


def test_no_text_of_a_server_or_a_person_is_markup() -> None:
    hostile = (
        "<script>x</script> [a](javascript:1) **b** | ` \x1b[2J\u202e https://evil.example @all"
    )
    made = Document(
        "t",
        "en",
        (documents.Section("h", (hostile, "- a", "1. b"), (hostile,), ("c",), ((hostile,),)),),
    )
    html = document.render(made, "html")
    assert "script" not in Page(html).tags
    assert "\x1b" not in html
    text = document.render(made, "markdown")
    assert "\\<script\\>" in text
    assert "\\[a\\](" in text
    assert "\\|" in text
    assert "https\\://evil" in text
    assert "\\@all" in text
    assert not {"\x1b", "\u202e"} & set(text)
    assert "\n\\- a\n" in text
    assert "\n&#49;. b\n" in text


def test_what_the_operator_writes_is_readable_as_text() -> None:
    made = documents.notice(sources(language="de"))
    text = document.render(made, "markdown")
    assert "Treffen" in text
    assert "Keine Bilder" in text
    assert "- Name: An association\n" in text
