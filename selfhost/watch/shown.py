"""What participants are shown of a look: the page about privacy follows it at once."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from selfhost.audit.model import Report
from selfhost.errors import ProvisionError
from selfhost.page import facts, publication, publish_program, publishing
from selfhost.page.model import State
from selfhost.policy import keep
from selfhost.policy.in_force import in_force
from selfhost.settings import load_site


def from_inventory(inventory: Path, key: Ed25519PublicKey) -> None:
    """As selfhost publish does it. Raises what that raises."""
    site = load_site(inventory, need_secrets=False)
    for one in publishing.publish(inventory, site, key, datetime.now(UTC)).hosts:
        if one.worse:
            raise ProvisionError(one.worse, hint="selfhost audit")


def on_this_server(domain: str, state: Path, report: Report) -> None:
    """Without a key: what was published goes on being shown, or gives way to a page that says
    what failed. ``state`` is the folder with what was promised. Raises ProvisionError."""
    now = datetime.now(UTC)
    promised = in_force(keep.changes(state), now.date())
    page = facts.page(report, domain, promised, now, None)
    failed = page.state is State.FAILED
    try:
        publish_program.found(publication.found(page) if failed else {}, domain)
    except publish_program.OrderError as error:
        raise ProvisionError(str(error)) from None
    except OSError as error:
        raise ProvisionError(f"{error.filename}: {error.strerror}") from None
