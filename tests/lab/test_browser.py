"""A provisioned server as a real browser sees it: clean, with each leak on, by hostile links."""

import datetime
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from selfhost import lab
from selfhost.catalog.hostile_links import Override, overrides
from selfhost.evidence.model import Evidence
from selfhost.lab.matrix import Caught, matrix, table
from selfhost.lab.switches import Switch
from selfhost.lab.switches.browser import BROWSER, NO_POLICY
from tests.lab.browser import judged, open_room, visited
from tests.lab.conftest import Site

TABLE = Path(__file__).parents[2] / "docs" / "hostile-links.md"
LINKS_A_DAY = 4
Item = TypeVar("Item")


@pytest.fixture(scope="module")
def room(site: Site) -> Iterator[None]:
    """A room that stays open. Going back to the snapshot would close it, so that comes last."""
    try:
        with open_room(site):
            yield
    finally:
        site.reset()


def entries(evidence: Evidence, source: str) -> list[dict[str, Any]]:
    (document,) = evidence.of(source)
    return [json.loads(line) for line in document.text.splitlines()]


def of_today(items: Sequence[Item], count: int) -> tuple[Item, ...]:
    """Some, others tomorrow."""
    step = -(-len(items) // count)
    today = datetime.datetime.now(datetime.UTC).toordinal()
    return tuple(items[today % step :: step])


def stopped_by(entry: dict[str, Any]) -> str:
    """What kept a link from its end."""
    foreign = [url for url in entry["ice"] if "meet.example.test" not in url]
    if entry["let_through"] or foreign or entry["recorders"]:
        return "NOTHING"
    if entry["stopped"]:
        return "Content-Security-Policy"
    return {
        "network": "nothing is configured that could be contacted",
        "server": "the server has no such service",
        "browser": "cannot be stopped: acts in the browser of whoever opens the link",
        "refused": "the client, which takes it from no link",
    }[entry["acts"]]


def rows(evidence: Evidence) -> list[str]:
    what = {override.key: override.what for override in overrides()}
    found = []
    for entry in entries(evidence, "browser.links"):
        tried = ", ".join(entry["stopped"] + entry["let_through"]) or "no contact"
        where = f"{entry['override']} | {what[entry['override']]} | {tried}"
        found.append(f"| {where} | {stopped_by(entry)} |")
    return found


def test_a_clean_server_and_some_links(site: Site, url: str, room: None) -> None:
    evidence = visited(url, of_today(overrides(), LINKS_A_DAY))
    stages = {e["stage"]: e["reached"] for e in entries(evidence, "browser.visit")[:-1]}
    assert stages == dict.fromkeys(
        ("welcome", "room", "join", "second", "chat", "share", "settings", "leave"), True
    )
    hosts = {entry["host"] for entry in entries(evidence, "browser.requests")}
    assert hosts == {site.server.hostname}
    ice = [e["host"] for e in entries(evidence, "browser.webrtc") if e["what"] == "ice"]
    assert set(ice) == {site.server.hostname}
    assert set(judged(evidence).values()) == {"pass"}
    assert set(rows(evidence)) <= set(TABLE.read_text("utf-8").splitlines())


@pytest.mark.nightly
def test_no_link_leads_away_from_a_clean_server(url: str, room: None) -> None:
    evidence = visited(url, overrides())
    assert judged(evidence)["browser-hostile-links"] == "pass"
    begins = ("| config.", "| interfaceConfig.")
    told = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith(begins)]
    assert rows(evidence) == told


def caught(site: Site, url: str, switches: Sequence[Switch]) -> list[Caught]:
    def audit() -> dict[str, object]:
        found = judged(visited(url)).items()
        return {"results": [{"control": control, "status": status} for control, status in found]}

    return list(matrix(site.server.name, audit, switches))


def test_a_leak_is_caught(site: Site, url: str, room: None) -> None:
    found = caught(site, url, of_today(BROWSER, 1))
    assert all(row.exactly for row in found), table(found)


@pytest.mark.nightly
def test_each_leak_is_caught_by_exactly_its_control(site: Site, url: str, room: None) -> None:
    found = caught(site, url, BROWSER)
    assert all(row.exactly for row in found), table(found)


@pytest.mark.nightly
def test_without_a_policy_links_and_settings_lead_away(site: Site, url: str, room: None) -> None:
    """The same attempts get out, so that it is the policy that stops them, and not the page."""
    by_link: tuple[Override, ...] = tuple(
        o
        for o in overrides()
        if o.key in ("config.disableThirdPartyRequests", "config.iAmRecorder")
    )
    settings = (
        "config.gravatar.disabled = false; config.defaultLogoUrl = 'https://cdn.example.com/l';"
    )
    tracker = "config.analytics.disabled = false; config.analytics.amplitudeAPPKey = 'k';"
    assert lab.run(site.server.name, ["sh", "-ec", NO_POLICY], timeout=60).returncode == 0
    script = f'echo "{settings} {tracker}" >> /etc/jitsi/meet/meet.example.test-config.js'
    assert lab.run(site.server.name, ["sh", "-ec", script], timeout=60).returncode == 0
    found = judged(visited(url, by_link))
    assert found["browser-requests"] == found["browser-hostile-links"] == "fail"
    assert found["browser-stopped-requests"] == "pass"
