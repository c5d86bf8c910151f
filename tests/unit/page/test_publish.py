"""selfhost publish, as an admin runs it; the server itself is for the lab tier."""

import json
from datetime import timedelta
from pathlib import Path

from selfhost.page.texts import languages
from tests.unit.attest.test_attest_and_verify import SIGN, audited, selfhost
from tests.unit.command_line import Command

__all__ = ["selfhost"]  # a fixture

PUBLISH = ("publish", "--key", "key.pub", "-o", "site")
ENGLISH = languages()[0]


def page(name: str = "otherwise") -> str:
    return Path(f"site/{name}.en.html").read_text("utf-8")


def test_after_audit_and_statement_the_page_is_made(selfhost: Command) -> None:
    selfhost(*SIGN)
    done = selfhost(*PUBLISH)
    assert done.code == 1, "one control alone confirms few sentences"
    assert ENGLISH.say("exceptions") in done.out
    assert ENGLISH.say("exceptions") in page("valid")
    assert ENGLISH.say("expired") in page()
    chain = Path("inventory/statements.intoto.jsonl")
    assert Path("site/statements.intoto.jsonl").read_bytes() == chain.read_bytes()


def test_a_later_audit_that_failed_is_told_unsigned(selfhost: Command) -> None:
    selfhost(*SIGN)
    audited("bad", timedelta(seconds=1))
    done = selfhost(*PUBLISH)
    assert done.code == 1
    assert ENGLISH.say("failed") in done.out
    assert ENGLISH.say("failed") in page()
    assert not list(Path("site").glob("valid.*.html"))


def test_a_later_audit_is_later_though_the_clock_was_set_back(selfhost: Command) -> None:
    selfhost(*SIGN)
    audited("bad", timedelta(days=1))
    assert ENGLISH.say("failed") in selfhost(*PUBLISH).out


def test_an_older_audit_that_failed_is_the_past(selfhost: Command) -> None:
    audited("bad", timedelta(seconds=40))
    audited("good", timedelta(seconds=20))
    selfhost(*SIGN)
    assert ENGLISH.say("failed") not in selfhost(*PUBLISH).out


def test_without_a_statement_there_is_no_page(selfhost: Command) -> None:
    done = selfhost(*PUBLISH)
    assert done.code == 2
    assert "selfhost attest" in done.err
    assert not Path("site").exists()


def test_a_chain_that_is_not_good_is_not_published(selfhost: Command) -> None:
    selfhost(*SIGN)
    chain = Path("inventory/statements.intoto.jsonl")
    envelope = json.loads(chain.read_text())
    envelope["signatures"][0]["sig"] = envelope["signatures"][0]["sig"][::-1]
    chain.write_text(json.dumps(envelope))
    done = selfhost(*PUBLISH)
    assert done.code == 2
    assert "are not good" in done.err


def test_a_report_that_is_gone_is_asked_for(selfhost: Command) -> None:
    Path("report.json").write_text(selfhost("history", "--show", "latest").out)
    selfhost(*SIGN)
    Path("inventory/history.sqlite").unlink()
    done = selfhost(*PUBLISH)
    assert done.code == 2
    assert "--report" in done.err
    assert selfhost(*PUBLISH, "--report", "report.json").code == 1
    assert Path("site/valid.en.html").exists()


def test_the_key_of_attest_is_the_default(selfhost: Command) -> None:
    done = selfhost("publish", "-o", "site")
    assert done.code == 2
    assert "--key" in done.err
