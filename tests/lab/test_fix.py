"""``selfhost fix --apply`` on a real server: by the roles' tags, what they can mend and no more."""

import json
from typing import Any

import pytest

from selfhost.controls.registry import find
from selfhost.lab.matrix import switch_on
from selfhost.lab.switches import SWITCHES, Switch
from selfhost.provision import content
from tests.lab.conftest import Site

#: Mended by a role each, one and the same twice.
BY_ROLE = ("jicofo-transcription-url", "web-analytics-scripts", "web-live-streaming")
#: What no role mends without being asked for.
BY_HAND = ("coturn-verbose-log", "host-recordings")


def switches(*controls: str) -> list[Switch]:
    found = [switch for switch in SWITCHES if switch.control in controls]
    assert {switch.control for switch in found} == set(controls)
    return found


def failing(site: Site) -> set[str]:
    """Audits, which is what ``fix`` goes by."""
    document: dict[str, Any] = json.loads(site.selfhost("audit", "--format", "json").stdout)
    return {r["control"] for r in document["results"] if r["status"] == "fail"}


def runs(site: Site) -> int:
    return sum(1 for _ in (site.inventory / "runs").iterdir())


def test_it_mends_what_roles_mend_and_tells_the_rest(site: Site) -> None:
    try:
        for switch in switches(*BY_ROLE, *BY_HAND):
            switch_on(site.server.name, switch)
        assert failing(site) >= {*BY_ROLE, *BY_HAND}
        before = runs(site)

        listed = site.selfhost("fix")
        assert listed.returncode == 1
        assert "selfhost apply --tags jicofo,web" in listed.stdout
        asked = site.selfhost("fix", "--apply")
        assert asked.returncode == 2, "it asks first, and here nobody can answer"
        assert runs(site) == before, "and nothing was run"

        done = site.selfhost("fix", "--apply", "--yes")
        assert done.returncode == 1, done.stderr
        assert f"{len(BY_HAND)} of " in done.stderr
        assert failing(site) == set(BY_HAND)

        after = runs(site)
        again = site.selfhost("fix", "--apply", "--yes")
        assert again.returncode == 1
        assert "by hand" in again.stdout
        assert runs(site) == after, "what no role mends runs no role"
    finally:
        site.reset()


@pytest.mark.nightly
def test_it_mends_all_that_its_list_says_a_role_mends(site: Site) -> None:
    tags = {folder.name for folder in content.roles().iterdir()}
    every = [switch for switch in SWITCHES if find(switch.control).fix.role in tags - {"site"}]
    assert len(every) > 40
    try:
        for switch in every:
            switch_on(site.server.name, switch)
        assert failing(site) >= {switch.control for switch in every}
        site.selfhost("fix", "--apply", "--yes")
        assert failing(site) == set()
        # The whole of it once: what a switch broke besides, such as the repository's pin, is no
        # finding. From then on nothing changes.
        for _ in range(2):
            done = site.selfhost("apply")
            assert done.returncode == 0, done.stderr
        last = max((site.inventory / "runs").iterdir())
        events = [json.loads(line) for line in (last / "events.jsonl").read_text().splitlines()]
        assert [event for event in events if event.get("changed")] == [], "a second run"
    finally:
        site.reset()
