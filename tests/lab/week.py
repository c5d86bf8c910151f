"""A site that lives through days: its watch looks, its admin audits, signs and publishes."""

import json
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from selfhost.attest import keys, source
from selfhost.page.model import State
from selfhost.page.texts import languages
from tests.lab import clock
from tests.lab.conftest import Site
from tests.lab.faults import on
from tests.lab.participant import RELOADED, get, notice
from tests.lab.watching import UNIT, told

ENGLISH = languages()[0]
PASSPHRASE = "correct horse battery"
Done = subprocess.CompletedProcess[str]


@dataclass
class Week:
    """A site, and its admin's key. Day 0 is today."""

    site: Site
    folder: Path
    days: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def chain(self) -> Path:
        return self.site.inventory / source.NAME

    @property
    def lines(self) -> list[str]:
        return self.chain.read_text().splitlines()

    @property
    def key(self) -> Ed25519PrivateKey:
        return keys.load(self.folder / "key", PASSPHRASE)

    def command(self, day: int, name: str, *arguments: str) -> Done:
        return clock.selfhost(day, name, "-i", str(self.site.inventory), *arguments)

    def verify(self, day: int, where: Path | str, *arguments: str) -> tuple[int, dict[str, Any]]:
        key = ("--key", str(self.folder / "key.pub"), "--format", "json")
        done = clock.selfhost(day, "verify", str(where), *key, *arguments)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def looked(self, day: int) -> list[str]:
        """What the server's own watch tells, that looks on this day."""
        before = len(told(self.site))
        clock.set_unit(self.site.server.name, UNIT, day)
        on(self.site, f"systemctl start {UNIT}")
        return [one["MESSAGE"] for one in told(self.site)[before:]]

    def shown(self) -> tuple[str, str]:
        """What the page for participants says first, and the line in meetings."""
        time.sleep(RELOADED)
        body = get(self.site, "/privacy")[2]
        says = [str(state) for state in State if ENGLISH.say(state) in body]
        return " ".join(says), notice(self.site)

    def attest(self, day: int) -> Done:
        passphrase = str(self.folder / "passphrase")
        key = str(self.folder / "key")
        return self.command(day, "attest", "--key", key, "--passphrase-file", passphrase)

    def published(self, day: int) -> int:
        return self.command(day, "publish", "--key", str(self.folder / "key.pub")).returncode

    def lived(self, day: int) -> None:
        """The watch looks twice; the admin audits, signs, and checks what participants would."""
        first, second = self.looked(day), self.looked(day)
        shown = self.shown()
        audit = self.command(day, "audit", "--format", "json")
        signed = self.attest(day)
        assert signed.returncode == 0, signed.stderr
        code, checked = self.verify(day, self.chain, "--memory", str(self.folder / "seen.json"))
        self.days[day] = {
            "told": first,
            "shown": shown,
            "told again": second,
            "audit": audit.returncode,
            "verify": code,
            "codes": [one["code"] for one in checked["problems"]],
        }
