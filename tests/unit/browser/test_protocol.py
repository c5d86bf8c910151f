"""The DevTools protocol over pipes, with a browser that says anything."""

import json
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from selfhost.browser import protocol
from selfhost.browser.protocol import Connection, GoneError, RefusedError


class Other:
    """The browser's end."""

    def __init__(self) -> None:
        read, self.write = os.pipe()
        self.read, write = os.pipe()
        self.connection = Connection(read, write)

    def say(self, *messages: dict[str, Any] | bytes) -> None:
        for message in messages:
            raw = message if isinstance(message, bytes) else json.dumps(message).encode()
            os.write(self.write, raw + b"\0")


@pytest.fixture
def other() -> Iterator[Other]:
    found = Other()
    yield found
    found.connection.close()
    os.close(found.read)


def test_an_answer_is_found_among_events_and_rubbish(other: Other) -> None:
    events = []
    other.connection.on_event = lambda *event: events.append(event)
    other.say(b"rubbish", b"[1]", b'{"id": "x"}', b"[" * 5000)
    other.say({"method": "A.b", "params": [], "sessionId": 7}, {"method": 3})
    other.say({"id": 99, "result": {}}, {"id": 1, "result": {"x": 1}})
    assert other.connection.call("A.c", "s", who="me") == {"x": 1}
    assert events == [("A.b", {}, "")]
    sent = json.loads(os.read(other.read, 1000).rstrip(b"\0"))
    assert sent == {"id": 1, "method": "A.c", "params": {"who": "me"}, "sessionId": "s"}
    os.close(other.write)


def test_refusals_silence_and_an_end_are_told_apart(other: Other) -> None:
    other.say({"id": 1, "error": {"message": "no such thing"}})
    with pytest.raises(RefusedError, match="no such thing"):
        other.connection.call("A.b")
    with pytest.raises(TimeoutError, match=r"A\.c"):
        other.connection.call("A.c", seconds=0.1)
    os.close(other.write)
    with pytest.raises(GoneError):
        other.connection.call("A.d")


def test_who_says_too_much_is_not_listened_to(
    other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_MESSAGE", 100_000)

    def talk() -> None:
        try:
            while True:
                os.write(other.write, b"x" * 4096)
        except OSError:
            pass

    thread = threading.Thread(target=talk)
    thread.start()
    with pytest.raises(GoneError, match="too much"):
        other.connection.listen(10)
    other.connection.close()
    thread.join(10)
    os.close(other.write)
