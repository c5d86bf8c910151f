"""A statement added to a site's chain."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from selfhost import lock_file, whole_file
from selfhost.attest import chain, dsse, source, statement
from selfhost.attest.promise import Promised
from selfhost.attest.statement import Statement
from selfhost.catalog import profiles
from selfhost.controls import registry
from selfhost.errors import UsageError

_LOCK = ".statements.lock"


def extend(
    inventory: Path,
    report: str,
    host: str,
    key: Ed25519PrivateKey,
    days: int,
    promised: Promised | None = None,
) -> Statement:
    """Sign the report and write the longer chain, whole or not at all. ``promised``: the promise
    that is in force, if the site makes one.

    Raises UsageError when there is nothing to vouch for, or the chain so far is not good.
    """
    path = inventory / source.NAME
    now = datetime.now(UTC).replace(microsecond=0)
    categories = {control.id: str(control.category) for control in registry.controls()}
    # Two runs sign one after the other, or there would be two statements of one number.
    with lock_file.held(inventory / _LOCK):
        old = source.content(path).rstrip() if path.exists() else b""
        last = _last(path, old, key, host, now) if old else None
        try:
            payload = statement.payload(
                report,
                host=host,
                sequence=last.sequence + 1 if last else 1,
                previous=last.digest if last else "",
                issued=now,
                days=days,
                known=categories.get,
                profiles=frozenset(one.name for one in profiles.profiles()),
                promised=promised,
            )
        except ValueError as error:
            raise UsageError(str(error)) from None
        line = dsse.seal(payload, key).encode()
        try:
            whole_file.put(path, b"".join((old, b"\n" if old else b"", line, b"\n")), 0o644)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return statement.read(payload)


def _last(
    path: Path, content: bytes, key: Ed25519PrivateKey, host: str, now: datetime
) -> Statement:
    checked = chain.check(source.envelopes(content, path.name), key.public_key(), now, host=host)
    if not checked.genuine or checked.newest is None:
        raise UsageError(
            f"the chain in {path} is not good: {checked.problems[0]}",
            hint="take it from where it is published; to begin a new one (with a new key or "
            "another domain), move it away, and tell the participants",
        )
    if checked.newest.issued > now:
        raise UsageError("the last statement is of the future: set this machine's clock")
    return checked.newest
