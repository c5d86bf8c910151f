"""Changing one value keeps all else of a file as it is."""

from pathlib import Path

import pytest

from selfhost.errors import SettingsError
from selfhost.settings.edit import files_with, set_value, with_value

TEXT = """\
---
# The domain.
site_domain: meet.example.org  # ours
site_public_address: "203.0.113.10"

# web_log: off
web_legal_urls: {privacy: https://example.org/p}
"""
HOSTS = """\
all:
  hosts:
    meet:
      ansible_host: 203.0.113.10
      ansible_user: root
jitsi_web:
  hosts:
    meet:
"""
NAME = Path("settings.yml")


def test_a_value_is_changed_where_it_stands() -> None:
    changed = with_value(TEXT, NAME, ("site_domain",), "talk.example.org")
    assert changed == TEXT.replace("meet.example.org", "talk.example.org", 1)
    changed = with_value(TEXT, NAME, ("site_public_address",), "198.51.100.7")
    assert changed == TEXT.replace('"203.0.113.10"', "198.51.100.7")
    changed = with_value(HOSTS, NAME, ("all", "hosts", "meet", "ansible_host"), "198.51.100.7")
    assert changed == HOSTS.replace("203.0.113.10", "198.51.100.7")


def test_a_value_that_would_read_as_something_else_is_quoted() -> None:
    assert 'site_domain: "yes"' in with_value(TEXT, NAME, ("site_domain",), "yes")
    assert "site_domain: true" in with_value(TEXT, NAME, ("site_domain",), True)


def test_a_missing_key_is_added_to_its_mapping() -> None:
    assert with_value(TEXT, NAME, ("tls_mode",), "own").splitlines()[2] == "tls_mode: own"
    changed = with_value(HOSTS, NAME, ("all", "hosts", "meet", "ansible_port"), 2222)
    assert "    meet:\n      ansible_port: 2222\n      ansible_host" in changed


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (HOSTS, ("all", "hosts", "other", "ansible_host")),
        (HOSTS, ("jitsi_web", "hosts", "meet", "ansible_host")),
        (TEXT, ("web_legal_urls",)),
        ("a: |\n  x\n", ("a",)),
        ("a: !vault |\n  x\n", ("a",)),
        ("a: {b: c}\n", ("a", "d")),
    ],
)
def test_what_cannot_be_changed_safely_is_left_to_the_admin(
    text: str, keys: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError):
        with_value(text, NAME, keys, "x")


def test_a_setting_is_changed_in_the_file_that_has_it(tmp_path: Path) -> None:
    folder = tmp_path / "group_vars" / "all"
    folder.mkdir(parents=True)
    (folder / "settings.yml").write_text("a: 1\n")
    (folder / "more.yml").write_text("site_domain: x\n")
    (folder / "sealed.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n00\n")
    (folder / "more.yml").chmod(0o640)
    assert set_value(tmp_path, "site_domain", "y") == folder / "more.yml"
    assert (folder / "more.yml").read_text() == "site_domain: y\n"
    assert (folder / "more.yml").stat().st_mode & 0o777 == 0o640
    assert set_value(tmp_path, "b", 2) == folder / "settings.yml"
    assert list(files_with(tmp_path, "b")) == [folder / "settings.yml"]
    (folder / "settings.yml").write_text("site_domain: z\n")
    with pytest.raises(SettingsError, match="stands in"):
        set_value(tmp_path, "site_domain", "w")
    assert sorted(p.name for p in folder.iterdir()) == ["more.yml", "sealed.yml", "settings.yml"]
