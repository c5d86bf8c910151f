"""Renamed settings and changes to acknowledge: a run stops, and says what to do."""

import re
from pathlib import Path

import pytest
import yaml

import selfhost
from selfhost.errors import SelfhostError, SettingsError
from selfhost.provision import content
from selfhost.settings.document import parse
from selfhost.settings.release import (
    FILE,
    Change,
    acknowledged_problem,
    load_release,
    pending,
    require_acknowledged,
)
from selfhost.settings.site import load_site
from selfhost.settings.specs import load_specs, options_of
from selfhost.settings.versions import version_problems

RELEASE = """\
release: 0.3.0
renamed:
  web_old_port: {name: web_https_port, since: 0.2.0}
breaking:
  - {id: rooms-closed, since: 0.2.0, what: closes rooms, do: Add users.}
  - {id: log-gone, since: 0.3.0, what: drops the log, do: Nothing.}
"""


@pytest.fixture
def release(roles: Path) -> Path:
    path = roles / FILE
    path.parent.mkdir(parents=True)
    path.write_text(RELEASE)
    return path


def _append(inventory: Path, text: str) -> int:
    path = inventory / "group_vars/all/settings.yml"
    lines = path.read_text().count("\n")
    path.write_text(path.read_text() + text)
    return lines + 1


def test_a_renamed_setting_stops_with_its_place_and_new_name(
    inventory: Path, release: Path
) -> None:
    line = _append(inventory, "web_old_port: 8443\n")
    with pytest.raises(SettingsError) as caught:
        load_site(inventory)
    where = inventory / "group_vars/all/settings.yml"
    assert caught.value.message == (
        f"{where}:{line}: web_old_port: is called web_https_port since 0.2.0"
    )
    assert "write web_https_port in its place" in caught.value.hint


def test_both_names_at_once(inventory: Path, release: Path) -> None:
    line = _append(inventory, "web_old_port: 8443\nweb_https_port: 8443\n")
    with pytest.raises(SettingsError) as caught:
        load_site(inventory)
    assert "remove the line: web_https_port is set already" in caught.value.hint
    assert f"settings.yml:{line + 1}" in caught.value.hint


@pytest.mark.parametrize(
    ("acknowledged", "left"),
    [
        ("", ["rooms-closed", "log-gone"]),
        ("0.1.9", ["rooms-closed", "log-gone"]),
        ("0.2.0", ["log-gone"]),
        ("0.2", ["rooms-closed", "log-gone"]),
        ("0.10.0", []),
        ("0.3.0", []),
    ],
)
def test_changes_since_the_acknowledged_release_are_pending(
    release: Path, roles: Path, acknowledged: str, left: list[str]
) -> None:
    found = pending(load_release(roles).breaking, acknowledged)
    assert [change.id for change in found] == left


def test_a_run_stops_until_they_are_acknowledged(release: Path, roles: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        require_acknowledged({"site_acknowledged_release": "0.2.0"}, Path("inv"))
    assert "site_acknowledged_release is 0.2.0" in caught.value.message
    assert "log-gone: this release drops the log. Nothing." in caught.value.message
    assert "rooms-closed" not in caught.value.message
    assert "set site_acknowledged_release: 0.3.0 in inv/group_vars" in caught.value.hint
    require_acknowledged({"site_acknowledged_release": "0.3.0"}, Path("inv"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", None),
        ("0.1.0", None),
        ("0.3.1", "later release than this one"),
        ("yes", "is not a release"),
        ("0.x", "is not a release"),
    ],
)
def test_the_acknowledged_release_is_one(given: str, message: str | None) -> None:
    problem = acknowledged_problem({"site_acknowledged_release": given}, "0.3.0")
    assert (problem is None) if message is None else (problem and message in problem.message)


def test_a_broken_table_is_a_bug_of_ours(release: Path, roles: Path) -> None:
    release.write_text("release: 1\n")
    with pytest.raises(SelfhostError, match="is not valid"):
        load_release(roles)


def test_ours_is_that_of_the_package_and_names_settings_that_exist() -> None:
    ours = load_release(content.roles())
    options = options_of(load_specs(content.roles()))
    assert selfhost.__version__.startswith(ours.number)
    assert [new.name for new in ours.renamed.values() if new.name not in options] == []
    assert [old for old in ours.renamed if old in options] == []
    for change in ours.breaking:
        assert isinstance(change, Change)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", change.id)
        assert not pending((change,), ours.number), "since lies in the future"
        assert not change.what.endswith(".")
        assert change.do.endswith(".")


def test_ours_names_a_whole_set_of_exact_versions() -> None:
    text = (content.roles() / FILE).read_text(encoding="utf-8")
    given = yaml.safe_load(text)["jitsi_meet"]
    lines = "".join(f'  {name}: "{version}"\n' for name, version in given.items())
    path = Path("inventory/group_vars/all/versions.yml")
    assert list(version_problems(parse(f"jitsi_repository_versions:\n{lines}", path))) == []
    web = {version for name, version in given.items() if name.startswith("jitsi-meet-")}
    assert len(web) == 1, "they are built from one source"


def test_the_changelog_tells_every_breaking_change() -> None:
    text = (content.root() / "CHANGELOG.md").read_text(encoding="utf-8")
    section = text.partition("### Breaking\n")[2].partition("\n### ")[0]
    told = set(re.findall(r"^- `([a-z0-9-]+)`", section, re.MULTILINE))
    assert told == {change.id for change in load_release(content.roles()).breaking}
