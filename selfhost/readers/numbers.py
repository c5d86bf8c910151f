"""Numbers as files have them."""

import re

#: Of any number that is meant. Python refuses thousands of digits, with an error.
MAX_DIGITS = 12
_WHOLE = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}")


def whole(text: str) -> int | None:
    """A whole number; ``None`` for what is none, or has more digits than any that is meant."""
    return int(text) if _WHOLE.fullmatch(text) else None
