"""The file of exact versions."""

from pathlib import Path

import pytest

from selfhost.settings.document import parse
from selfhost.settings.versions import NEEDED, version_problems

GOOD = "jitsi_repository_versions:\n" + "".join(f'  {name}: "1.0-1-1"\n' for name in NEEDED)
FILE = Path("inventory/group_vars/all/versions.yml")


def told(text: str, path: Path = FILE) -> list[str]:
    return [str(problem) for problem in version_problems(parse(text, path))]


@pytest.mark.parametrize(
    "text", ["x: 1\n", "jitsi_repository_versions: {}\n", GOOD, GOOD + '  jitsi-meet-tokens: "1"\n']
)
def test_good(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("  jicofo", "  jibri"), "names no version of jicofo"),
        (GOOD.replace("  jicofo", "  jibri"), "versions.yml:6: jitsi_repository_versions: jibri"),
        (GOOD.replace('jicofo: "1.0-1-1"', "jicofo: 1.0"), "jicofo: not an exact version"),
        (GOOD.replace('jicofo: "1.0-1-1"', 'jicofo: "1.0 x"'), "jicofo: not an exact version"),
        (GOOD.replace('jicofo: "1.0-1-1"', 'jicofo: "latest"'), "jicofo: not an exact version"),
    ],
)
def test_wrong(text: str, message: str) -> None:
    assert any(message in line for line in told(text)), told(text)


def test_they_have_a_file_of_their_own() -> None:
    (line,) = told(GOOD, FILE.with_name("settings.yml"))
    assert "stands in settings.yml" in line
