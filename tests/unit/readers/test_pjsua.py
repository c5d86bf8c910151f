"""Options of pjsua."""

import time

from selfhost.readers.pjsua import read_pjsua
from selfhost.readers.tree import Source, Unknown


def plain(text: str) -> object:
    return read_pjsua(Source("pjsua.config", text)).root.plain()


def test_options_stand_by_line_or_side_by_side() -> None:
    assert plain("--video --capture-dev=11\n--quality 10\n") == {
        "video": True,
        "capture-dev": "11",
        "quality": "10",
    }


def test_servers_add_up_and_of_others_the_last_wins() -> None:
    text = "--proxy a.example.org\n--proxy=sip:b.example.org\n--quality 1\n--quality 2\n"
    assert plain(text) == {"proxy": ["a.example.org", "sip:b.example.org"], "quality": "2"}


def test_comments_and_quotes() -> None:
    text = '# --auto-rec\n--id "a <sip:a@127.0.0.1>"\nsip:to@example.org\n'
    assert plain(text) == {"id": "a <sip:a@127.0.0.1>"}


def test_the_place_is_kept() -> None:
    node = read_pjsua(Source("pjsua.config", "\n\n--auto-rec\n")).get(("auto-rec",))
    assert node is not None
    assert str(node.origin) == "pjsua.config:3"


def test_hostile_input_ends_soon() -> None:
    began = time.process_time()
    for piece in ("-", "--a ", '--a "', "--a=\n", "=", " "):
        plain(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 2
    large = read_pjsua(Source("pjsua.config", "x" * 2_000_000)).root.value
    assert isinstance(large, Unknown)
