"""A control's examples as evidence, so that an example exercises readers and control together."""

import hashlib

from selfhost.controls.model import Control, Example
from selfhost.evidence.model import Document, Evidence, State
from selfhost.evidence.plan import step

DOMAIN = "meet.example.org"
WHEN = "2026-01-01T00:00:00Z"


def place(source: str) -> str:
    """The path under which a source's snippet is cited: its first place, globs filled in."""
    found = step(source)
    if found.kind == "command":
        return "$ " + " ".join(found.places)
    if found.kind == "probe":
        return f"probe:{found.places[0]}"
    return found.places[0].replace("*", DOMAIN)


def evidence(control: Control, example: Example) -> Evidence:
    """What the audit would have collected.

    A key of ``example.evidence`` is a source, or a source and a path with a space between.
    Sources that the control needs and the example does not name are present and empty.
    """
    documents: list[Document] = []
    for key, snippet in example.evidence.items():
        source, _, path = key.partition(" ")
        documents.append(_present(example, source, path or place(source), snippet))
    given = {document.source for document in documents}
    for source in example.absent:
        documents.append(Document(source, place(source), State.ABSENT))
        given.add(source)
    documents.extend(
        _present(example, source, place(source), "")
        for source in control.needs
        if source not in given
    )
    scope = frozenset(document.source for document in documents)
    return Evidence(f"example:{control.id}", WHEN, tuple(documents), scope)


def _present(example: Example, source: str, path: str, snippet: str) -> Document:
    if source == "nginx.effective":
        snippet = f"# configuration file /etc/nginx/nginx.conf:\n{snippet}"
    content = snippet.encode()
    return Document(
        source=source,
        path=path,
        state=State.PRESENT,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        mode=example.modes.get(source, "0640"),
        owner="root:root",
    )
