"""What runs on the web server puts files there whole, and takes them back if nginx refuses."""

import ast
import errno
import os
from pathlib import Path

import pytest

from selfhost.errors import ProvisionError, TargetError
from selfhost.page import publish_program as program
from selfhost.page.upload import PROGRAM, Uploaded, read_answer

FILES = {
    "otherwise.en.html": b"expired",
    "valid.en.html": b"good",
    "valid.map": b"176432 valid;\n",
    "notice.map": b'"~^valid " "line";\n',
    "statements.intoto.jsonl": b"{}\n",
}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the server, and what was asked of its programs in ``asked``."""
    for folder in ("etc/nginx/conf.d", "etc/nginx/snippets", "etc/jitsi/meet"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/nginx/conf.d/selfhost-privacy.conf").touch()
    asked = tmp_path / "asked"
    asked.touch()

    def command(words: list[str]) -> None:
        asked.write_text(asked.read_text() + " ".join(words) + "\n")
        if words[0] == "nginx" and (tmp_path / "refuses").exists():
            raise program.OrderError("nginx", "nginx -t -q failed: no")

    monkeypatch.setattr(program, "_command", command)
    return tmp_path


def publish(
    server: Path, files: dict[str, bytes] = FILES, checked: str = "2026-11-28T12:00:00Z"
) -> tuple[bool, str]:
    return program.publish(files, "meet.example.org", checked, server)


def there(server: Path) -> dict[str, bytes]:
    folder = server / "etc/jitsi/meet/meet.example.org-privacy"
    snippets = server / "etc/nginx/snippets"
    return {p.name: p.read_bytes() for p in (*folder.iterdir(), *snippets.iterdir())}


def test_files_are_there_and_nginx_uses_them(server: Path) -> None:
    assert publish(server)[0]
    assert there(server) == {
        **{name: FILES[name] for name in FILES if not name.endswith(".map")},
        "selfhost-privacy-valid.map": FILES["valid.map"],
        "selfhost-privacy-notice.map": FILES["notice.map"],
    }
    for path in (server / "etc/jitsi/meet/meet.example.org-privacy").iterdir():
        assert path.stat().st_mode & 0o777 == 0o644
    assert (server / "asked").read_text() == "nginx -t -q\nsystemctl reload nginx.service\n"


def test_a_second_time_changes_nothing(server: Path) -> None:
    publish(server)
    (server / "asked").write_text("")
    assert not publish(server)[0]
    assert (server / "asked").read_text() == ""


def test_what_nginx_did_not_come_to_read_is_read_the_next_time(
    server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(words: list[str]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(program, "_command", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(server)
    assert publish(server)[0]
    assert (server / "asked").read_text() == "nginx -t -q\nsystemctl reload nginx.service\n"
    assert not publish(server)[0]


def test_a_page_that_holds_no_more_goes(server: Path) -> None:
    publish(server)
    failed = {**FILES, "valid.map": b""}
    del failed["valid.en.html"]
    assert publish(server, failed)[0]
    assert "valid.en.html" not in there(server)


def test_it_goes_even_if_nginx_refuses_and_its_settings_are_as_before(server: Path) -> None:
    publish(server)
    (server / "refuses").touch()
    failed = {"otherwise.en.html": b"failed", "valid.map": b"", "notice.map": b"x"}
    with pytest.raises(program.OrderError):
        publish(server, failed)
    left = there(server)
    assert "valid.en.html" not in left
    assert left["otherwise.en.html"] == b"failed"
    assert left["selfhost-privacy-valid.map"] == FILES["valid.map"]
    assert left["selfhost-privacy-notice.map"] == FILES["notice.map"]


def test_at_a_first_time_that_nginx_refuses_no_settings_are_left(server: Path) -> None:
    (server / "refuses").touch()
    with pytest.raises(program.OrderError):
        publish(server)
    assert list((server / "etc/nginx/snippets").iterdir()) == []


def test_a_server_that_was_not_set_up_for_it_is_told(server: Path) -> None:
    (server / "etc/nginx/conf.d/selfhost-privacy.conf").unlink()
    with pytest.raises(program.OrderError, match="not set up"):
        publish(server)
    assert list((server / "etc/jitsi/meet").iterdir()) == []


FOUND = {
    "found.en.html": b"worse",
    "found.map": b'# 2026-11-28T13:00:00Z\n"~." found;\n',
    "notice-found.map": b'"~^found " "line";\n',
}


def found(server: Path, files: dict[str, bytes]) -> bool:
    return program.found(files, "meet.example.org", server)


def test_the_watch_has_its_page_shown_and_takes_it_away(server: Path) -> None:
    publish(server)
    before = there(server)
    (server / "asked").write_text("")
    assert found(server, FOUND)
    assert not found(server, FOUND)
    assert there(server) == {
        **before,
        "found.en.html": b"worse",
        "selfhost-privacy-found.map": FOUND["found.map"],
        "selfhost-privacy-notice-found.map": FOUND["notice-found.map"],
    }
    assert found(server, {})
    assert not found(server, {})
    assert there(server) == before
    assert (server / "asked").read_text().count("reload") == 2


def test_the_watch_shows_nothing_where_nothing_was_published(server: Path) -> None:
    assert not found(server, FOUND)
    assert list((server / "etc/jitsi/meet").iterdir()) == []


def test_what_the_watch_found_stays_until_a_younger_audit(server: Path) -> None:
    publish(server)
    found(server, FOUND)
    assert publish(server) == (False, "2026-11-28T13:00:00Z")
    assert "found.en.html" in there(server)
    # Files of a first publication that are newer, and yet about an older audit.
    assert publish(server, {**FILES, "valid.en.html": b"new"}) == (True, "2026-11-28T13:00:00Z")
    assert publish(server, checked="2026-11-28T13:00:00Z") == (True, "")
    assert not [name for name in there(server) if "found" in name]


def test_a_page_of_the_watch_without_its_time_does_not_stay(server: Path) -> None:
    publish(server)
    found(server, {**FOUND, "found.map": b"# tomorrow\n"})
    assert publish(server)[1] == ""
    assert not [name for name in there(server) if "found" in name]


def test_where_nginx_refuses_the_watch_leaves_its_settings_as_they_were(server: Path) -> None:
    publish(server)
    (server / "refuses").touch()
    with pytest.raises(program.OrderError):
        found(server, FOUND)
    assert not [name for name in there(server) if name.endswith("found.map")]
    (server / "refuses").unlink()
    found(server, FOUND)
    (server / "refuses").touch()
    with pytest.raises(program.OrderError):
        found(server, {})
    assert there(server)["selfhost-privacy-found.map"] == FOUND["found.map"]


@pytest.mark.parametrize("written", range(len(FILES)))
def test_on_a_full_disk_nginx_keeps_its_settings_and_nothing_half_is_left(
    server: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    publish(server)
    before = there(server)
    left = iter([True] * written + [False])
    sync = os.fsync

    def full(descriptor: int) -> None:
        if not next(left, True):
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        publish(server, {name: content + b"\n" for name, content in FILES.items()})
    assert str(caught.value.filename).startswith(str(server / "etc"))
    after = there(server)
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} <= {*FILES}
    assert (server / "asked").read_text().count("reload") == 1


def test_it_runs_on_python_3_9() -> None:
    ast.parse(PROGRAM.read_text(), feature_version=(3, 9))


def test_answers() -> None:
    assert read_answer(b'{"changed": true, "found": ""}\n', "a") == Uploaded("a", changed=True)
    younger = read_answer(b'{"changed": false, "found": "2026\\u001b"}\n', "a")
    assert younger == Uploaded("a", changed=False, found="2026?")
    with pytest.raises(ProvisionError, match=r"a: it is [?]full"):
        read_answer(b'{"failed": "file", "message": "it is \\u001bfull"}', "a")
    for answer in (b"", b"[]", b'{"changed": 1}', b"[" * 10_000):
        with pytest.raises(TargetError, match="no answer"):
            read_answer(answer, "a")
