"""Runs Chromium and outlives whoever asked for it, so that neither browser nor profile stay.

One file, standard library only, run by its path: `guardian.py CONTROL IN OUT PROFILE COMMAND…`.
CONTROL is a pipe whose other end only the asker holds: once it is closed, however the asker
ended, the browser's processes are killed and its profile is removed. IN and OUT become the file
descriptors 3 and 4, where Chromium expects the DevTools protocol. The browser's group of processes
is noted in the profile, for who has to end them should this program hang; where it is killed, the
kernel kills the browser.
"""

import ctypes
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PID = "pid"
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Until the asker is gone."""
    control, given, taken = (int(word) for word in sys.argv[1:4])
    profile, command = sys.argv[4], sys.argv[5:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)

    kernel = ctypes.CDLL(None)

    def descriptors() -> None:
        kernel.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (given, taken)]
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    try:
        with (Path(profile) / "stderr").open("wb") as errors:
            browser = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                preexec_fn=descriptors,
                close_fds=False,
                start_new_session=True,
            )
        (Path(profile) / PID).write_text(str(browser.pid), "ascii")
    finally:
        os.close(given)
        os.close(taken)
    while not select.select([control], [], [], 0.5)[0]:
        browser.poll()
    for number, seconds in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(browser.pid, number)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and _alive(browser):
            time.sleep(0.02)
    for _ in range(5):  # a process that is just ending may still write
        shutil.rmtree(profile, ignore_errors=True)
        if not Path(profile).exists():
            break
        time.sleep(0.1)


def _alive(browser: "subprocess.Popen[bytes]") -> bool:
    browser.poll()
    try:
        os.killpg(browser.pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
