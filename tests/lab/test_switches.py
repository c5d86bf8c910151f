"""The switch-on matrix: by day a sample that is another one tomorrow, at night all of it."""

import datetime
from collections.abc import Sequence

import pytest

from selfhost.controls.registry import controls
from selfhost.lab.matrix import Caught, matrix, parsed, table
from selfhost.lab.switches import SWITCHES, Switch
from tests.lab.conftest import Site

SAMPLE = 8

#: Controls that pass on a provisioned server and have no switch here, with the reason.
WITHOUT_A_SWITCH = {
    "host-containers-unseen": "says unknown, beside every other switch of containers",
    "jicofo-shared-document": "matters only with a pad, which has a switch of its own",
    "jigasi-error-reporting": "needs a gateway, which has a switch of its own",
    "prosody-token-features": "shows with the recorder's meeting place, by that switch",
    "prosody-unknown-modules": "says unknown, as it is made to",
}


def caught(site: Site, switches: Sequence[Switch]) -> list[Caught]:
    def audit() -> dict[str, object]:
        return parsed(site.selfhost("audit", "--format", "json").stdout)

    rows = []
    try:
        for row in matrix(site.server.name, audit, switches):
            rows.append(row)
            if row.left:
                site.reset()
    finally:
        site.reset()
    return rows


def test_a_sample_is_caught_by_exactly_its_controls(site: Site) -> None:
    step = -(-len(SWITCHES) // SAMPLE)
    today = datetime.datetime.now(datetime.UTC).toordinal()
    rows = caught(site, SWITCHES[today % step :: step])
    assert all(row.exactly for row in rows), table(rows)


@pytest.mark.nightly
def test_all_are_caught_by_exactly_their_controls(site: Site) -> None:
    rows = caught(site, SWITCHES)
    assert all(row.exactly for row in rows), table(rows)


def test_a_control_that_passes_here_has_a_switch_or_a_reason(site: Site) -> None:
    report = parsed(site.selfhost("audit", "--format", "json").stdout)
    results = report["results"]
    assert isinstance(results, list)
    passing = {result["control"] for result in results if result["status"] == "pass"}
    have = {switch.control for switch in SWITCHES}
    assert have <= {control.id for control in controls()}
    assert passing - have <= set(WITHOUT_A_SWITCH)
