"""Rules for the settings of a server's own watch."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from selfhost.settings.problems import Problem

#: Bytes, as Standard Webhooks asks.
SHORTEST_SECRET = 24
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}")
#: What a unit's command line takes as it stands, but for the percent sign, which is doubled.
_URL = re.compile(r"https://[A-Za-z0-9./?&=:@%_~+,-]+")


def watching_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """What does not go together in ``watch_…``."""
    mail, url = settings.get("watch_mail"), settings.get("watch_webhook")
    secret = settings.get("watch_webhook_secret")
    if isinstance(mail, str) and mail and not _ADDRESS.fullmatch(mail):
        yield Problem("watch_mail", f"'{mail}' is not an address for mail", "as you@example.org")
    if not isinstance(url, str) or not url:
        return
    if not _URL.fullmatch(url) or not _is_plain(url):
        yield Problem(
            "watch_webhook",
            "is no https address without a login in it",
            "as https://chat.example.org/hook",
        )
    if isinstance(secret, str) and (len(secret) < SHORTEST_SECRET or not secret.isascii()):
        yield Problem(
            "watch_webhook_secret",
            f"a webhook is signed with {SHORTEST_SECRET} plain characters at least",
            "openssl rand -hex 24 makes some; put them into group_vars/all/secrets.yml",
        )


def _is_plain(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        return False
