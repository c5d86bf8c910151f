"""The history of audits: whole, in order, and never half."""

import multiprocessing
import resource
import sqlite3
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from selfhost.audit import saved
from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Change, FactKind, Report, Result, Seen
from selfhost.cli.root import run
from selfhost.controls import examples
from selfhost.controls.model import Severity
from selfhost.controls.registry import find
from selfhost.errors import UsageError
from selfhost.history import store
from selfhost.history.model import choose
from selfhost.reports.json import render

CONTROL = find("jicofo-transcription-url")
NOW = "2026-11-01T00:00:00Z"
FILE = "/etc/jitsi/jicofo/jicofo.conf"


def result(kind: str, control: str = "") -> Result:
    found = evaluate(examples.evidence(CONTROL, getattr(CONTROL, kind)[0]), [CONTROL])
    return replace(found.results[0], control=control or CONTROL.id)


def report(
    *results: Result,
    at: str = NOW,
    catalogue: str = "0" * 64,
    sha256: str = "a" * 64,
    jvb: str = "1",
) -> Report:
    target = evaluate(examples.evidence(CONTROL, CONTROL.good[0]), [])
    target = replace(
        target,
        collected_at=at,
        results=tuple(replace(one, target=target.target) for one in results),
        documents=(Seen("jicofo.config", FILE, "present", "", sha256),),
        versions=(("jitsi-videobridge2", jvb),),
    )
    return Report((target,), Severity.LOW, "1.2.3", len(results), catalogue)


PASS, FAIL = result("good"), result("bad")


def test_reports_come_back_byte_for_byte_and_changes_are_kept(tmp_path: Path) -> None:
    reports = [report(PASS), report(FAIL, sha256="b" * 64), report(PASS, sha256="c" * 64, jvb="2")]
    found = [store.add(tmp_path, one, NOW) for one in reports]
    texts = [render(one) for one in reports]
    entries = store.entries(tmp_path)
    assert [store.report(tmp_path, entry) for entry in entries] == texts
    assert [entry.id for entry in entries] == [1, 2, 3]
    kinds = [[change.change for change in entry.changes] for entry in entries]
    assert kinds == [[], ["new"], ["fixed"]]
    assert found[0] is None
    assert found[2] is not None
    facts = {(one.kind, one.name, one.was, one.now) for one in found[2].facts}
    assert (FactKind.PACKAGE, "jitsi-videobridge2", "1", "2") in facts
    assert (FactKind.FILE, FILE, "present bbbbbbbbbbbb", "present cccccccccccc") in facts
    assert (entries[1].policy, entries[1].count("fail"), entries[1].facts) == ("fail", 1, 1)
    assert (tmp_path / store.NAME).stat().st_mode & 0o777 == 0o600


def test_an_audit_is_compared_as_what_it_was_before_it_was_written(tmp_path: Path) -> None:
    one = report(FAIL, PASS)
    store.add(tmp_path, one, NOW)
    (entry,) = store.entries(tmp_path)
    assert store.compared(tmp_path, entry) == saved.of(one, "audit 1")
    assert saved.read(render(one), "audit 1") == saved.of(one, "audit 1")


def test_a_control_that_is_new_upstream_is_told_apart(tmp_path: Path) -> None:
    added = result("bad", "jicofo-something-new")
    store.add(tmp_path, report(PASS), NOW)
    found = store.add(tmp_path, report(PASS, added, catalogue="1" * 64), NOW)
    assert found is not None
    assert [one.change for one in found.changes] == [Change.FIRST]
    assert found.new_controls == ("jicofo-something-new",)
    # Under the same catalogue, it is the server that differs.
    third = store.add(tmp_path, report(PASS, added, FAIL, catalogue="1" * 64), NOW)
    assert third is not None
    assert third.new_controls == ()


@pytest.mark.parametrize(
    ("catalogue", "sha256", "told"),
    [("1" * 64, "a" * 64, True), ("1" * 64, "b" * 64, False), ("0" * 64, "a" * 64, False)],
)
def test_a_control_that_judges_otherwise_is_told_apart(
    tmp_path: Path, catalogue: str, sha256: str, told: bool
) -> None:
    store.add(tmp_path, report(PASS), NOW)
    found = store.add(tmp_path, report(FAIL, catalogue=catalogue, sha256=sha256), NOW)
    assert found is not None
    assert [(one.change, one.by_catalogue) for one in found.changes] == [(Change.NEW, told)]


def test_which_audit_is_meant(tmp_path: Path) -> None:
    for day in ("01", "02", "04"):
        store.add(tmp_path, report(PASS, at=f"2026-11-{day}T10:00:00Z"), NOW)
    entries = store.entries(tmp_path)
    chosen = {text: choose(text, entries).id for text in ("latest", "previous", "1", "2026-11-03")}
    assert chosen == {"latest": 3, "previous": 2, "1": 1, "2026-11-03": 2}
    for text in ("9", "2026-10-31", "yesterday", "-1"):
        with pytest.raises(UsageError, match=r"history has no audit|no audit of the history"):
            choose(text, entries)
    with pytest.raises(UsageError, match="no audit yet"):
        choose("latest", ())


def _add_ten(folder: Path) -> None:
    for _ in range(10):
        store.add(folder, report(PASS), NOW)


def test_two_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    runs = [spawn.Process(target=_add_ten, args=(tmp_path,)) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join(120)
    assert [one.exitcode for one in runs] == [0, 0]
    assert [entry.id for entry in store.entries(tmp_path)] == list(range(1, 21))


def test_a_file_that_is_locked_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.add(tmp_path, report(PASS), NOW)
    monkeypatch.setattr(store, "WAIT", 0.1)
    with sqlite3.connect(tmp_path / store.NAME, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UsageError, match="in use by another run"):
            store.add(tmp_path, report(PASS), NOW)
    other.close()


def test_what_fails_half_way_leaves_the_old_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(tmp_path, report(PASS), NOW)
    before = store.entries(tmp_path)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "asdict", stop)
    with pytest.raises(KeyboardInterrupt):
        store.add(tmp_path, report(FAIL), NOW)
    monkeypatch.undo()
    assert store.entries(tmp_path) == before
    store.add(tmp_path, report(FAIL), NOW)
    assert len(store.entries(tmp_path)) == 2


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()


def _damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)


def _report_changed(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE audits SET digest = replace(digest, substr(digest, 1, 1), 'x')")
    connection.close()


def _piece_lost(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM pieces")
    connection.close()


def _deep(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE audits SET report = ?", (zlib.compress(b"[" * 100_000),))
    connection.close()


def _far(path: Path) -> None:
    report = zlib.compress(b'{"results": [99999999999999999999], "targets": []}')
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE audits SET report = ?", (report,))
    connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE hosts SET counts = '{'",
        "UPDATE hosts SET counts = '[]'",
        'UPDATE hosts SET counts = \'{"fail": "1"}\'',
        "UPDATE hosts SET counts = x'80'",
        "UPDATE audits SET at = 'never'",
        "UPDATE audits SET at = '2026-11-28'",
        "UPDATE audits SET at = x'00'",
        "UPDATE audits SET facts = 'many'",
        "UPDATE audits SET policy = x'07'",
        "INSERT INTO changes VALUES (1, 'new', 'c', 'high', 'h', x'07', '')",
    ],
)
def test_a_value_that_no_run_wrote_is_told(tmp_path: Path, change: str) -> None:
    store.add(tmp_path, report(PASS), NOW)
    with sqlite3.connect(tmp_path / store.NAME) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(UsageError, match="is damaged"):
        store.entries(tmp_path)


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (_deep, "audit 1 in the history is damaged"),
        (_far, "audit 1 in the history is damaged"),
        (_newer, "newer selfhost"),
        (_foreign, "not a history"),
        (_damaged, "damaged"),
        (_report_changed, "audit 1 in the history is damaged"),
        (_piece_lost, "audit 1 in the history is damaged"),
    ],
)
def test_what_is_wrong_with_the_file_is_told(tmp_path: Path, harm, sentence: str) -> None:  # type: ignore[no-untyped-def]
    store.add(tmp_path, report(PASS), NOW)
    harm(tmp_path / store.NAME)
    with pytest.raises(UsageError, match=sentence):
        [store.report(tmp_path, entry) for entry in store.entries(tmp_path)]


def test_a_thousand_audits_are_listed_compared_and_drawn_in_a_second(
    tmp_path: Path,
) -> None:
    """Of the processor's time, with all that a start of the program loads."""
    results = [result("good", f"jicofo-number-{number}") for number in range(240)]
    for number in range(3):
        store.add(tmp_path, report(*results, sha256=f"{number:064x}"), NOW)
    # The rest as the third, without judging it anew a thousand times.
    with sqlite3.connect(tmp_path / store.NAME) as connection:
        for number in range(4, 1001):
            for table, key in (("audits", "id"), ("hosts", "audit")):
                row = connection.execute(f"SELECT * FROM {table} WHERE {key} = 3").fetchone()  # noqa: S608
                marks = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", (number, *row[1:]))  # noqa: S608
            change = (number, "new", "jicofo-number-1", "high", "h", "pass", "fail")
            connection.execute("INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?)", change)
    connection.close()
    inventory = ("-i", str(tmp_path))
    for command in (
        *(("history", "--all"), ("history", "--format", "json")),
        *(("diff", "2", "1000"), ("report",)),
    ):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "selfhost", *command, *inventory],
            capture_output=True,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode in (0, 1), done.stderr
        assert done.stdout
        used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        assert used < 1.0, command


def test_what_shows_an_audit_loads_no_reader() -> None:
    modules = "selfhost.reports.html, selfhost.reports.read_back, selfhost.history.store"
    code = f"import sys, {modules}; print([m for m in sys.modules if 'effective.' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_audit_like_the_one_before_takes_little_room(tmp_path: Path) -> None:
    results = [result("good", f"jicofo-number-{number}") for number in range(240)]
    for number in range(2):
        store.add(tmp_path, report(*results, sha256=f"{number:064x}"), NOW)
    before = (tmp_path / store.NAME).stat().st_size
    for number in range(50):
        store.add(tmp_path, report(*results, sha256=f"{number + 2:064x}"), NOW)
    grown = (tmp_path / store.NAME).stat().st_size - before
    assert grown / 50 < 4096


def test_history_and_diff_as_a_person_meets_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = ("-i", str(tmp_path))
    assert run(["history", *inventory]) == 0
    assert "No audit yet" in capsys.readouterr().err
    assert run(["diff", *inventory]) == 2
    store.add(tmp_path, report(PASS), NOW)
    store.add(tmp_path, report(FAIL, sha256="b" * 64), NOW)
    capsys.readouterr()
    assert run(["history", *inventory]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "✗ FAIL" in lines[1]
    assert "1 new, 1 facts" in lines[1]
    assert "✓ PASS" in lines[2]
    target = report(PASS).targets[0].target
    assert run(["history", *inventory, "--host", target]) == 0
    assert "new  critical  jicofo-transcription-url  (pass → fail)" in capsys.readouterr().out
    assert run(["history", *inventory, "--host", "nobody"]) == 2
    capsys.readouterr()
    assert run(["diff", *inventory]) == 1
    out = capsys.readouterr().out
    assert "✗ new  critical  jicofo-transcription-url" in out
    assert f"file {FILE}" in out
    assert run(["diff", "latest", "previous", *inventory]) == 0
    assert "✓ fixed" in capsys.readouterr().out
    assert run(["history", "--show", "1", *inventory]) == 0
    assert capsys.readouterr().out == render(report(PASS))
