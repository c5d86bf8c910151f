"""What tests of the rendered files share."""

from pathlib import Path

import pytest

from tests.roles.rendered import rendered


@pytest.fixture(scope="session")
def defaults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server as the roles' defaults make it."""
    return rendered(tmp_path_factory.mktemp("defaults"))
