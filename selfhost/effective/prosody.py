"""Prosody's configuration, includes followed."""

from typing import TYPE_CHECKING

from selfhost.effective.seen import Unseen
from selfhost.readers.prosody import ProsodyConfig, read_prosody
from selfhost.readers.tree import Source

if TYPE_CHECKING:
    from selfhost.effective.server import Server

MAIN = "/etc/prosody/prosody.cfg.lua"


def configuration(server: "Server") -> ProsodyConfig:
    """Read from ``prosody.cfg.lua``; from the one given file where only one was given.

    Raises ``Unseen`` when Lua would refuse the file.
    """
    documents = server.required("prosody.config", "prosody")
    sources = {d.path: Source(d.path, d.text) for d in documents if d.path.endswith(".lua")}
    main = (
        MAIN
        if MAIN in sources
        else next((path for path in sources if path.endswith("/prosody.cfg.lua")), None)
    )
    if main is None:
        if server.evidence.scope is None or len(sources) != 1:
            raise Unseen("prosody.cfg.lua was not found beside the other files", documents)
        main = next(iter(sources))
    complete = {main.rpartition("/")[0] + "/conf.d"}
    config = read_prosody(sources, main, complete=complete)
    fatal = next((problem for problem in config.problems if problem.fatal), None)
    if fatal is not None:
        raise Unseen(f"{fatal.origin}: {fatal.message}", documents)
    return config
