"""Which versions work together, and whether the server has those that are wanted."""

import dataclasses
from typing import Any

import pytest
import yaml

from selfhost.provision import content, versions
from selfhost.provision.facts import Package, ServerFacts, parse_probe
from selfhost.settings.inventory import GROUPS

DEBIAN12 = {"prosody": "0.12.3-1+deb12u1", "lua5.4": "5.4.4-3", "openjdk-17-jre-headless": "17.0"}
DEBIAN13 = {"prosody": "13.0.1-1", "lua5.4": "5.4.7-1", "openjdk-21-jre-headless": "21.0"}
NOBLE = {**DEBIAN12, "prosody": "0.12.4-1build2", "openjdk-21-jre-headless": "21.0"}


def facts(answer: str, **more: Any) -> ServerFacts:
    return dataclasses.replace(parse_probe(answer.encode()), **more)


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        (DEBIAN12, "Prosody 0.12 with Lua 5.4, Java 17"),
        (DEBIAN13, "Prosody 13.0 with Lua 5.4, Java 21"),
        (NOBLE, "Prosody 0.12 with Lua 5.4, Java 17 or 21"),
        ({**DEBIAN12, "prosody": "1:13.0.2-1~bookworm1"}, "Prosody 13.0 with"),
    ],
)
def test_pairs_that_work(answer: str, offered: dict[str, str], told: str) -> None:
    check = versions.pairs(facts(answer, offered=offered), GROUPS)
    assert check.status.value == "ok"
    assert told in check.message


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"prosody": "0.11.13-1"}, "the system offers Prosody 0.11.13-1"),
        ({"prosody": "13.1.0-1"}, "the system offers Prosody 13.1.0-1"),
        ({"prosody": "0.120.1"}, "the system offers Prosody 0.120.1"),
        ({"prosody": "1nightly1850"}, "the system offers Prosody 1nightly1850"),
        ({"prosody": None}, "no Prosody is offered"),
        ({"lua5.4": None}, "Lua 5.4 is not offered"),
        ({"openjdk-17-jre-headless": None}, "neither Java 17 nor 21 is offered"),
    ],
)
def test_pairs_that_do_not(answer: str, change: dict[str, str | None], told: str) -> None:
    offered = {k: v for k, v in {**DEBIAN12, **change}.items() if v is not None}
    check = versions.pairs(facts(answer, offered=offered), GROUPS)
    assert check.status.value == "failed"
    assert check.message == told
    assert "known to work are Prosody 0.12 and 13.0" in check.fix
    assert "this system's own are Prosody 0.12 and Java 17" in check.fix


def test_a_host_is_asked_only_for_what_its_parts_need(answer: str) -> None:
    server = facts(answer, offered={"openjdk-17-jre-headless": "17"})
    assert versions.pairs(server, ("jitsi_videobridge",)).status.value == "ok"
    assert versions.pairs(server, ("jitsi_signalling",)).status.value == "failed"
    assert versions.pairs(facts(answer, offered={"x": "1"}), ("jitsi_web",)).status.value == "ok"


@pytest.mark.parametrize("offered", [None, {}])
def test_no_lists_no_answer(answer: str, offered: dict[str, str] | None) -> None:
    check = versions.pairs(facts(answer, offered=offered), GROUPS)
    assert (check.status.value, check.fix) == ("warning", "apt-get update, then check again")


def test_the_role_knows_the_same_pairs() -> None:
    path = content.roles() / "preflight" / "vars" / "main.yml"
    ours = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert tuple(ours["_preflight_prosody"]) == versions.PROSODY
    assert ours["_preflight_lua"] == versions.LUA
    assert tuple(ours["_preflight_java"]) == versions.JAVA
    for prosody, java in versions.SYSTEMS.values():
        assert prosody in versions.PROSODY
        assert java in versions.JAVA


HELD = (Package("jicofo", "1.0-5-1", True), Package("jitsi-meet", "2.0.7-1", True))


@pytest.mark.parametrize(
    ("installed", "wanted", "status", "told"),
    [
        (HELD, {}, "ok", "2 of Jitsi's"),
        (HELD, {"jicofo": "1.0-5-1"}, "ok", "2 of Jitsi's"),
        (HELD, {"jicofo": "1.0-6-1"}, "warning", "jicofo is 1.0-5-1, wanted 1.0-6-1"),
        ((Package("jicofo", "1.0-5-1", False),), {}, "warning", "may change jicofo"),
    ],
)
def test_held_and_wanted(
    answer: str, installed: Any, wanted: dict[str, str], status: str, told: str
) -> None:
    settings = {"jitsi_repository_versions": wanted}
    (check,) = versions.jitsi(facts(answer, jitsi=installed), settings)
    assert check.status.value == status
    assert told in check.message


def test_an_interrupted_upgrade_and_a_later_release_stop(answer: str) -> None:
    for phase in ("pending", "back"):
        (check,) = versions.jitsi(facts(answer, upgrade=phase, jitsi=HELD), {})
        assert (check.status.value, check.fix) == ("failed", "selfhost rollback ends it")
    (check,) = versions.jitsi(facts(answer, release="9.0.0"), {})
    assert check.status.value == "failed"
    for fine in (None, "0.1.0", "0.0.9", "", "x"):
        assert list(versions.jitsi(facts(answer, release=fine), {})) == []


def test_what_the_server_says_is_read_with_care(answer: str) -> None:
    text = answer.replace(
        "== jitsi\n",
        "== jitsi\nhold installed jicofo 1.0-5-1\ndeinstall config-files jitsi-meet 2.0-1\n"
        "x\ninstall installed jitsi-meet-web 1.0.7-1\n",
    ).replace("== upgrade\n", '== upgrade\n{"phase": "pending", "installed": {}}\n')
    found = parse_probe(text.encode())
    assert [(p.name, p.held) for p in found.jitsi] == [("jicofo", True), ("jitsi-meet-web", False)]
    assert found.upgrade == "pending"
    assert found.offered == {
        "prosody": "0.12.3-1+deb12u1",
        "lua5.4": "5.4.4-3",
        "openjdk-17-jre-headless": "17.0.12+7-2",
    }
