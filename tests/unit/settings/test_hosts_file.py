"""Hosts come into and go out of hosts.yml; all that the admin wrote stays."""

import pytest
import yaml

from selfhost.errors import SettingsError
from selfhost.settings.hosts_file import with_host, without_host

TEXT = """\
---
# Our servers.
all:
  hosts:
    meet.example.net:  # the old one
      ansible_host: 203.0.113.7

# Parts.
jitsi_signalling:
  hosts:
    meet.example.net:
jitsi_videobridge:
  hosts:
    meet.example.net:
    # bridges of our own follow

# The end.
"""
ADDED = {"ansible_host": "203.0.113.8", "site_public_address": "203.0.113.8"}


def test_a_host_is_added_and_every_other_line_stays() -> None:
    after = with_host(TEXT, "jvb1", ADDED, "jitsi_videobridge")
    document = yaml.safe_load(after)
    assert document["all"]["hosts"]["jvb1"] == ADDED
    assert list(document["jitsi_videobridge"]["hosts"]) == ["meet.example.net", "jvb1"]
    assert list(document["jitsi_signalling"]["hosts"]) == ["meet.example.net"]
    old = iter(after.splitlines())
    assert all(line in old for line in TEXT.splitlines())


def test_what_was_added_comes_out_again_without_a_trace() -> None:
    assert without_host(with_host(TEXT, "jvb1", ADDED, "jitsi_videobridge"), "jvb1") == TEXT


def test_a_group_that_is_not_there_or_empty_is_made() -> None:
    text = "all:\n  hosts:\n    a: {ansible_host: x}\njitsi_videobridge:\n  hosts: {}\n"
    document = yaml.safe_load(with_host(text, "b", {}, "jitsi_videobridge"))
    assert document["jitsi_videobridge"] == {"hosts": {"b": None}}
    document = yaml.safe_load(with_host(text, "b", {}, "jitsi_turn"))
    assert document["jitsi_turn"] == {"hosts": {"b": None}}
    assert document["all"]["hosts"] == {"a": {"ansible_host": "x"}, "b": None}


def test_groups_below_all_are_edited_where_they_stand() -> None:
    text = "all:\n  hosts:\n    a:\n  children:\n    jitsi_videobridge:\n      hosts:\n        a:\n"
    after = with_host(text, "b", {"ansible_port": 2222}, "jitsi_videobridge")
    document = yaml.safe_load(after)
    assert list(document["all"]["children"]["jitsi_videobridge"]["hosts"]) == ["a", "b"]
    assert without_host(after, "b") == text


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (TEXT, "meet.example.net", "has a host meet.example.net already"),
        ("all: {hosts: {a: }}\n", "b", "in one line with others"),
        ("all:\n  hosts: {a: }\n", "b", "in one line with others"),
    ],
)
def test_what_cannot_be_added_to_is_told(text: str, name: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        with_host(text, name, {}, "jitsi_videobridge")


def test_what_cannot_be_removed_is_told() -> None:
    with pytest.raises(SettingsError, match="has no host jvb9"):
        without_host(TEXT, "jvb9")
    with pytest.raises(SettingsError, match="in one line with others"):
        without_host("all:\n  hosts: {a: , b: }\n", "b")
