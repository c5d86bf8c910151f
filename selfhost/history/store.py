"""The history of a site's audits: one SQLite file beside its inventory.

A report is kept whole, and given back byte for byte. Adding is one transaction, and takes the
file's lock before it reads, so that two audits at the same time are added one after the other.
"""

import hashlib
import json
import os
import sqlite3
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from selfhost.audit import saved
from selfhost.audit.compare import compare
from selfhost.audit.model import Baseline, Report
from selfhost.audit.saved import Saved
from selfhost.errors import UsageError
from selfhost.history import pieces
from selfhost.history.model import Entry, HostEntry, KeptChange
from selfhost.reports import json as json_report

NAME = "history.sqlite"
VERSION = 1
WAIT = 30.0  # seconds for another run to let go of the file
_APPLICATION = 0x53484831  # "SHH1", so that `file` and we know whose it is
_MAX_PIECE = 16 * 1024 * 1024
_AT_ONCE = 500  # variables in one statement
T = TypeVar("T")
_SCHEMA = """
CREATE TABLE audits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, version TEXT NOT NULL, catalogue TEXT NOT NULL, profile TEXT NOT NULL,
    policy TEXT NOT NULL, evidence TEXT NOT NULL, exit_code INTEGER NOT NULL,
    digest TEXT NOT NULL, facts INTEGER NOT NULL, report BLOB NOT NULL
);
CREATE TABLE hosts (
    audit INTEGER NOT NULL REFERENCES audits(id), target TEXT NOT NULL,
    reached INTEGER NOT NULL, counts TEXT NOT NULL, PRIMARY KEY (audit, target)
) WITHOUT ROWID;
CREATE TABLE changes (
    audit INTEGER NOT NULL REFERENCES audits(id), change TEXT NOT NULL, control TEXT NOT NULL,
    severity TEXT NOT NULL, target TEXT NOT NULL, was TEXT NOT NULL, now TEXT NOT NULL
);
CREATE INDEX changes_of ON changes (audit);
CREATE TABLE pieces (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, body BLOB NOT NULL
);
"""
_ENTRY = "id, at, version, catalogue, profile, policy, evidence, exit_code, digest, facts"
_NUMBERS = ("id", "exit_code", "facts")


def add(inventory: Path, report: Report, now: str) -> Baseline | None:
    """Keep a report, and tell what is different since the one before it, if there is one.

    ``now`` (ISO, UTC) is the time of an audit that reached no host. Raises UsageError when the
    file cannot be written.
    """
    after = saved.of(report)
    with _open(inventory, create=True) as connection:
        connection.execute("BEGIN IMMEDIATE")
        row = connection.execute("SELECT max(id) FROM audits").fetchone()
        found = None
        if row[0] is not None:
            found = compare(_saved(connection, row[0]), after)
        _insert(connection, report, after.collected_at or now, found)
        connection.execute("COMMIT")
    return found


def entries(inventory: Path) -> tuple[Entry, ...]:
    """All audits, the oldest first; none where there is no history."""
    if not (inventory / NAME).exists():
        return ()
    with _open(inventory, create=False) as connection:
        try:
            return _entries(connection)
        except (TypeError, ValueError, RecursionError):
            raise _damaged(inventory / NAME) from None


def _entries(connection: sqlite3.Connection) -> tuple[Entry, ...]:
    """Raises TypeError or ValueError where a row holds what no run of ours wrote: SQLite takes
    values of any type, and keeps no sums of them."""
    hosts: dict[int, list[HostEntry]] = defaultdict(list)
    for audit, target, reached, counts in connection.execute(
        "SELECT audit, target, reached, counts FROM hosts ORDER BY audit, target"
    ):
        (name,) = _of_type(str, target)
        numbers = json.loads(counts)
        _of_type(int, *numbers.values() if isinstance(numbers, dict) else ("",))
        hosts[audit].append(HostEntry(name, bool(reached), numbers))
    changes: dict[int, list[KeptChange]] = defaultdict(list)
    for audit, *rest in connection.execute(
        "SELECT audit, change, control, severity, target, was, now FROM changes ORDER BY rowid"
    ):
        changes[audit].append(KeptChange(*_of_type(str, *rest)))
    found = []
    names = _ENTRY.split(", ")
    for row in connection.execute(f"SELECT {_ENTRY} FROM audits ORDER BY id"):  # noqa: S608
        values = dict(zip(names, row, strict=True))
        _of_type(int, *(values[name] for name in _NUMBERS))
        _of_type(str, *(values[name] for name in names if name not in _NUMBERS))
        if datetime.fromisoformat(values["at"]).tzinfo is None:
            raise ValueError("a time of no zone")
        found.append(Entry(**values, hosts=tuple(hosts[row[0]]), changes=tuple(changes[row[0]])))
    return tuple(found)


def _of_type(kind: type[T], *values: object) -> tuple[T, ...]:
    """The values. Raises TypeError where one is of another type."""
    checked = tuple(value for value in values if isinstance(value, kind))
    if len(checked) != len(values):
        raise TypeError
    return checked


def report(inventory: Path, entry: Entry) -> str:
    """The JSON report of an audit, as it was. Raises UsageError when it is damaged."""
    with _open(inventory, create=False) as connection:
        return "".join(pieces.written(_document(connection, entry.id)))


def compared(inventory: Path, entry: Entry) -> Saved:
    """An audit to compare with. Raises UsageError when it is damaged."""
    with _open(inventory, create=False) as connection:
        return _saved(connection, entry.id)


def _saved(connection: sqlite3.Connection, audit: int) -> Saved:
    return saved.parsed(_document(connection, audit), f"audit {audit}")


def _document(connection: sqlite3.Connection, audit: int) -> dict[str, Any]:
    """The JSON report, which is sure to give the same bytes as once."""
    row = connection.execute("SELECT report, digest FROM audits WHERE id = ?", (audit,)).fetchone()
    try:
        skeleton = _unpacked(row[0])
        wanted = pieces.numbers(skeleton)
        found: dict[int, str] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            rows = connection.execute(
                f"SELECT id, body FROM pieces WHERE id IN ({marks})",  # noqa: S608 - only marks
                some,
            )
            found.update((number, _unpacked(body)) for number, body in rows)
        document = pieces.join(skeleton, found)
        if _digest(pieces.written(document)) == row[1]:
            return document
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError, zlib.error):
        pass  # as where the digest is another
    raise UsageError(
        f"audit {audit} in the history is damaged",
        hint="the others can be read; take the file from a backup, or move it away",
    )


def _digest(written: Iterable[str]) -> str:
    total = hashlib.sha256()
    for piece in written:
        total.update(piece.encode())
    return total.hexdigest()


def _insert(
    connection: sqlite3.Connection, report: Report, at: str, found: Baseline | None
) -> None:
    def keep(piece: str) -> int:
        digest = hashlib.sha256(piece.encode()).digest()
        row = connection.execute("SELECT id FROM pieces WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            values = (digest, zlib.compress(piece.encode(), 9))
            return (
                connection.execute(
                    "INSERT INTO pieces (digest, body) VALUES (?, ?)", values
                ).lastrowid
                or 0
            )
        return int(row[0])

    values = (
        *(at, report.version, report.controls_digest, report.profile),
        *(str(report.policy), str(report.completeness), int(report.exit_code)),
        _digest(json_report.pieces(report)),
        len(found.facts) if found else 0,
        zlib.compress(pieces.split(report, keep).encode(), 9),
    )
    names = _ENTRY.removeprefix("id, ")
    audit = connection.execute(
        f"INSERT INTO audits ({names}, report) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
        values,
    ).lastrowid
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for result in report.results:
        outcomes[result.target][str(result.outcome)] += 1
    connection.executemany(
        "INSERT OR REPLACE INTO hosts VALUES (?, ?, ?, ?)",
        [
            (
                audit,
                one.target,
                not one.unreachable,
                json.dumps(outcomes[one.target], sort_keys=True),
            )
            for one in report.targets
        ],
    )
    kept = [
        KeptChange(str(c.change), c.control, str(c.severity), c.target, c.was, c.now)
        for c in (found.changes if found else ())
    ]
    connection.executemany(
        "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(audit, *asdict(one).values()) for one in kept],
    )


def _unpacked(packed: bytes) -> str:
    """Bounded: the file may have been changed. Raises zlib.error and ValueError."""
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(packed, _MAX_PIECE)
    if not unpacker.eof:
        raise ValueError("cut, or larger than a piece can be")
    return plain.decode()


@contextmanager
def _open(inventory: Path, *, create: bool) -> Iterator[sqlite3.Connection]:
    path = inventory / NAME
    try:
        if create and not path.exists():
            # sqlite3 would let the umask decide who may read it.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as connection:
            _prepare(connection, path, create=create)
            yield connection
    except FileNotFoundError:
        raise UsageError(f"there is no folder {inventory}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    except sqlite3.Error as error:
        raise _told(path, error) from None


def _prepare(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    if create:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables or not create:
            raise UsageError(f"{path} is not a history of audits")
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    elif version > VERSION:
        raise UsageError(
            f"{path} was written by a newer selfhost (version {version} of the history)",
            hint="update selfhost",
        )
    if create:
        connection.execute("COMMIT")


def _told(path: Path, error: sqlite3.Error) -> UsageError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return UsageError(
            f"{path} is in use by another run (waited {WAIT:.0f} s)", hint="try again later"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path)
    return UsageError(f"{path} cannot be used: {error}")


def _damaged(path: Path) -> UsageError:
    return UsageError(
        f"{path} is damaged", hint="take it from a backup, or move it away: a new one is begun"
    )
