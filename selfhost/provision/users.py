"""Accounts of the people who may open rooms: names and passwords judged, orders sent."""

import json
import re
import secrets
import string
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from selfhost.errors import ProvisionError, TargetError, UsageError
from selfhost.provision import content, on_host
from selfhost.settings.site import Site
from selfhost.targets.ssh_connection import Completed

PROGRAM = Path(__file__).with_name("users_program.py")
MIN_LENGTH = 10
MAX_LENGTH = 128
_TIMEOUT = 90.0
_MAX_OUTPUT = 4 * 1024 * 1024
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_ALPHABET = string.ascii_letters + string.digits


class Action(Enum):
    """What can be done with accounts."""

    LIST = "list"
    ADD = "add"
    RESET = "reset"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``changed``: when it was made or its password was set, in UTC."""

    name: str
    changed: str


def checked_name(text: str, domain: str) -> str:
    """The name of an account; an address at the site's own domain is one too.

    Raises UsageError for what XMPP, or the field of a login form, does not take.
    """
    name, at, host = text.partition("@")
    if at and host != domain:
        raise UsageError(
            f"{_shown(text)} is not an account of people: those are at {domain}",
            hint="accounts of the server's own parts are not touched here",
        )
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{_shown(text)} cannot be the name of an account",
            hint="use up to 64 lower-case letters, digits, dots, hyphens and underscores, with a "
            "letter or digit first and last",
        )
    return name


def checked_password(text: str) -> str:
    """A password that Prosody and browsers understand alike. Raises UsageError; never shows it."""
    if not MIN_LENGTH <= len(text) <= MAX_LENGTH:
        raise UsageError(
            f"the password has {len(text)} characters",
            hint=f"use {MIN_LENGTH} to {MAX_LENGTH}, or let --generate make one",
        )
    if not (text.isascii() and text.isprintable()) or text != text.strip():
        raise UsageError(
            "the password holds characters that not every browser sends alike",
            hint="use the letters, digits and signs of an English keyboard, no blank first or last",
        )
    return text


def generated_password() -> str:
    """A new password of 20 letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(20))


def order(site: Site, action: Action, name: str = "", password: str = "") -> tuple[User, ...]:
    """Carry out an action on the site's signalling host; all accounts that are there afterwards.

    Raises UsageError where the site has no accounts of its own, or the account is (not) there;
    TargetError where the server cannot be reached; ProvisionError where Prosody refuses.
    """
    method = site.settings["site_authentication"]
    if method != "internal":
        raise UsageError(
            f"people have no accounts on this server (site_authentication: {method})",
            hint="accounts are for site_authentication: internal; docs/access.md tells the modes",
        )
    host = next((h for h in site.hosts if "jitsi_signalling" in h.groups), site.hosts[0])
    library = content.roles() / "site" / "library" / "prosody_account.py"
    words = {
        "action": action.value,
        "host": site.domain,
        "name": name,
        "password": password,
        "library": library.read_text(encoding="utf-8"),
    }
    done = on_host.run(
        site,
        host,
        PROGRAM.read_bytes(),
        json.dumps(words).encode(),
        seconds=_TIMEOUT,
        max_output=_MAX_OUTPUT,
    )
    return read_answer(done, host.name)


def read_answer(done: Completed, host: str) -> tuple[User, ...]:
    """The accounts in the program's answer, which is not trusted to be well-formed."""
    try:
        answer = json.loads(done.stdout)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and isinstance(answer.get("failed"), str):
        raise _failure(answer["failed"], on_host.words(answer.get("message")), host)
    users = answer.get("users") if isinstance(answer, dict) else None
    if not isinstance(users, list) or not all(isinstance(user, dict) for user in users):
        raise TargetError(
            f"{host} gave no answer about accounts (exit code {done.returncode})",
            hint="selfhost check tells whether the server can be worked with",
        )
    return tuple(User(on_host.words(u.get("name")), on_host.words(u.get("changed"))) for u in users)


def _failure(kind: str, message: str, host: str) -> Exception:
    if kind in ("exists", "missing"):
        hint = {
            "exists": "selfhost users reset gives it another password",
            "missing": "selfhost users list shows those that are there",
        }[kind]
        return UsageError(message, hint=hint)
    return ProvisionError(
        f"{host}: {message}",
        hint="does prosody run there? systemctl status prosody; selfhost apply sets it up",
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")
