"""JSON that every program reads alike, or not at all."""

import json
from typing import Any

from selfhost.attest.problems import Code, ProblemError


def read(text: str) -> Any:
    """The value. Raises ProblemError for a key given twice, NaN, and what is not JSON."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except json.JSONDecodeError as error:
        ended = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        raise ProblemError(Code.TRUNCATED if ended and text.strip() else Code.NOT_JSON) from None
    except (ValueError, RecursionError):
        raise ProblemError(Code.NOT_JSON) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ProblemError(Code.DUPLICATE_KEY)
    return found


def _refused(_: str) -> None:
    raise ProblemError(Code.NOT_JSON)


def canonical(value: object) -> bytes:
    """Keys sorted, no spaces, ASCII: the same value gives the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
