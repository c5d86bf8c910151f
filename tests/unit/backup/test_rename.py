"""Which rename is carried out, also after an interruption."""

from pathlib import Path

import pytest

from selfhost.backup.rename import Rename, begin, end, mentions, planned
from selfhost.errors import UsageError

OLD, NEW, THIRD = "meet.example.org", "talk.example.org", "third.example.org"


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    folder = tmp_path / "group_vars" / "all"
    folder.mkdir(parents=True)
    (folder / "settings.yml").write_text(
        f"# was {OLD}\nsite_domain: {OLD}\nweb_legal_urls: {{terms: https://{OLD}/t}}\n"
        f"other: my-{OLD}\n"
    )
    return tmp_path


def test_a_rename_begins_and_ends(inventory: Path) -> None:
    plan = planned(inventory, OLD, NEW)
    assert plan == Rename(OLD, NEW)
    begin(inventory, plan)
    end(inventory, plan)
    text = (inventory / "group_vars/all/settings.yml").read_text()
    assert f"\nsite_domain: {NEW}\n" in text
    assert f"# was {OLD}\n" in text
    assert list(inventory.glob("*.json")) == []
    with pytest.raises(UsageError, match="already"):
        planned(inventory, NEW, NEW)


def test_an_interrupted_one_goes_on_or_back(inventory: Path) -> None:
    begin(inventory, Rename(OLD, NEW))
    assert planned(inventory, OLD, NEW) == Rename(OLD, NEW)
    assert planned(inventory, OLD, OLD) == Rename(NEW, OLD)
    with pytest.raises(UsageError, match="has not ended") as caught:
        planned(inventory, OLD, THIRD)
    assert f"selfhost rename {NEW}" in caught.value.hint


@pytest.mark.parametrize("name", ["https://x.org", "UPPER.org", "localhost", "-x.org", "a b.org"])
def test_what_is_no_domain_is_refused(inventory: Path, name: str) -> None:
    with pytest.raises(UsageError):
        planned(inventory, OLD, name)


def test_a_note_that_is_not_understood_stops(inventory: Path) -> None:
    (inventory / "rename.json").write_text("[]")
    with pytest.raises(UsageError, match="not understood"):
        planned(inventory, OLD, NEW)


def test_other_settings_that_name_the_old_domain_are_told(inventory: Path) -> None:
    path = inventory / "group_vars/all/settings.yml"
    assert list(mentions(inventory, OLD)) == [f"{path}:3"]
