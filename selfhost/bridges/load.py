"""What a bridge says of itself, and waiting until it carries nothing. Pure."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from selfhost.errors import TargetError

MAX_OUTPUT = 64 * 1024
POLL_S = 5.0


@dataclass(frozen=True, slots=True)
class Load:
    """Whether a bridge takes no new meetings, and how many it carries."""

    draining: bool
    conferences: int

    def __str__(self) -> str:
        many = "no meeting" if self.conferences == 0 else f"{self.conferences} meeting(s)"
        return f"{'draining' if self.draining else 'in use'}, carries {many}"


def parse_load(answer: bytes, host: str) -> Load:
    """The probe's answer. Raises TargetError when it is not one, or the bridge did not answer."""
    try:
        said = json.loads(answer.strip().splitlines()[-1])
        drain, conferences, error = said["drain"], said["conferences"], said["error"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise TargetError(
            f"{host}: the answer is not understood",
            hint="does its shell print something at login, and is python3 installed there?",
        ) from None
    if error or not isinstance(drain, bool):
        words = "".join(c if c.isprintable() else "?" for c in str(error))[:200]
        raise TargetError(
            f"{host}: the bridge does not answer on 127.0.0.1:8080" + (f" ({words})" * bool(words)),
            hint="systemctl status jitsi-videobridge2 there tells whether it runs",
        )
    if not isinstance(conferences, int) or isinstance(conferences, bool) or conferences < 0:
        raise TargetError(
            f"{host}: the bridge does not tell how many meetings it carries",
            hint="its metrics (videobridge.rest.prometheus) must be on, as they are by default",
        )
    return Load(drain, conferences)


def wait_until_empty(
    look: Callable[[], Load],
    patience: float,
    tell: Callable[[Load, float], None],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Load:
    """Look again and again until no meeting is left, or ``patience`` seconds are over.

    ``tell`` hears of every change, with the seconds since the start. Returns the last load.
    """
    started, before = clock(), None
    while True:
        load = look()
        if load != before:
            tell(load, clock() - started)
            before = load
        left = patience - (clock() - started)
        if load.conferences == 0 or left <= 0:
            return load
        sleep(min(POLL_S, left))
