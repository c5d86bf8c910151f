"""coturn's settings."""

from typing import TYPE_CHECKING

from selfhost.effective.config import Config
from selfhost.readers.tree import Origin, Source
from selfhost.readers.turnserver import read_turnserver

if TYPE_CHECKING:
    from selfhost.effective.server import Server


def configuration(server: "Server") -> Config:
    """The first of the places where coturn looks for its file."""
    document = server.required("coturn.config", "coturn")[0]
    tree = read_turnserver(Source(document.path, document.text))
    return Config("coturn", Origin(document.path), (tree,))
