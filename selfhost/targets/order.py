"""What the collector is asked, once."""

import json
import os
from dataclasses import dataclass, field

from selfhost.evidence.plan import server_plan
from selfhost.targets.model import Plan


def _nonce() -> str:
    return os.urandom(16).hex()


@dataclass(frozen=True, slots=True)
class Order:
    """One question. ``nonce``, hexadecimal, comes back in its answer, so that the answer to
    another question, kept and sent again, is told from it."""

    plan: Plan = field(default_factory=server_plan)
    nonce: str = field(default_factory=_nonce)

    def without_key(self) -> bytes:
        """As the collector reads it, but for the key, which is then made on the server."""
        return json.dumps(self._fields()).encode("ascii")

    def to_bytes(self) -> bytes:
        """As the collector reads it, with a new key for its redaction."""
        return json.dumps({**self._fields(), "key": os.urandom(32).hex()}).encode("ascii")

    def _fields(self) -> dict[str, object]:
        return {"plan": [step.as_json() for step in self.plan], "nonce": self.nonce}
