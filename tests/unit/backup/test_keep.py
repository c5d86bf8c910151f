"""Which old backups go."""

from pathlib import Path

import pytest

from selfhost.backup.keep import prune
from selfhost.errors import UsageError

DOMAIN = "meet.example.org"


def backups(folder: Path, *days: int) -> list[Path]:
    made = [folder / f"{DOMAIN}-202611{day:02}T030000Z.age" for day in days]
    for path in made:
        path.write_bytes(b"age")
    return made


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_stay(tmp_path: Path) -> None:
    made = backups(tmp_path, 1, 2, 3, 4)
    assert prune(made[3], DOMAIN, 2) == (made[0], made[1])
    assert left(tmp_path) == [made[2].name, made[3].name]
    assert prune(made[3], DOMAIN, 1) == (made[2],)
    assert prune(made[3], DOMAIN, 1) == ()
    assert left(tmp_path) == [made[3].name]


@pytest.mark.parametrize("keep", [0, -1, 4, 100])
def test_nothing_goes(tmp_path: Path, keep: int) -> None:
    made = backups(tmp_path, 1, 2, 3, 4)
    assert prune(made[3], DOMAIN, keep) == ()
    assert len(left(tmp_path)) == 4


def test_only_what_was_named_here_goes(tmp_path: Path) -> None:
    made = backups(tmp_path, 1, 9)
    others = [
        "meet-Mon.age",
        "meet.example.com-20261101T030000Z.age",
        "a.meet.example.org-20261101T030000Z.age",
        f"{DOMAIN}-20261101T030000Z.age.bak",
        f"{DOMAIN}-before-the-move.age",
    ]
    for name in others:
        (tmp_path / name).write_bytes(b"age")
    (tmp_path / f"{DOMAIN}-20261102T030000Z.age").mkdir()
    (tmp_path / f"{DOMAIN}-20261103T030000Z.age").symlink_to(made[0])
    assert prune(made[1], DOMAIN, 1) == (made[0],)
    assert len(left(tmp_path)) == len(others) + 3


def test_the_new_one_stays_when_the_clock_went_back(tmp_path: Path) -> None:
    made = backups(tmp_path, 1, 2, 3)
    assert prune(made[1], DOMAIN, 1) == (made[0],)
    assert left(tmp_path) == [made[1].name, made[2].name]


def test_a_new_one_of_another_name_removes_none(tmp_path: Path) -> None:
    backups(tmp_path, 1, 2, 3)
    new = tmp_path / "new.age"
    new.write_bytes(b"age")
    assert prune(new, DOMAIN, 1) == ()
    assert len(left(tmp_path)) == 4


def test_what_cannot_be_removed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = backups(tmp_path, 1, 2)

    def refuse(_path: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(UsageError, match="cannot be removed: Operation not permitted") as raised:
        prune(made[1], DOMAIN, 1)
    assert "the new one is whole" in raised.value.hint
