"""The pages of docs/controls follow from the controls, and lead where they say."""

import re

from selfhost.catalog.surfaces import surfaces
from selfhost.cli.root import run
from selfhost.controls.registry import controls, find
from selfhost.provision import content
from selfhost.reports.handbook import INDEX, pages


def test_docs_are_what_the_controls_say() -> None:
    folder = content.root() / "docs" / "controls"
    there = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert there == pages(controls(), surfaces()), "run `make docs`"
    assert run(["dev", "docs", "--check"]) == 0


def test_every_link_of_the_index_leads_to_a_heading() -> None:
    written = pages(controls(), surfaces())
    links = re.findall(r"\]\((\S+\.md)#([a-z0-9-]+)\)", written[INDEX])
    assert {anchor for _, anchor in links} == {control.id for control in controls()}
    assert all(f"\n## {anchor}\n" in written[name] for name, anchor in links)


def test_a_page_says_what_a_link_can_undo() -> None:
    page = pages([find("web-recording-service")], surfaces())["recording.md"]
    assert "- A link can set: `recordingService.enabled`" in page
    assert "A link can set" not in pages([find("jicofo-jibri-brewery")], surfaces())["recording.md"]


def test_examples_cannot_break_out_of_their_fence() -> None:
    for name, page in pages(controls(), surfaces()).items():
        assert page.count("\n````") % 2 == 0, name
