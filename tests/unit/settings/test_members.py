"""What is wrong between the hosts of a site."""

from pathlib import Path
from typing import Any

import pytest

from selfhost.settings.document import Place, Value
from selfhost.settings.members import Member, member_problems


def member(name: str, groups: str, **settings: Any) -> Member:
    settings = {"site_domain": "meet.example.net", **settings}
    place = Place(Path("hosts.yml"), 7)
    return Member(
        name,
        tuple(f"jitsi_{group}" for group in groups.split()),
        settings,
        {key: Value(value, place) for key, value in settings.items()},
    )


MEET = member(
    "meet", "signalling web", site_public_address="203.0.113.1", site_jvb_password="a" * 20
)
JVB1 = member(
    "jvb1",
    "videobridge",
    site_public_address="203.0.113.2",
    site_private_address="10.0.0.2",
    site_jvb_password="b" * 20,
)
JVB2 = member(
    "jvb2",
    "videobridge",
    site_public_address="203.0.113.3",
    site_private_address="10.0.0.3",
    site_jvb_password="c" * 20,
)
TURN = member("turn", "turn", site_public_address="203.0.113.4", turn_domain="turn.example.net")


def told(*members: Member) -> list[str]:
    return [str(problem) for problem in member_problems(members, "hosts.yml")]


def test_a_sound_site_has_no_problem() -> None:
    assert told(MEET, JVB1, JVB2, TURN) == []


def test_one_host_is_no_matter_of_these_rules() -> None:
    assert told(member("meet", "web", site_public_address="203.0.113.1")) == []


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            [MEET, member("jvb1", "videobridge", site_public_address="203.0.113.1")],
            "site_public_address: jvb1 and meet have the same, 203.0.113.1",
        ),
        (
            [MEET, JVB1, member("jvb2", "videobridge", site_private_address="10.0.0.2")],
            "site_private_address: jvb2 and jvb1 have the same",
        ),
        (
            [MEET, JVB1, member("jvb2", "videobridge", site_jvb_password="b" * 20)],
            "site_jvb_password: the bridges jvb1 and jvb2 have the same",
        ),
        (
            [MEET, member("jvb_1", "videobridge")],
            "'jvb_1' cannot be the name of a bridge",
        ),
        (
            [member("a", "signalling"), member("b", "web"), JVB1],
            "a is in jitsi_signalling and not in jitsi_web",
        ),
        ([MEET, JVB1, member("turn", "turn")], "turn_domain: is needed"),
        (
            [MEET, JVB1, member("turn", "turn", turn_domain="meet.example.net")],
            "TURN has a host of its own (turn)",
        ),
        ([MEET, TURN, member("t2", "turn", turn_domain="x.example.net")], "more than one host"),
        (
            [MEET, member("jvb1", "videobridge", site_domain="other.example.net")],
            "site_domain: jvb1 has another domain than meet",
        ),
    ],
)
def test_what_is_wrong_is_told(members: list[Member], message: str) -> None:
    assert any(message in text for text in told(*members))


def test_no_problem_shows_a_password() -> None:
    twin = member("jvb2", "videobridge", site_jvb_password="b" * 20)
    problems = list(member_problems([MEET, JVB1, twin], "hosts.yml"))
    assert problems
    assert all("b" * 20 not in f"{p} {p.hint}" for p in problems)
    assert any(p.place and str(p.place) == "hosts.yml:7" for p in problems)


def test_a_turn_server_beside_the_web_server_needs_no_name() -> None:
    whole = member("meet", "signalling web turn", site_public_address="203.0.113.1", turn_domain="")
    assert told(whole, JVB1) == []
