"""What is there and still says nothing: questions to it have no answer."""

import pytest

from selfhost.effective.seen import Unseen
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State

WHEN = "2026-01-01T00:00:00Z"


def test_a_file_with_null_bytes_is_no_text_file() -> None:
    text = b'-- start\nmodules_disabled = { "s2s" }\n\0'
    document = Document("prosody.config", "/etc/prosody/prosody.cfg.lua", State.PRESENT, text)
    with pytest.raises(Unseen, match=r"prosody\.cfg\.lua is not a text file"):
        Server(Evidence("h", WHEN, (document,))).documents("prosody.config")


@pytest.mark.parametrize("state", [State.PRESENT, State.ABSENT])
def test_a_server_without_any_process_was_not_looked_at(state: State) -> None:
    documents = (Document("host.processes", "probe:processes", state),)
    with pytest.raises(Unseen, match="no process was seen"):
        _ = Server(Evidence("h", WHEN, documents)).processes
    files = Evidence("h", WHEN, documents, frozenset({"host.processes"}))
    assert Server(files).processes == ()
