"""Ways to tell: mail by sendmail, a signed webhook, the journal, standard output."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import shutil
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from selfhost import named_file
from selfhost.errors import UsageError
from selfhost.loopback import is_loopback
from selfhost.reports.escape import printable
from selfhost.settings.watching import SHORTEST_SECRET
from selfhost.watch.notice import Kind, Notice

SECONDS = 30.0
JOURNAL = Path("/run/systemd/journal/socket")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()]{1,64}@[A-Za-z0-9.-]{1,253}")
#: syslog's levels.
_PRIORITY = {Kind.BEGUN: 5, Kind.CHANGED: 5, Kind.WORSE: 3, Kind.BLIND: 2, Kind.UNSHOWN: 3}


class NotSentError(Exception):
    """Why it was not told, in a few words without a secret."""


class Channel(Protocol):
    """One way to tell. ``send`` raises NotSentError."""

    @property
    def name(self) -> str: ...

    def send(self, notice: Notice) -> None: ...


@dataclass(frozen=True, slots=True)
class Printed:
    """Where nothing else is given: cron mails it, a unit's goes to the journal."""

    write: Callable[[str], None]
    name: str = "standard output"

    def send(self, notice: Notice) -> None:
        self.write(notice.text)


@dataclass(frozen=True, slots=True)
class Mail:
    """By the machine's own sendmail, whichever program that is."""

    to: str
    name: str = "mail"

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.to):
            raise UsageError(f"{self.to!r} is not an address for mail")

    def send(self, notice: Notice) -> None:
        program = shutil.which("sendmail") or shutil.which("sendmail", path="/usr/sbin:/usr/lib")
        if program is None:
            raise NotSentError("there is no sendmail on this machine")
        message = EmailMessage()
        message["To"] = self.to
        message["Subject"] = f"[selfhost] {notice.subject}"[:200]
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text)
        try:
            subprocess.run(
                [program, "-i", "-t"],
                input=message.as_bytes(),
                capture_output=True,
                check=True,
                timeout=SECONDS,
            )
        except subprocess.CalledProcessError as error:
            raise NotSentError(f"sendmail ended with {error.returncode}") from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotSentError(f"sendmail: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class Webhook:
    """POST of JSON, signed as Standard Webhooks (standardwebhooks.com) has it: HMAC-SHA256 over
    id, time and body, so that a receiver knows who sent it, and an old one again for what it is.
    """

    url: str
    secret: bytes = field(repr=False)
    name: str = "webhook"

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            host = parts.hostname or ""
            _ = parts.port
        except ValueError:
            host = ""
        if (
            not host
            or parts.username
            or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
        ):
            raise UsageError("the webhook is no https URL without a login in it")

    def send(self, notice: Notice) -> None:
        body = json.dumps(notice.document, sort_keys=True).encode()
        number, moment = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
        signed = b".".join((number.encode(), moment.encode(), body))
        mac = base64.b64encode(hmac.digest(self.secret, signed, hashlib.sha256)).decode()
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self.url,
            data=body,
            method="POST",
            headers={
                "Content-Type": "application/json",
                "User-Agent": "selfhost-watch",
                "webhook-id": number,
                "webhook-timestamp": moment,
                "webhook-signature": f"v1,{mac}",
            },
        )
        try:
            with urllib.request.build_opener(_NoRedirect()).open(
                request, timeout=SECONDS
            ) as answer:
                if not 200 <= answer.status < 300:
                    raise NotSentError(f"HTTP {answer.status}")
        except urllib.error.HTTPError as error:
            error.close()
            raise NotSentError(f"HTTP {error.code}") from None
        except (OSError, ValueError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise NotSentError(f"no connection ({type(reason).__name__})") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """What is signed for one place is not sent to another."""


@dataclass(frozen=True, slots=True)
class Journal:
    """systemd's journal by its own protocol: a field a line, or its length first."""

    path: Path = JOURNAL
    name: str = "journal"

    def send(self, notice: Notice) -> None:
        fields = {
            "MESSAGE": notice.text.rstrip(),
            "PRIORITY": str(_PRIORITY[notice.kind]),
            "SYSLOG_IDENTIFIER": "selfhost-watch",
            "SELFHOST_KIND": str(notice.kind),
            "SELFHOST_SITE": printable(notice.site),
        }
        data = b"".join(_field(name, value.encode()) for name, value in fields.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
                to.settimeout(SECONDS)
                to.sendto(data, str(self.path))
        except OSError as error:
            raise NotSentError(f"{self.path}: {error.strerror or type(error).__name__}") from None


def _field(name: str, value: bytes) -> bytes:
    head = name.encode() + b"\n" + struct.pack("<Q", len(value))
    return head + value + b"\n"


def secret(path: Path) -> bytes:
    """A webhook's secret: ``whsec_`` and base64, or any text. Raises UsageError."""
    text = named_file.secret(path, 4096).strip()
    if text.startswith(b"whsec_"):
        try:
            text = base64.b64decode(text.removeprefix(b"whsec_"), validate=True)
        except (ValueError, binascii.Error):
            raise UsageError(f"{path} holds no base64 after whsec_") from None
    if len(text) < SHORTEST_SECRET:
        raise UsageError(
            f"the secret in {path} is shorter than {SHORTEST_SECRET} bytes",
            hint=f"openssl rand -base64 32 > {path}",
        )
    return text
