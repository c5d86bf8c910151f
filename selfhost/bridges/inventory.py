"""A bridge comes into the inventory, or goes out of it: tried on a copy, then written at once."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from selfhost.errors import SettingsError, UsageError
from selfhost.settings import secrets
from selfhost.settings.create import write_files
from selfhost.settings.document import read_text
from selfhost.settings.hosts_file import with_host, without_host
from selfhost.settings.render import HostEntry, dump, host_variables
from selfhost.settings.site import Host, Site, load_site

GROUP = "jitsi_videobridge"


@dataclass(frozen=True, slots=True)
class NewBridge:
    """What ``selfhost bridge add`` was asked for."""

    host: HostEntry
    public_address: str
    private_address: str = ""


def bridges(site: Site) -> tuple[Host, ...]:
    """The site's hosts that are bridges."""
    return tuple(host for host in site.hosts if GROUP in host.groups)


def remote(site: Site) -> tuple[Host, ...]:
    """The bridges that do not stand beside the XMPP server."""
    return tuple(host for host in bridges(site) if "jitsi_signalling" not in host.groups)


def signalling(site: Site) -> Host:
    """The host that all bridges log in to."""
    return next(host for host in site.hosts if "jitsi_signalling" in host.groups)


def find(site: Site, name: str) -> Host:
    """A bridge by its name. Raises UsageError when the inventory has none of that name."""
    for host in bridges(site):
        if host.name == name:
            return host
    known = ", ".join(host.name for host in bridges(site))
    raise UsageError(f"the inventory has no bridge {name}", hint=f"its bridges: {known}")


def add(inventory: Path, new: NewBridge, vault_password_file: Path | None = None) -> list[Path]:
    """Write a bridge and a password of its own into the inventory; the files written.

    Raises SettingsError or UsageError before anything is written.
    """
    variables = {
        **host_variables(new.host),
        "site_public_address": new.public_address,
        "site_private_address": new.private_address,
    }
    hosts = with_host(read_text(inventory / "hosts.yml"), new.host.name, variables, GROUP)
    own = f"host_vars/{new.host.name}/secrets.yml"
    password_file = secrets.vault_password_file(vault_password_file)
    texts = {"hosts.yml": hosts}
    if not (inventory / own).exists():
        text = "---\n# Known to this bridge and to the XMPP server only.\n"
        text += dump({"site_jvb_password": secrets.generate()})
        texts[own] = secrets.seal(text, password_file) if password_file else text
        if password_file is None and (inventory / ".gitignore").is_file():
            ignored = read_text(inventory / ".gitignore")
            if own not in ignored.splitlines():
                texts[".gitignore"] = f"{ignored.rstrip()}\n{own}\n"
    _tried(inventory, texts, vault_password_file)
    return write_files(inventory, texts)


def remove(inventory: Path, name: str, vault_password_file: Path | None = None) -> list[Path]:
    """Take a host out of the inventory; its secrets are removed too. The files written.

    Raises SettingsError or UsageError before anything is written.
    """
    texts = {"hosts.yml": without_host(read_text(inventory / "hosts.yml"), name)}
    _tried(inventory, texts, vault_password_file)
    written = write_files(inventory, texts)
    shutil.rmtree(inventory / "host_vars" / name, ignore_errors=True)
    return written


def _tried(inventory: Path, texts: Mapping[str, str], vault_password_file: Path | None) -> None:
    """Read the inventory as it would be, from a private copy."""
    with tempfile.TemporaryDirectory(prefix="selfhost-") as folder:
        copy = Path(folder) / "inventory"
        shutil.copytree(inventory, copy, ignore=shutil.ignore_patterns("runs", "*.bak"))
        write_files(copy, texts)
        try:
            load_site(copy, vault_password_file)
        except SettingsError as error:
            message = error.message.replace(f"{copy}/", "")
            raise SettingsError(f"nothing was written: {message}", hint=error.hint) from None
