"""A server of which a single file was given."""

from selfhost.audit.evaluate import judge
from selfhost.controls import registry
from selfhost.controls.model import Status, worst
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State


def given(source: str, text: str, path: str = "given") -> Server:
    document = Document(source, path, State.PRESENT, text.encode())
    return Server(Evidence("given", "2026-01-01T00:00:00Z", (document,), frozenset({source})))


def status(server: Server, control: str) -> Status | None:
    verdicts = judge(registry.find(control), server)
    assert verdicts is not None
    return worst(verdicts)
