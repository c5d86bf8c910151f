"""The overrides of ``hostile_links.yml``: what a meeting link tries to set."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from selfhost.catalog.components import load

#: Who the visitor is: somebody with a mail address, which an avatar service would be asked about.
VISITOR = "userInfo.email=%22someone%40example.com%22"


@dataclass(frozen=True, slots=True)
class Override:
    """``key`` begins with ``config.`` or ``interfaceConfig.``; ``acts`` and ``besides`` (the
    catalogue's ``with``) as the catalogue says."""

    key: str
    value: Any
    acts: str
    what: str
    besides: tuple[tuple[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """The value as a link has it."""
        return _json(self.value)

    @property
    def fragment(self) -> str:
        """What stands behind ``#`` in the link."""
        keys = ((self.key, self.value), *self.besides)
        return "&".join([VISITOR, *(f"{key}={quote(_json(value))}" for key, value in keys)])


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


@cache
def overrides() -> tuple[Override, ...]:
    """Every override, in the order of the catalogue."""
    data = load("hostile_links.yml")
    assert isinstance(data, list)  # noqa: S101 - our own file, covered by a test
    return tuple(
        Override(e["key"], e["value"], e["acts"], e["what"], tuple(e.get("with", {}).items()))
        for e in data
    )
