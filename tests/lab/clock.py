"""A day of one's choice for one program, by libfaketime: containers share the machine's clock."""

import os
import subprocess
import sys
from pathlib import Path

from selfhost.lab.server import run

#: Python waits by the monotonic clock, which has to go on as it is.
_ALSO = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DISABLE_SHM": "1"}


def at(days: float) -> dict[str, str]:
    """Variables for a program that shall live so many days from now; negative for the past."""
    if not days:
        return {}
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{days * 86400:+.0f}s", **_ALSO}


def selfhost(days: float, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command on that day."""
    return subprocess.run(
        [sys.executable, "-m", "selfhost", *arguments],
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "NO_COLOR": "1", **at(days)},
    )


def set_unit(server: str, unit: str, days: float) -> None:
    """Have a unit of a server, which has libfaketime, run on that day."""
    variables = " ".join(f'"{name}={value}"' for name, value in at(days).items())
    text = f"[Service]\nEnvironment={variables}\n"
    script = (
        f"mkdir -p /run/systemd/system/{unit}.d && cat >/run/systemd/system/{unit}.d/clock.conf"
        " && systemctl daemon-reload"
    )
    done = run(server, ["sh", "-ec", script], input=text.encode())
    assert done.returncode == 0, done.stderr
