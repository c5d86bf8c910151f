"""``selfhost init``: what it writes, and that it never loses anything."""

import stat
from pathlib import Path

import pytest
import yaml

from selfhost.errors import SettingsError, UsageError
from selfhost.settings import render
from selfhost.settings.create import Plan, create, public_address
from selfhost.settings.site import load_site
from selfhost.settings.specs import load_specs, options_of

HOST = render.HostEntry("meet.example.net", "203.0.113.7")
PLAN = Plan("meet.example.net", HOST, "203.0.113.7")
SECRETS = "group_vars/all/secrets.yml"


def _tree(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): path.read_text()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_same_shape_as_the_example(inventory: Path, roles: Path) -> None:
    example = render.example(load_specs(roles), "0")
    for name, text in example.items():
        ours = (inventory / name).read_text()
        assert list(yaml.safe_load(ours)) == [
            key if key != "meet.example.org" else "meet.example.net" for key in yaml.safe_load(text)
        ]
        assert [line for line in ours.splitlines() if line.startswith("#")] == [
            line for line in text.splitlines() if line.startswith("#")
        ]


def test_the_example_is_valid_as_it_stands(roles: Path, tmp_path: Path) -> None:
    for name, text in render.example(load_specs(roles), "0").items():
        path = tmp_path / "example" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert load_site(tmp_path / "example").domain == "meet.example.org"


def test_every_commented_setting_is_valid_when_uncommented(inventory: Path, roles: Path) -> None:
    path = inventory / "group_vars/all/settings.yml"
    lines = []
    names = [*options_of(load_specs(roles))]
    inside = False
    for line in path.read_text().splitlines():
        inside = line.startswith(tuple(f"# {name}:" for name in names)) or (
            inside and line.startswith("#   ")
        )
        lines.append(line.removeprefix("# ") if inside else line)
    path.write_text("\n".join(lines))
    site = load_site(inventory)
    assert site.settings["web_own_hosts"] == ["{{ site_domain }}"]
    assert site.settings["site_private_address"] == ""


def test_secrets_are_private_and_new_each_time(inventory: Path, tmp_path: Path) -> None:
    create(tmp_path / "other", PLAN)
    assert stat.S_IMODE((inventory / SECRETS).stat().st_mode) == 0o600
    ours, other = load_site(inventory).secrets(), load_site(tmp_path / "other").secrets()
    assert len(set(ours) | set(other)) == 4
    assert all(len(value) == 32 and value.isalnum() for value in ours)


def test_refuses_to_overwrite_and_changes_nothing(inventory: Path) -> None:
    before = _tree(inventory)
    with pytest.raises(UsageError, match="exists already; nothing was written"):
        create(inventory, PLAN)
    assert _tree(inventory) == before


def test_force_keeps_the_old_files_and_the_secrets(inventory: Path) -> None:
    before = _tree(inventory)
    create(inventory, PLAN, force=True)
    after = _tree(inventory)
    assert after[SECRETS] == before[SECRETS]
    backups = {name: text for name, text in after.items() if name.endswith(".bak")}
    assert sorted(backups.values()) == sorted(
        [before["hosts.yml"], before["group_vars/all/settings.yml"]]
    )
    assert load_site(inventory).hosts[0].user == "root"


@pytest.mark.parametrize(
    ("domain", "address", "message"),
    [
        ("localhost", "203.0.113.7", "local name"),
        ("meet", "203.0.113.7", "with a dot"),
        ("203.0.113.7", "203.0.113.7", "not an address"),
        ("https://meet.example.net", "203.0.113.7", "without https"),
        ("Meet.example.net", "203.0.113.7", "lower case"),
        ("bücher.example", "203.0.113.7", "ASCII"),
        ("-a.example.net", "203.0.113.7", "not a valid domain"),
        ("meet.example.net", "2001:db8::1", "IPv4 is needed"),
        ("meet.example.net", "127.0.0.1", "only be used on the server itself"),
        ("meet.example.net", "300.0.0.1", "not an IPv4 address"),
        ("meet.example.net", "10.1.2.3", "private address"),
    ],
)
def test_bad_values_write_nothing(
    roles: Path, tmp_path: Path, domain: str, address: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        create(tmp_path / "new", Plan(domain, HOST, address))
    assert not (tmp_path / "new").exists()
    assert str(tmp_path) not in caught.value.message
    assert caught.value.hint


def test_the_public_address_comes_from_the_host_when_it_can() -> None:
    assert public_address(None, "203.0.113.7") == "203.0.113.7"
    assert public_address("198.51.100.1", "10.0.0.1") == "198.51.100.1"
    with pytest.raises(UsageError, match="participants on the Internet") as caught:
        public_address(None, "10.0.0.1")
    assert "--public-address" in caught.value.hint
    with pytest.raises(UsageError, match="no such host: nosuch"):
        public_address(None, "nosuch.invalid")


def test_a_directory_that_cannot_be_written_is_told(roles: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        create(tmp_path / "file", PLAN)
    with pytest.raises(UsageError, match="cannot be written"):
        create(tmp_path / "file" / "below", PLAN)


def test_vault(roles: Path, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("correct horse\n")
    directory = tmp_path / "sealed"
    create(directory, PLAN, vault_password_file=password)
    assert (directory / SECRETS).read_text().startswith("$ANSIBLE_VAULT;")
    assert len(load_site(directory, password).secrets()) == 2
    with pytest.raises(SettingsError, match="is encrypted and no password is given"):
        load_site(directory)
    closed = load_site(directory, need_secrets=False)
    assert (closed.secrets(), closed.domain) == ((), "meet.example.net")
    password.write_text("wrong\n")
    with pytest.raises(SettingsError, match="cannot decrypt"):
        load_site(directory, password)
    with pytest.raises(SettingsError, match="does not exist"):
        load_site(directory, tmp_path / "nowhere")
