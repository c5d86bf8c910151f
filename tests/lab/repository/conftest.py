"""One repository for the whole module tier; building it takes seconds."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from selfhost.lab.standins import Repository, build_repository

Stanza = Mapping[str, str]


@pytest.fixture(scope="session")
def destination(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("standins")


@pytest.fixture(scope="session")
def repository(destination: Path) -> Repository:
    return build_repository(destination)


@pytest.fixture(scope="session")
def stable(repository: Repository) -> Mapping[str, Stanza]:
    """The stanzas of ``stable/Packages`` by package."""
    found = {}
    text = (repository.root / "stable/Packages").read_text()
    for block in text.strip().split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in block.splitlines() if line[0] != " " and ": " in line
        )
        found[fields["Package"]] = fields
    return found
