"""Accounts: names and passwords judged, the order sent, the answer not trusted."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import ProvisionError, TargetError, UsageError
from selfhost.provision import content, users, users_program
from selfhost.targets.ssh_connection import Completed

DOMAIN = "meet.example.net"
LIBRARY = (content.roles() / "site/library/prosody_account.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["alice", "a", "bob.b-c_d", "x" * 64, f"alice@{DOMAIN}"])
def test_good_names(name: str) -> None:
    assert users.checked_name(name, DOMAIN) == name.partition("@")[0]


@pytest.mark.parametrize(
    "name",
    ["", "Alice", "a b", "a/b", "-a", "a.", "x" * 65, "é", "../a", "a\n", "a'b", "%61", "a@"],
)
def test_bad_names(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        users.checked_name(name, DOMAIN)
    assert caught.value.hint


@pytest.mark.parametrize("name", [f"focus@auth.{DOMAIN}", f"jvb@auth.{DOMAIN}", "a@example.org"])
def test_accounts_of_the_server_s_own_parts_are_out_of_reach(name: str) -> None:
    with pytest.raises(UsageError, match="not an account of people"):
        users.checked_name(name, DOMAIN)


@pytest.mark.parametrize(
    "text", ["short", "x" * 129, "ends with blank ", "tab\tinsidetab", "pässwörter"]
)
def test_bad_passwords_are_never_shown(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        users.checked_password(text)
    assert text not in caught.value.message + caught.value.hint


def test_generated_passwords_are_good_and_differ() -> None:
    made = {users.generated_password() for _ in range(50)}
    assert len(made) == 50
    assert all(users.checked_password(text) == text for text in made)


@pytest.mark.parametrize("method", ["jwt", "ldap", "none"])
def test_only_a_site_with_accounts_has_some(make_site: Any, tmp_path: Path, method: str) -> None:
    site = make_site(tmp_path)
    site.settings["site_authentication"] = method
    with pytest.raises(UsageError, match=f"site_authentication: {method}"):
        users.order(site, users.Action.LIST)


def answer(document: object) -> Completed:
    return Completed(0, json.dumps(document).encode(), b"")


def test_an_answer_is_read_and_escaped() -> None:
    row = {"name": "a\x1b[31m", "changed": "2026-01-01T00:00:00Z"}
    assert users.read_answer(answer({"users": [row]}), "h") == (
        users.User("a?[31m", "2026-01-01T00:00:00Z"),
    )


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"failed": "exists", "message": "x"}, UsageError),
        ({"failed": "missing", "message": "x"}, UsageError),
        ({"failed": "refused", "message": "x"}, ProvisionError),
        ({"failed": "absent", "message": "x"}, ProvisionError),
        ({"users": "x"}, TargetError),
        ({"users": [1]}, TargetError),
        ([], TargetError),
    ],
)
def test_other_answers_are_failures(document: object, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        users.read_answer(answer(document), "h")


@pytest.mark.parametrize("text", [b"Traceback", b"[" * 100_000])
def test_no_answer_is_a_failure(text: bytes) -> None:
    with pytest.raises(TargetError, match="exit code 1"):
        users.read_answer(Completed(1, text, b""), "h")


class Prosody:
    """Stands for prosodyctl: stores what it is told, as the real one does."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, list[tuple[str, ...]]()
        self.obedient = True

    def run(self, command: list[str], answers: str) -> str:
        self.calls.append(tuple(command))
        name = command[-1].partition("@")[0]
        file = self.folder / f"{name}.dat"
        if not self.obedient:
            return "Error: it refuses"
        if command[1] in ("adduser", "passwd"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(stored(answers.partition("\n")[0]))
        elif command[2:4] == ["user", "delete"]:
            file.unlink()
        return "OK"


def stored(password: str) -> str:
    salted = hashlib.pbkdf2_hmac("sha1", password.encode(), b"salt", 4096)
    key = hashlib.sha1(hmac.digest(salted, b"Client Key", "sha1")).hexdigest()  # noqa: S324
    return f'return {{ ["stored_key"] = "{key}"; ["salt"] = "salt"; ["iteration_count"] = 4096; }}'


@pytest.fixture
def prosody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prosody:
    found = Prosody(tmp_path / "meet%2eexample%2enet" / "accounts")
    monkeypatch.setattr(users_program, "_run", found.run)
    return found


def carry_out(data: Path, action: str, name: str = "", password: str = "") -> dict[str, Any]:
    order = {
        "action": action,
        "host": DOMAIN,
        "name": name,
        "password": password,
        "library": LIBRARY,
    }
    return users_program.carry_out(order, data)


def names(answer: dict[str, Any]) -> list[str]:
    return [user["name"] for user in answer["users"]]


def test_an_account_from_its_first_day_to_its_last(prosody: Prosody, tmp_path: Path) -> None:
    assert names(carry_out(tmp_path, "list")) == []
    assert names(carry_out(tmp_path, "add", "bob", "first password")) == ["bob"]
    assert carry_out(tmp_path, "add", "bob", "another one")["failed"] == "exists"
    assert names(carry_out(tmp_path, "reset", "bob", "second password")) == ["bob"]
    assert prosody.calls[-1] == ("prosodyctl", "shell", "c2s", "close", f"bob@{DOMAIN}")
    roster = tmp_path / "meet%2eexample%2enet" / "roster" / "bob.dat"
    roster.parent.mkdir()
    roster.write_text("return {}")
    (roster.parents[1] / "cron.dat").write_text("return {}")
    assert names(carry_out(tmp_path, "remove", "bob")) == []
    assert not roster.exists()
    assert carry_out(tmp_path, "remove", "bob")["failed"] == "missing"
    assert carry_out(tmp_path, "reset", "bob", "third password")["failed"] == "missing"
    assert all("password" not in word for call in prosody.calls for word in call)


def test_what_prosody_refuses_is_told_without_the_password(
    prosody: Prosody, tmp_path: Path
) -> None:
    prosody.obedient = False
    told = carry_out(tmp_path, "add", "bob", "first password")
    assert told["failed"] == "refused"
    assert "it refuses" in told["message"]
    assert "first password" not in told["message"]


def test_accounts_of_other_hosts_are_not_listed(prosody: Prosody, tmp_path: Path) -> None:
    service = tmp_path / "auth%2emeet%2eexample%2enet" / "accounts" / "focus.dat"
    service.parent.mkdir(parents=True)
    service.write_text(stored("x"))
    assert names(carry_out(tmp_path, "list")) == []
    assert carry_out(tmp_path, "remove", "focus")["failed"] == "missing"
    assert service.exists()
