"""What is asked of the settings of a server's own watch."""

from typing import Any

import pytest

from selfhost.settings.watching import watching_problems

SECRET = "s" * 24


def problems(**settings: Any) -> list[str]:
    return [problem.key for problem in watching_problems(settings)]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"watch_mail": "", "watch_webhook": "", "watch_webhook_secret": ""},
        {"watch_mail": "root@example.org"},
        {
            "watch_webhook": "https://chat.example.org:8443/hook?a=b%20c",
            "watch_webhook_secret": SECRET,
        },
    ],
)
def test_what_goes(settings: dict[str, Any]) -> None:
    assert problems(**settings) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://chat.example.org/hook",
        "https://",
        "https://me:word@chat.example.org/hook",
        "https://chat.example.org/hook --key",
        'https://chat.example.org/"hook',
        "https://chat.example.org:99999/",
        "https://chat.example.org/$HOME",
    ],
)
def test_addresses_that_nothing_is_sent_to(url: str) -> None:
    assert problems(watch_webhook=url, watch_webhook_secret=SECRET) == ["watch_webhook"]


def test_a_webhook_needs_a_secret_worth_its_name() -> None:
    url = "https://chat.example.org/hook"
    for secret in ("", "short", "ä" * 30):
        assert problems(watch_webhook=url, watch_webhook_secret=secret) == ["watch_webhook_secret"]


@pytest.mark.parametrize("mail", ["root", "a@b@c", "a b@c", "%h@example.org", "a@b\nBcc: c@d"])
def test_addresses_for_mail(mail: str) -> None:
    assert problems(watch_mail=mail) == ["watch_mail"]
