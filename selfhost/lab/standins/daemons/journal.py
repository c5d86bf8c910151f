"""Log lines on standard output, and the record of calls that the real program would make."""

import contextlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

THIRD_PARTY_CALLS = Path("/var/log/standin/third-party-calls.log")


def log(level: str, message: str) -> None:
    """One line in the shape of the real logs: who, when, level, text."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    sys.stdout.write(f"STANDIN {stamp} {level}: {message}\n")
    sys.stdout.flush()


def third_party_call(what: str, record: Path = THIRD_PARTY_CALLS) -> None:
    """Write down a call that is not made. A test asserts that the record stays empty."""
    log("WARNING", what)
    line = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {what}\n"
    try:
        with record.open("a", encoding="utf-8") as stream:
            stream.write(line)
    except OSError as problem:
        log("SEVERE", f"cannot write {record}: {problem}")
        return
    with contextlib.suppress(OSError):
        os.chmod(record, 0o664)  # noqa: PTH101 (the packages' scripts write it as root)
