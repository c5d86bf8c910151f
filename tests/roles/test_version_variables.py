"""What the roles work out about versions, with Ansible's own templating."""

from typing import Any

import pytest

from tests.roles import render
from tests.roles.render import GROUPS

POLICY = """\
prosody:
  Installed: (none)
  Candidate: 0.12.3-1+deb12u1
  Version table:
     0.12.3-1+deb12u1 500
lua5.4:
  Installed: 5.4.4-3
  Candidate: 5.4.4-3
openjdk-17-jre-headless:
  Installed: (none)
  Candidate: 17.0.12+7-2
openjdk-21-jre-headless:
  Installed: (none)
  Candidate: (none)
"""
VERSIONS = {"jitsi-meet": "2.0.7-1", "jicofo": "1.0-7-1"}


def work_out(name: str, **known: Any) -> Any:
    return render.work_out(name, ["preflight", "jitsi_repository"], known)


@pytest.mark.parametrize(
    ("policy", "groups", "told"),
    [
        (POLICY, GROUPS, []),
        (POLICY.replace("0.12.3", "0.11.13"), GROUPS, ["Prosody 0.11 is what the system offers"]),
        (POLICY.replace("0.12.3", "13.0.1"), GROUPS, []),
        (POLICY.replace("lua5.4", "lua5.3"), GROUPS, ["Lua 5.4 is not offered"]),
        (
            POLICY.replace("17.0.12+7-2", "(none)"),
            GROUPS,
            ["neither Java 17 nor 21 is offered"],
        ),
        ("", ["jitsi_web"], []),
        ("", ["jitsi_videobridge"], ["neither Java 17 nor 21 is offered"]),
    ],
)
def test_pairs(policy: str, groups: list[str], told: list[str]) -> None:
    found = work_out(
        "_preflight_mismatches", _preflight_policy={"stdout": policy}, group_names=groups
    )
    assert found == told


def test_installed_versions_that_the_settings_do_not_want() -> None:
    def strays(wanted: dict[str, str]) -> Any:
        return work_out(
            "_jitsi_repository_strays",
            _preflight_versions=VERSIONS,
            jitsi_repository_versions=wanted,
        )

    assert strays({}) == strays(VERSIONS) == []
    assert strays({**VERSIONS, "jicofo": "1.0-8-1"}) == [
        "jicofo is installed as 1.0-7-1 and jitsi_repository_versions says 1.0-8-1"
    ]


def test_missing_packages_are_named_with_their_versions() -> None:
    found = work_out(
        "_jitsi_repository_exact",
        _preflight_installed=["jitsi-meet-web", "nginx"],
        group_names=["jitsi_web", "jitsi_videobridge"],
        jitsi_repository_versions={"jitsi-meet-web-config": "1", "jitsi-videobridge2": "2"},
    )
    ours = sorted(name for name in found if "jitsi" in name)
    assert ours == ["jitsi-meet-web-config=1", "jitsi-videobridge2=2"]


def test_an_upgrade_names_what_differs_and_a_rollback_the_files_of_what_was() -> None:
    wanted = {**VERSIONS, "jicofo": "1.0-8-1", "jitsi-meet-tokens": "1"}
    assert work_out(
        "_jitsi_repository_change", _preflight_versions=VERSIONS, jitsi_repository_versions=wanted
    ) == ["jicofo=1.0-8-1"]
    listed = ["installed jitsi-meet 2.0.7-1", "half-installed jicofo 1.0-7-1"]
    found = work_out(
        "_jitsi_repository_back",
        _jitsi_repository_former={"phase": "pending", "installed": VERSIONS},
        _jitsi_repository_checked={"stdout_lines": [*listed, "not-installed jitsi-meet-tokens "]},
    )
    assert found == ["/var/cache/selfhost/packages/jicofo_1.0-7-1_all.deb"]


def test_what_is_ill_after_a_change() -> None:
    def ill(lines: list[str]) -> Any:
        return work_out(
            "_jitsi_repository_ill",
            jitsi_repository_versions=VERSIONS,
            _jitsi_repository_checked={"stdout_lines": lines},
        )

    well = ["installed jicofo 1.0-7-1", "installed jitsi-meet 2.0.7-1"]
    assert ill([*well, "not-installed jitsi-meet-tokens ", "config-files jitsi-meet-web 1"]) == []
    assert ill(["half-configured jicofo 1.0-7-1"]) == ["half-configured jicofo 1.0-7-1"]
    assert ill(["installed jicofo 1.0-6-1"]) == ["installed jicofo 1.0-6-1"]


DEFAULTS = {"jitsi_repository_first_release": "", "jitsi_repository_suite": "stable"}
NAMED = {
    "jitsi-meet": "2.0.7-1",
    "jicofo": "1.0-7-1",
    "jitsi-meet-tokens": "1.0.7-1",
}


@pytest.mark.parametrize(
    ("settings", "first"),
    [
        ({}, "2.0.7-1"),
        ({"jitsi_repository_suite": "unstable"}, "newest"),
        ({"jitsi_repository_first_release": "newest"}, "newest"),
        ({"jitsi_repository_first_release": "2.0.6-1"}, "2.0.6-1"),
    ],
)
def test_which_release_a_new_server_gets(settings: dict[str, str], first: str) -> None:
    known = {"_jitsi_repository_release": {"jitsi_meet": NAMED}, **DEFAULTS, **settings}
    assert work_out("_jitsi_repository_first", **known) == first


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"versions": {**NAMED, "jitsi-meet-tokens": "x", "other": "1"}}, ""),
        ({"msg": "jitsi-meet 2.0.7-1 is not offered"}, "jitsi-meet 2.0.7-1 is not offered"),
        (
            {"versions": {**NAMED, "jicofo": "1.0-6-1"}},
            "the repository has other versions of jicofo in 2.0.7-1 than this release of selfhost "
            "names",
        ),
    ],
)
def test_a_release_that_is_not_what_it_is_named_as_is_unfit(
    found: dict[str, Any], told: str
) -> None:
    assert (
        work_out(
            "_jitsi_repository_unfit",
            _jitsi_repository_release={"jitsi_meet": NAMED},
            _jitsi_repository_found=found,
            _preflight_versions={},
            **DEFAULTS,
        )
        == told
    )


def test_what_is_installed_is_not_compared_with_what_new_servers_get() -> None:
    found = {"versions": {"jitsi-meet": "2.0.6-1", "jicofo": "1.0-6-1"}}
    assert (
        work_out(
            "_jitsi_repository_unfit",
            _jitsi_repository_release={"jitsi_meet": NAMED},
            _jitsi_repository_found=found,
            _preflight_versions={"jicofo": "1.0-6-1"},
            **DEFAULTS,
        )
        == ""
    )


def test_lists_of_packages_are_asked_for_as_lines() -> None:
    assert work_out("_jitsi_repository_listing")[2].endswith("${Version}\\n")
