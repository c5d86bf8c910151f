"""Files that a user names."""

from pathlib import Path

import pytest

from selfhost import named_file
from selfhost.errors import UsageError


def test_what_is_too_large_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert named_file.content(path, 5, "five") == b"12345"
    assert named_file.beginning(path, 2) == b"12"
    with pytest.raises(UsageError, match="file is larger than four"):
        named_file.content(path, 4, "four")
    for read in (named_file.beginning, named_file.secret):
        with pytest.raises(UsageError, match="cannot be read: No such file"):
            read(tmp_path / "none", 5)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_secret_is_its_owners_alone(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    path.chmod(mode)
    with pytest.raises(UsageError, match="other users"):
        named_file.secret(path, 5)
    path.chmod(0o600)
    assert named_file.secret(path, 5) == b"12345"
