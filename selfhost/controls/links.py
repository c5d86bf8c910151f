"""What a meeting link can undo: keys of ``config.js`` that ``#config.…`` sets for its visitor.

A verdict on such a key is true of the file that is served, and no barrier: what holds against a
link is the server, which must not offer the service, and the Content-Security-Policy.
"""

from collections.abc import Iterable

from selfhost.catalog.client_keys import client_keys
from selfhost.controls.model import Cited, Control


def settable_by_link(control: Control, cited: Iterable[Cited]) -> tuple[str, ...]:
    """The keys among those cited that a link can set; empty for controls of other programs."""
    if "web.config" not in control.needs:
        return ()
    keys = sorted({place.key for place in cited if place.key})
    return tuple(key for key in keys if client_keys().settable_by_link(tuple(key.split("."))))
