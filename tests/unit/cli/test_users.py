"""``selfhost users`` as a script or a person meets it; the server is another test's."""

import io
import json
import sys
from pathlib import Path

import pytest

from selfhost.cli import main
from selfhost.provision import users
from selfhost.provision.users import Action, User

GIVEN = "a password of mine"


@pytest.fixture(autouse=True)
def orders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Action, str, str]]:
    """What was asked of the server; there is one account, bob's."""
    assert main(["init", "meet.example.net", "--host", "203.0.113.7", "-i", str(tmp_path)]) == 0
    found: list[tuple[Action, str, str]] = []

    def order(site: object, action: Action, name: str = "", password: str = "") -> tuple[User, ...]:
        found.append((action, name, password))
        return (User("bob", "2026-01-01T00:00:00Z"),)

    monkeypatch.setattr(users, "order", order)
    monkeypatch.setenv("SELFHOST_INVENTORY", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{GIVEN}\nmore\n"))
    return found


def test_a_password_comes_from_standard_input(
    orders: list[tuple[Action, str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["users", "add", "alice@meet.example.net", "--password-stdin"]) == 0
    assert orders == [(Action.ADD, "alice", GIVEN)]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "added alice@meet.example.net\n"


def test_a_generated_password_is_shown_once(
    orders: list[tuple[Action, str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["users", "reset", "bob", "--generate"]) == 0
    ((action, name, password),) = orders
    assert (action, name) == (Action.RESET, "bob")
    shown = capsys.readouterr()
    assert shown.out == f"{password}\n"
    assert password not in shown.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["add", "alice"], "no password was given"),
        (["add", "Alice", "--generate"], "cannot be the name of an account"),
        (["add", "alice", "--generate", "--password-stdin"], "exclude each other"),
        (["remove", "bob"], "not sure whether to remove bob"),
        (["remove", "focus@auth.meet.example.net", "--yes"], "not an account of people"),
        (["remove"], "Missing argument 'NAME'"),
    ],
)
def test_what_is_not_clear_is_refused_before_the_server_is_asked(
    orders: list[tuple[Action, str, str]],
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    assert main(["users", *words]) == 2
    assert message in capsys.readouterr().err
    assert orders == []


def test_accounts_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["users", "list"]) == 0
    assert capsys.readouterr().out == "bob  2026-01-01T00:00:00Z\n"
    assert main(["users", "list", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": "selfhost.users/1",
        "users": [{"name": "bob", "changed": "2026-01-01T00:00:00Z"}],
    }


def test_an_account_is_removed(orders: list[tuple[Action, str, str]]) -> None:
    assert main(["users", "remove", "bob", "--yes"]) == 0
    assert orders == [(Action.REMOVE, "bob", "")]
