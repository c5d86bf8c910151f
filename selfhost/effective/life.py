"""Whether an answer can be that of a server that lives.

What every such server has, however it is set up, must be in it: an answer without it was made up,
or comes out of a cage of few files in which a login was locked. Then nothing else in it is proof of
absence. It is no proof of truth: whoever is root there can answer this as well.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from selfhost.effective.seen import Unseen
from selfhost.evidence.model import Document, State

if TYPE_CHECKING:
    from selfhost.effective.server import Server


def _lines(documents: tuple[Document, ...]) -> list[list[str]]:
    return [line.split() for document in documents for line in document.text.splitlines()]


def _has_root(documents: tuple[Document, ...]) -> bool:
    accounts = [d for d in documents if d.path == "/etc/passwd"]
    return any(
        line.split(":")[2:3] == ["0"]
        for document in accounts
        for line in document.text.splitlines()
    )


def _has_root_folder(documents: tuple[Document, ...]) -> bool:
    return any(fields[1:2] == ["/"] for fields in _lines(documents))


def _has_any(documents: tuple[Document, ...]) -> bool:
    return any(map(bool, _lines(documents)))


_IMPOSSIBLE = "this cannot be all that a running server has: "
#: What must be there, by the source that would show it, and what is said where it is not.
_ALWAYS: Mapping[str, tuple[Callable[[tuple[Document, ...]], bool], str]] = {
    "host.accounts": (_has_root, "/etc/passwd has no root"),
    "host.processes": (_has_any, "not one process runs"),
    "host.mounts": (_has_root_folder, "nothing is mounted at /"),
    "host.sockets": (_has_any, "not one socket is open"),
}
#: What has something to tell wherever its command is installed.
_IF_INSTALLED: Mapping[str, str] = {
    "host.packages": "dpkg-query knows no package",
    "host.units": "systemctl knows no unit",
    "host.unit_files": "systemctl knows no unit file",
}


def prove_alive(server: "Server") -> None:
    """Raise ``Unseen`` where a whole server's answer cannot be that of a running one.

    What could not be read is left to the controls that ask for it, unless that is all that was
    asked for.
    """
    if server.evidence.scope is not None:
        return
    asked = seen = False
    for source in (*_ALWAYS, *_IF_INSTALLED):
        documents = server.evidence.of(source)
        asked = asked or bool(documents)
        if not documents or not all(document.state.known for document in documents):
            continue
        there = tuple(document for document in documents if document.state is State.PRESENT)
        if source in _ALWAYS:
            alive, missing = _ALWAYS[source]
            if not alive(there):
                raise Unseen(_IMPOSSIBLE + missing, documents)
            seen = True
        elif there and not _has_any(there):
            raise Unseen(_IMPOSSIBLE + _IF_INSTALLED[source], there)
    if asked and not seen:
        raise Unseen("nothing was seen that every running server has")
