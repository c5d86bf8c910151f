"""What an upgrade would bring, judged from what a server says of itself and of its repository."""

import dataclasses
from typing import Any

import pytest
import yaml

from selfhost.provision import content, offer
from selfhost.provision.facts import Package, ServerFacts, parse_probe
from selfhost.settings.inventory import GROUPS

MIB = 1024 * 1024
TOLD: dict[str, Any] = {
    "offer": {
        "installed": {"jicofo": "1.0-5-1", "jitsi-meet": "2.0.7-1"},
        "versions": {"jicofo": "1.0-6-1", "jitsi-meet": "2.0.8-1", "jitsi-meet-web": "1.0.8-1"},
        "download": 80 * MIB,
        "unpacked": 300 * MIB,
        "unmet": [],
        "lost": [],
    }
}
HELD = (Package("jicofo", "1.0-5-1", True), Package("jitsi-meet", "2.0.7-1", True))


def facts(answer: str, **more: Any) -> ServerFacts:
    return dataclasses.replace(parse_probe(answer.encode()), **{"jitsi": HELD, **more})


def checks(answer: str, change: dict[str, Any], **more: Any) -> dict[str, tuple[str, str]]:
    read = offer.read({"offer": {**TOLD["offer"], **change}})
    found = offer.judge(read, facts(answer, **more), {}, GROUPS)
    return {check.id: (check.status.value, check.message) for check in found}


def test_an_upgrade_that_could_begin(answer: str) -> None:
    found = checks(answer, {})
    assert {status for status, _ in found.values()} == {"ok"}
    assert found["offered"][1] == "jicofo 1.0-5-1 -> 1.0-6-1, jitsi-meet 2.0.7-1 -> 2.0.8-1"
    assert found["disk"][1] == "19531 MiB free, 660 MiB needed"
    assert "Prosody 0.12" in found["versions"][1]


def test_nothing_newer(answer: str) -> None:
    found = checks(answer, {"versions": TOLD["offer"]["installed"], "download": 0, "unpacked": 0})
    assert found["offered"] == ("ok", "nothing newer than what is installed (2.0.7-1)")


@pytest.mark.parametrize(
    ("change", "more", "name", "told"),
    [
        ({"unmet": ["jicofo 1.0-6-1 needs openjdk-25"]}, {}, "dependencies", "needs openjdk-25"),
        ({"lost": ["jicofo=1.0-5-1"]}, {}, "way back", "has the files of jicofo=1.0-5-1"),
        ({}, {"disk_free_kib": 600 * 1024}, "disk", "600 MiB free, and the upgrade needs 660 MiB"),
        ({}, {"offered": {"lua5.4": "5.4"}}, "versions", "no Prosody is offered"),
        ({}, {"upgrade": "pending"}, "upgrade", "an upgrade was interrupted"),
        ({}, {"release": "9.0.0"}, "release", "last set up by selfhost 9.0.0"),
    ],
)
def test_what_stands_in_the_way(
    answer: str, change: dict[str, Any], more: dict[str, Any], name: str, told: str
) -> None:
    status, message = checks(answer, change, **more)[name]
    assert status == "failed"
    assert told in message


def test_a_server_without_jitsi_is_to_be_set_up_first(answer: str) -> None:
    found = offer.judge(None, facts(answer, jitsi=()), {}, GROUPS)
    assert ("installed", "failed") in {(check.id, check.status.value) for check in found}
    turn = offer.judge(None, facts(answer, jitsi=()), {}, ("jitsi_turn",))
    assert {check.status.value for check in turn} == {"ok"}


def test_a_repository_that_cannot_be_asked_is_not_known(answer: str) -> None:
    for told in (
        {},
        {"offer": 7},
        {"offer": {"msg": "the repository could not be read: E: refused"}},
        {"offer": {**TOLD["offer"], "download": "much"}},
        {"offer": {**TOLD["offer"], "installed": ["x"]}},
    ):
        found = offer.judge(offer.read(told), facts(answer), {}, GROUPS)
        assert [c.status.value for c in found if c.id == "offered"] == ["unknown"], told


def test_a_release_that_is_not_offered_is_refused(answer: str) -> None:
    told = {"offer": {"msg": "jitsi-meet 9 is not offered; offered are: 2.0.7-1", "known": 2}}
    (check,) = offer.judge(offer.read(told), facts(answer), {}, GROUPS)
    assert (check.status.value, check.message) == ("failed", told["offer"]["msg"])


def test_what_a_server_says_cannot_write_to_the_terminal(answer: str) -> None:
    found = checks(answer, {"versions": {"jicofo": "1\x1b]0;x\x07"}, "unmet": ["a\nb\x1b[2J"]})
    assert found["offered"][1] == "jicofo 1.0-5-1 -> 1?]0;x?"
    assert found["dependencies"][1] == "a b?[2J"


def test_the_folder_of_packages_is_the_role_s() -> None:
    path = content.roles() / "jitsi_repository" / "vars" / "main.yml"
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["_jitsi_repository_archive"] == offer.ARCHIVE
