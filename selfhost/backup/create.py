"""Make a backup: the inventory from here, the rest from the servers, one session each."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from selfhost import __version__, named_file, whole_file
from selfhost.backup import model, remote
from selfhost.backup.envelope import Lock, seal
from selfhost.backup.model import Backup, Entry
from selfhost.errors import TargetError, UsageError
from selfhost.settings.site import Host, Site

STORES = ("accounts", "account_roles", "account_flags")
MAX_SENT = 64 * 1024 * 1024
#: Of the machine with the inventory. The chain of statements grows by some kilobytes a day.
_MAX_SETTINGS = 16 * 1024 * 1024


def collect(site: Site) -> Backup:
    """The backup of a site. Nothing is changed anywhere.

    Raises TargetError when a server cannot be reached or answers with anything but what was
    asked for, UsageError when a file on this machine cannot be read.
    """
    entries = [*_inventory(site.inventory), *_own_pair(site)]
    for host in site.hosts:
        entries += _server(site, host)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Backup(site.domain, now, __version__, tuple(entries))


def write(backup: Backup, lock: Lock, path: Path) -> None:
    """Encrypt a backup and write it, whole or not at all, readable by its owner only."""
    sealed = seal(model.pack(backup), lock)
    try:
        whole_file.put(path, sealed)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _inventory(directory: Path) -> Iterator[Entry]:
    for path in sorted(directory.rglob("*")):
        name = f"inventory/{path.relative_to(directory).as_posix()}"
        if not path.is_file() or not model.in_inventory(name):
            continue
        yield Entry(name, "settings", path.stat().st_mode & 0o777, _read(path))


def _own_pair(site: Site) -> Iterator[Entry]:
    """The pair that ``tls_certificate`` and ``tls_private_key`` name on this machine."""
    if site.settings.get("tls_mode") != "own":
        return
    for name, setting in zip(model.OWN_PAIR, ("tls_certificate", "tls_private_key"), strict=True):
        yield Entry(name, "settings", 0o600, _read(Path(str(site.settings[setting]))))


def _read(path: Path) -> bytes:
    larger = "a file of an inventory can be (16 MiB)"
    return named_file.content(path.expanduser(), _MAX_SETTINGS, larger)


def _server(site: Site, host: Host) -> Iterator[Entry]:
    """What a server has, judged by the rules that hold for a restore as well."""
    order = json.dumps({"domain": site.domain, "stores": STORES}).encode()
    sent = remote.run(site, host, "gather", order, MAX_SENT)
    for found in received(sent, host.name):
        name = f"servers/{host.name}/{found.name}"
        entry = Entry(name, "", found.mode, found.content, found.target)
        kind = model.judged(entry, site.domain)
        if kind is not None:
            yield Entry(name, kind, found.mode, found.content, found.target)


def received(content: bytes, host: str) -> tuple[Entry, ...]:
    """The files in what a server sent. Raises TargetError when that is not a whole tar of files."""
    if content[-1024:] != bytes(1024):
        raise TargetError(f"{host} sent a backup that is cut off", hint="try again")
    try:
        return tuple(model.read_tar(content))
    except model.DAMAGE:
        raise TargetError(
            f"{host} sent something that is not a backup",
            hint="its python3 or the connection may have been tampered with",
        ) from None


def read(path: Path) -> bytes:
    """An encrypted file. Raises UsageError when it cannot be read or is too large."""
    return named_file.content(path, model.MAX_BYTES + 1024 * 1024, "a backup can be")


def new_path(site: Site) -> Path:
    """``backups/meet.example.org-20261231T235959Z.age`` in the inventory; makes the folder.

    Raises UsageError when that cannot be made.
    """
    folder = site.inventory / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made: {error.strerror}",
            hint="backups are kept there; make the inventory writable for your user",
        ) from None
    return folder / f"{site.domain}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.age"
