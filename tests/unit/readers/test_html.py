"""What a page makes a browser contact, and what it does not."""

import time

import pytest

from selfhost.readers.html import MAX_SIZE, inline_scripts, read_addresses
from selfhost.readers.tree import Source


def found(text: str) -> list[tuple[str, str, int]]:
    addresses, problems = read_addresses(Source("/index.html", text))
    assert problems == ()
    return [(a.where, a.text, a.origin.line) for a in addresses]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script src='https://a.example/x.js'>", ("script src", "https://a.example/x.js", 1)),
        ("\n<SCRIPT SRC=//a.example/x>", ("script src", "//a.example/x", 2)),
        ("<link rel=preconnect href=https://a.example>", ("link href", "https://a.example", 1)),
        ("<link rel='dns-prefetch' href='//a.example'>", ("link href", "//a.example", 1)),
        ("<img srcset='a.png 1x'>", ("img srcset", "a.png", 1)),
        (
            "<meta http-equiv=refresh content='0; url=https://a.example/'>",
            ("meta refresh", "https://a.example/", 1),
        ),
        ("<p style='background: url(//a.example/b.png)'>", ("p style", "//a.example/b.png", 1)),
        (
            "<style>\n@import 'https://a.example/s.css';</style>",
            ("style", "https://a.example/s.css", 2),
        ),
        ("<script>\n\nfetch('wss://a.example')</script>", ("script", "wss://a.example", 3)),
        ("<script src='x.js' src='https://a.example'>", ("script src", "x.js", 1)),
        ("<base href='&#104;ttps://a.example/'>", ("base href", "https://a.example/", 1)),
    ],
)
def test_contacts(text: str, expected: tuple[str, str, int]) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "<!-- <script src='https://a.example/x.js'></script> -->",
        "<p>https://a.example/</p>",
        "<a href='https://a.example/'>a</a>",
        "<link rel=canonical href='https://a.example/'>",
        "<script>// https://a.example/\nvar a = 1; // see https://a.example/\n</script>",
        "<script>/* s.src = 'https://a.example/' */</script>",
        "<script>var ns = 'http://www.w3.org/2000/svg';</script>",
        "<script></script>https://a.example/",
    ],
)
def test_does_not_contact(text: str) -> None:
    assert found(text) == []


def test_a_page_that_is_too_large_ends_in_a_problem() -> None:
    addresses, problems = read_addresses(Source("/index.html", "x" * (MAX_SIZE + 1)))
    assert addresses == ()
    assert [problem.fatal for problem in problems] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "<!--",
        "<a ",
        "<a='",
        "<script>/*",
        "<",
        "&",
        "<![CDATA[",
        "a b=c ",
        "<script>'//a",
        "http://",
        "</",
        "<script></scripts",
        '<a style="//',
    ],
)
def test_pages_made_to_be_slow_are_not(text: str) -> None:
    start = time.process_time()
    found((text * MAX_SIZE)[:MAX_SIZE])
    found(("<script>" + text * MAX_SIZE)[:MAX_SIZE])
    assert time.process_time() - start < 3


def test_data_about_the_page_contacts_nobody() -> None:
    text = (
        '<script type="application/ld+json">{"url": "https://a.example/"}</SCRIPT>\n'
        '<script>load("https://b.example/")</script>'
    )
    assert found(text) == [("script", "https://b.example/", 2)]


def test_scripts_within_a_page_stay_where_they_were() -> None:
    text = '<p>\n<script src="a.js"></script>\n<script>\nx = 1\n</script> y\n<SCRIPT>z</SCRIPT>'
    lines = inline_scripts(text).split("\n")
    assert [line.strip() for line in lines] == ["", "", "", "x = 1", ";", "z;"]
    assert len(inline_scripts(text)) == len(text)
