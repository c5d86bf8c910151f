"""The page that a server's own watch shows while its audit fails."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from selfhost.audit.model import Report
from selfhost.errors import ProvisionError
from selfhost.page import publish_program
from selfhost.page.texts import languages
from selfhost.policy import keep
from selfhost.watch import shown
from tests.unit.page.conftest import REPORT, changed

DOMAIN = "meet.example.org"
ENGLISH = languages()[0]


class Server:
    """What was put there last."""

    def __init__(self) -> None:
        self.files: Mapping[str, bytes] = {}
        self.error: Exception | None = None

    def found(self, files: Mapping[str, bytes], domain: str) -> bool:
        assert domain == DOMAIN
        if self.error is not None:
            raise self.error
        self.files = files
        return True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(publish_program, "found", server.found)
    return server


def outcome(value: str) -> Report:
    return changed(REPORT, {"web-gravatar": value})


@pytest.mark.parametrize("value", ["pass", "unknown", "waived", "not-applicable"])
def test_what_did_not_fail_leaves_what_was_published(
    server: Server, tmp_path: Path, value: str
) -> None:
    shown.on_this_server(DOMAIN, tmp_path, outcome("fail"))
    assert ENGLISH.say("failed") in server.files["found.en.html"].decode()
    shown.on_this_server(DOMAIN, tmp_path, outcome(value))
    assert server.files == {}


def test_a_promise_that_is_not_kept_is_shown(server: Server, tmp_path: Path) -> None:
    """A bound that is tighter than the audit's: all controls passed."""
    (tmp_path / keep.POLICY).write_text(
        "controller: {name: Ours, contact: us@example.org}\nnotice_days: 0\n"
        "promise: [{id: log-days, at_most: 2}]\n"
    )
    keep.announce(tmp_path, date(2026, 1, 1), None)
    (tmp_path / keep.POLICY).unlink()
    shown.on_this_server(DOMAIN, tmp_path, REPORT)
    assert ENGLISH.say("failed") in server.files["found.en.html"].decode()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (publish_program.OrderError("nginx", "nginx -t -q failed: no"), "nginx -t -q failed: no"),
        (OSError(28, "No space left on device", "/etc/x"), "/etc/x: No space left on device"),
    ],
)
def test_a_server_that_refuses_is_one_sentence(
    server: Server, tmp_path: Path, error: Exception, said: str
) -> None:
    server.error = error
    with pytest.raises(ProvisionError, match=said):
        shown.on_this_server(DOMAIN, tmp_path, outcome("fail"))
