"""Prosody 13 makes accounts only while it runs (T8)."""

from collections.abc import Iterator

import pytest

from tests.lab.standins.containers import DOMAIN, SERVE, Container, Lab, base_image

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def trixie(
    lab: Lab, images: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Container]:
    image = base_image("trixie", tmp_path_factory.mktemp("trixie"))
    images.append(image)
    container = lab.start(image)
    container.ok(SERVE)
    container.ok("apt-get update -q && apt-get install -q -y --no-install-recommends prosody")
    yield container
    lab.remove(container)


def test_accounts_need_a_running_server(trixie: Container) -> None:
    trixie.preseed(
        f"x jitsi-videobridge/jvb-hostname string {DOMAIN}\n"
        "x jitsi-videobridge/jvbsecret password bridgeSecret1\n"
        "x jitsi-meet/jaas-choice boolean false"
    )
    trixie.ok("systemctl mask --now prosody")
    result = trixie.install("--no-install-recommends", "jitsi-meet-prosody")
    assert result.status == 0, result.output[-2000:]
    accounts = f"/var/lib/prosody/auth%2e{DOMAIN.replace('.', '%2e')}/accounts"
    trixie.ok(f"test -e /var/lib/prosody/auth.{DOMAIN}.crt; test ! -e {accounts}/focus.dat")

    trixie.ok("systemctl unmask prosody; apt-get purge -q -y jitsi-meet-prosody")
    trixie.preseed(
        f"x jitsi-videobridge/jvb-hostname string {DOMAIN}\n"
        "x jitsi-videobridge/jvbsecret password bridgeSecret1\n"
        "x jitsi-meet/jaas-choice boolean false"
    )
    trixie.ok("systemctl start prosody")
    assert trixie.install("--no-install-recommends", "jitsi-meet-prosody").status == 0
    trixie.ok(f"test -e {accounts}/focus.dat && test -e {accounts}/jvb.dat")
