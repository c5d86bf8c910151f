"""Bring a backup back: the inventory here, accounts, certificates and customisations there."""

import io
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from selfhost.backup import model, places, remote
from selfhost.backup.model import Backup, Entry
from selfhost.errors import SettingsError, TargetError, UsageError
from selfhost.settings import edit
from selfhost.settings.site import Host, Site
from selfhost.targets.known_hosts import host_name

#: Commands that certbot would run as root; the roles set up their own.
_HOOK = re.compile(rb"^\s*\w*_hook\s*=.*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Move:
    """Where the server is now."""

    address: str
    user: str
    port: int
    identity_file: Path | None
    public_address: str
    private_address: str


def write_inventory(
    backup: Backup, directory: Path, move: Move | None, *, force: bool
) -> list[Path]:
    """Write the backup's inventory into a directory; with ``move``, for a server elsewhere.

    With ``force``, files in the way are kept as ``<name>.before-restore``. Raises UsageError
    before anything is written when files are in the way, the directory is none, or ``move`` is
    given and the backup is of several servers.
    """
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file, not a directory", hint="name another with -i")
    found = dict(backup.of_inventory())
    present = [directory / name for name in found if (directory / name).exists()]
    if present and not force:
        raise UsageError(
            f"{present[0]} exists already; nothing was written",
            hint="name another directory with -i, or go on with --force (old files are kept)",
        )
    texts = {name: _text(entry) for name, entry in found.items()}
    if move is not None:
        host = _only_host(backup)
        texts["hosts.yml"] = _moved(texts.get("hosts.yml", ""), host, move)
        texts["known_hosts"] = _others(texts.get("known_hosts", ""), move)
    try:
        for path in present:
            path.replace(path.with_name(f"{path.name}.before-restore"))
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{directory} cannot be written: {error.strerror}") from None
    for name, text in texts.items():
        mode = found[name].mode & 0o755 if name in found else 0o644
        edit.write_text(directory / name, text, mode)
    _own_pair(backup, directory)
    if move is not None:
        edit.set_value(directory, "site_public_address", move.public_address)
        if move.private_address or list(edit.files_with(directory, "site_private_address")):
            edit.set_value(directory, "site_private_address", move.private_address)
    return [directory / name for name in texts]


def _own_pair(backup: Backup, directory: Path) -> None:
    """The certificate and key that lay elsewhere on the old machine, now beside the settings."""
    settings = ("tls_certificate", "tls_private_key")
    for entry, setting in zip(backup.own_pair(), settings, strict=False):
        path = directory / "tls" / entry.name
        edit.write_text(path, _text(entry), 0o600)
        edit.set_value(directory, setting, str(path.resolve()))


def _text(entry: Entry) -> str:
    try:
        return entry.content.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"the backup's {entry.name} is not text") from None


def _only_host(backup: Backup) -> str:
    hosts = sorted({host for host, _, _ in backup.of_servers()})
    if len(hosts) != 1:
        raise UsageError(
            f"the backup is of {len(hosts)} servers, and --host names one",
            hint="write the inventory alone with --inventory-only, put the new addresses into it, "
            "then run restore on it without --host",
        )
    return hosts[0]


def _moved(text: str, host: str, move: Move) -> str:
    """``hosts.yml`` with the new address, in whichever of the usual two places it stands."""
    values = {
        "ansible_host": move.address,
        "ansible_port": move.port,
        "ansible_user": move.user,
    }
    if move.user != "root":
        values["ansible_become"] = True
    if move.identity_file is not None:
        values["ansible_ssh_private_key_file"] = str(move.identity_file)
    path = Path("hosts.yml")
    for key, value in values.items():
        text = edit.with_value(text, path, ("all", "hosts", host, key), value)
    return text


def _others(known_hosts: str, move: Move) -> str:
    """The keys of other servers: the new one shows its own."""
    name = host_name(move.address, move.port)
    lines = known_hosts.splitlines(keepends=True)
    return "".join(line for line in lines if name not in line.split(" ")[0].split(","))


def of_host(backup: Backup, host: str) -> tuple[bytes, int]:
    """A tar of what belongs onto a host, links last, and how many files it has."""
    chosen = [(path, entry) for name, path, entry in backup.of_servers() if name == host]
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, entry in sorted(chosen, key=lambda one: (bool(one[1].target), one[0])):
            content = entry.content
            if path.startswith("/etc/letsencrypt/renewal/"):
                content = _HOOK.sub(b"", content)
            put = Entry(entry.name, entry.kind, entry.mode, content, entry.target)
            model.add(archive, path.lstrip("/"), put, places.owner_of(path))
    return stream.getvalue(), len(chosen)


def place(site: Site, host: Host, backup: Backup) -> int:
    """Put a host's files where they belong; return how many. Raises TargetError."""
    content, count = of_host(backup, host.name)
    if not count:
        return 0
    answer = remote.run(site, host, "place", content, 64 * 1024)
    if answer.strip() != str(count).encode():
        raise TargetError(f"{host.name} did not say that it put all files in their places")
    return count


def check_site(backup: Backup, site: Site) -> None:
    """Refuse an inventory that is another site's. Raises UsageError."""
    if site.domain != backup.domain:
        raise UsageError(
            f"the backup is of {backup.domain}, and the inventory of {site.domain}",
            hint="name the right inventory with -i; another domain is for selfhost rename",
        )
    missing = {host for host, _, _ in backup.of_servers()} - {host.name for host in site.hosts}
    if missing:
        raise SettingsError(f"the inventory has no host {sorted(missing)[0]}, which the backup has")
