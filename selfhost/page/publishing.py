"""The page made from the inventory, and brought to the web servers or into a folder."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from selfhost import whole_file
from selfhost.errors import UsageError
from selfhost.page import basis, publication, upload
from selfhost.page.model import Page
from selfhost.page.upload import Uploaded
from selfhost.settings.site import Site


@dataclass(frozen=True, slots=True)
class Published:
    """The page, and what became of it on each web server; nothing where a folder got it."""

    page: Page
    hosts: tuple[Uploaded, ...] = ()


def publish(
    inventory: Path,
    site: Site,
    key: Ed25519PublicKey,
    now: datetime,
    report: str | None = None,
    output: Path | None = None,
) -> Published:
    """``report`` as ``basis.find`` has it; ``output`` is a folder in the servers' place.

    Raises what ``basis.find`` and ``upload.upload`` raise, and UsageError for the folder.
    """
    found = basis.find(inventory, site.domain, key, report, now)
    files = publication.files(found.page, found.chain, now)
    if output is None:
        hosts = upload.web_hosts(site)
        brought = (upload.upload(site, host, files, found.page.checked) for host in hosts)
        return Published(found.page, tuple(brought))
    try:
        output.mkdir(exist_ok=True)
        for name, content in files.items():
            whole_file.put(output / name, content, 0o644)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None
    return Published(found.page)
