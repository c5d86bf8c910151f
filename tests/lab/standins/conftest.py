"""Fixtures of the stand-ins' own tests.

An image is built once from the distribution's packages; ``prepared`` has everything that Jitsi's
packages need, ``server`` has them installed. Every test gets a container of one of the two, and
the session removes all that it made.
"""

import os
import uuid
from collections.abc import Iterator

import pytest

from selfhost.lab.standins import build_repository
from tests.lab.standins.containers import (
    BASE,
    JVB_CONF,
    NEEDED,
    PORT,
    PRESEED,
    PRIVATE_ADDRESS,
    SERVE,
    URL,
    Container,
    Lab,
    base_image,
    image_exists,
    image_name,
    podman,
)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    repository = build_repository(tmp_path_factory.mktemp("repository"))
    label = f"standins-test={uuid.uuid4().hex}"
    yield Lab(label, repository)
    for container in podman("ps", "-aq", "--filter", f"label={label}").split():
        podman("rm", "-f", "-t", "0", container, check=False)


@pytest.fixture(scope="session")
def images() -> Iterator[list[str]]:
    """Images to remove at the end, the newest first.

    With ``STANDINS_TEST_KEEP=1`` they stay, and the next run begins with them.
    """
    made: list[str] = []
    yield made
    if not os.environ.get("STANDINS_TEST_KEEP"):
        for image in reversed(made):
            podman("rmi", "-f", image, check=False)


@pytest.fixture(scope="session")
def prepared(lab: Lab, images: list[str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Debian 12 with the distribution's part installed, and the repository known to apt."""
    image = image_name("prepared", BASE, NEEDED, SERVE)
    if image_exists(image):
        images.append(image)
        return image
    base = base_image("bookworm", tmp_path_factory.mktemp("image"))
    images.append(base)
    container = lab.start(base)
    container.ok(SERVE)
    container.ok(f"apt-get update -q && apt-get install -q -y --no-install-recommends {NEEDED}")
    container.use("stable")
    images.append(lab.snapshot(container, image))
    return image


@pytest.fixture(scope="session")
def server(lab: Lab, images: list[str], prepared: str) -> str:
    """``prepared`` with jitsi-meet installed from answers, nothing changed afterwards."""
    container = lab.start(prepared)
    container.preseed(PRESEED)
    installed = container.install("jitsi-meet")
    assert installed.status == 0, installed.output[-3000:]
    image = image_name("server", uuid.uuid4().hex)
    images.append(lab.snapshot(container, image))
    return image


@pytest.fixture
def fresh(lab: Lab, prepared: str) -> Iterator[Container]:
    """A container without any of Jitsi's packages."""
    container = lab.start(prepared)
    yield container
    lab.remove(container)


@pytest.fixture
def fresh_unbooted(lab: Lab, prepared: str) -> Iterator[Container]:
    """The same where systemd does not run."""
    container = lab.start(prepared, systemd=False)
    podman(
        "exec", "-d", container.name, "python3", "-m", "http.server",
        "--directory", "/srv/repository", "--bind", "127.0.0.1", str(PORT),
    )  # fmt: skip
    container.until(f"curl -sf {URL}/jitsi-key.gpg.key")
    yield container
    lab.remove(container)


@pytest.fixture
def installed(lab: Lab, server: str) -> Iterator[Container]:
    """A container with the server installed, of the test's own."""
    container = lab.start(server)
    yield container
    lab.remove(container)


@pytest.fixture(scope="module")
def shared(lab: Lab, server: str) -> Iterator[Container]:
    """One server for the tests of a module that leave it as they found it.

    Its bridge is content with the container's private address.
    """
    container = lab.start(server)
    container.ok(f"sed -i '1i {PRIVATE_ADDRESS}' {JVB_CONF}; systemctl restart jitsi-videobridge2")
    container.until_bridges(1)
    yield container
    lab.remove(container)
