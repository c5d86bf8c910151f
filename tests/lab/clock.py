"""A day of one's choice for one run of selfhost: containers share the machine's clock, and all
that selfhost dates it takes from ``datetime.now``.

libfaketime will not do: under it, Python's sleep and waiting for a program end with EINVAL.
"""

import os
import subprocess
import sys

from selfhost.lab.server import run

_PROGRAM = """\
import datetime, runpy, sys

class Datetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + datetime.timedelta(days=days)

days, real, datetime.datetime = float(sys.argv[1]), datetime.datetime, Datetime
sys.argv = sys.argv[2:]
start = runpy.run_path if "/" in sys.argv[0] else runpy.run_module
start(sys.argv[0], run_name="__main__")
"""


def selfhost(days: float, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, so many days from now; negative for the past."""
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(days), "selfhost", *arguments],
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "NO_COLOR": "1"},
    )


def set_unit(server: str, unit: str, days: float) -> None:
    """Have a unit of a server, which runs selfhost from a folder, do so on that day."""
    script = f"""
        cat >/run/clock.py
        mkdir -p /run/systemd/system/{unit}.d
        {{
            printf '[Service]\\nExecStart=\\n'
            sed -n '/^ExecStart=/,/[^\\\\]$/p' /etc/systemd/system/{unit} |
                sed 's|python3 -I |python3 -I /run/clock.py {days} |'
        }} >/run/systemd/system/{unit}.d/clock.conf
        systemctl daemon-reload
        systemctl cat {unit} | grep -q 'clock.py {days} /usr'
    """
    done = run(server, ["sh", "-ec", script], input=_PROGRAM.encode())
    assert done.returncode == 0, done.stderr
