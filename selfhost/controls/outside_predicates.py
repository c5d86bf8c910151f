"""What checks of the view from outside share."""

from selfhost.controls.model import Cited
from selfhost.effective.server import Server
from selfhost.readers.tree import Origin


def looked(server: Server, source: str) -> tuple[Cited, ...]:
    """The document that does not say what was asked."""
    return tuple(Cited(Origin(document.path)) for document in server.evidence.of(source))
