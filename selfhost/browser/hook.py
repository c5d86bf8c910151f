"""The script that every page gets first."""

import json
from collections.abc import Sequence
from importlib.resources import files

from selfhost.catalog.endpoints import same_owner


def own_names(host: str) -> tuple[str, ...]:
    """The host, and the domain above it where no stranger can have a name below that."""
    parent = host.partition(".")[2]
    return (host, parent) if parent and same_owner(parent, host) else (host,)


def script(binding: str, own: Sequence[str]) -> str:
    """``page_hook.js`` that tells through ``binding``."""
    source = files("selfhost.browser").joinpath("page_hook.js").read_text("utf-8")
    return source.replace("= OWN;", f"= {json.dumps(list(own))};").replace(
        "[TELL]", f"[{json.dumps(binding)}]"
    )
