"""coturn's settings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from selfhost.effective.config import Config
from selfhost.effective.seen import Unseen
from selfhost.readers.tree import Origin, Source
from selfhost.readers.turnserver import OPTIONS, read_turnserver

if TYPE_CHECKING:
    from selfhost.effective.server import Server


def configuration(server: "Server") -> Config:
    """The first of the places where coturn looks for its file.

    Raises ``Unseen`` where nothing in it is an option of coturn's: it would say so, go on and use
    its defaults, and whoever put such a file there has others somewhere.
    """
    document = server.required("coturn.config", "coturn")[0]
    tree = read_turnserver(Source(document.path, document.text))
    written = tree.root.value
    if isinstance(written, Mapping) and written and not OPTIONS & set(written):
        raise Unseen(f"nothing in {document.path} is an option of coturn's", (document,))
    return Config("coturn", Origin(document.path), (tree,))
