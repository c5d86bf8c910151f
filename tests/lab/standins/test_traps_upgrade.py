"""From N to N+1: what is lost, what is kept, what still runs (numbers of the specification)."""

import re
from collections.abc import Iterator

import pytest

from tests.lab.standins.containers import JVB_CONF, PRIVATE_ADDRESS, Container, Lab

pytestmark = pytest.mark.lab

INTERFACE = "/usr/share/jitsi-meet/interface_config.js"
LOGGING = "/etc/jitsi/jicofo/logging.properties"
FOCUS_CONFIG = "/etc/jitsi/jicofo/config"
RUNNING = "grep -h 'stand-in plugins of release' /var/log/prosody/prosody.log | tail -1"


@pytest.fixture(scope="module")
def upgraded(lab: Lab, server: str) -> Iterator[Container]:
    container = lab.start(server)
    container.ok(
        f"sed -i '1i {PRIVATE_ADDRESS}' {JVB_CONF}\n"
        f"echo '// mine' >> {INTERFACE}; echo '# mine' >> {LOGGING}\n"
        f"echo 'JICOFO_MAX_MEMORY=1g' >> {FOCUS_CONFIG}\n"
        "echo 'VIDEOBRIDGE_MAX_MEMORY=1g' >> /etc/jitsi/videobridge/config\n"
    )
    container.use("testing")
    yield container
    lab.remove(container)


def test_edited_configuration_file_asks(upgraded: Container) -> None:
    """T22, and then the upgrade itself."""
    asked = upgraded.run("apt-get install -q -y jitsi-meet jitsi-meet-turnserver </dev/null")
    assert asked.status != 0
    assert "end of file on stdin at conffile prompt" in asked.output
    upgraded.ok("dpkg --force-confdef --force-confold --configure -a")
    assert upgraded.install("jitsi-meet", suite="testing").status == 0
    assert "# mine" in upgraded.ok(f"cat {LOGGING}")
    upgraded.ok(f"test -e {LOGGING}.dpkg-dist")
    upgraded.until_bridges(1)


def test_plugins_in_memory_are_the_old_ones(upgraded: Container) -> None:
    """T12."""
    new = upgraded.ok("dpkg-query -W -f '${Version}' jitsi-meet-prosody")
    assert new not in upgraded.ok(RUNNING)
    upgraded.ok("systemctl restart prosody")
    upgraded.until(f"{RUNNING} | grep -F '{new}'")


def test_edits_of_the_web_client_are_lost(upgraded: Container) -> None:
    """T13."""
    assert "// mine" not in upgraded.ok(f"cat {INTERFACE}")


def test_start_up_settings(upgraded: Container) -> None:
    """T5."""
    assert "JICOFO_MAX_MEMORY" not in upgraded.ok(f"cat {FOCUS_CONFIG}")
    assert "VIDEOBRIDGE_MAX_MEMORY=1g" in upgraded.ok("cat /etc/jitsi/videobridge/config")
    domain = re.search(
        r'"focus\.(.*)"', upgraded.ok("grep client-proxy /etc/jitsi/jicofo/jicofo.conf")
    )
    assert domain is not None
    upgraded.ok(
        f"""cat > {FOCUS_CONFIG} <<'FILE'
JICOFO_HOSTNAME={domain[1]}
JICOFO_AUTH_DOMAIN=auth.{domain[1]}
JICOFO_AUTH_USER=focus
JICOFO_AUTH_PASSWORD=focusSecret1
JICOFO_MAX_MEMORY=1g
FILE
dpkg-reconfigure jicofo 2>&1"""
    )
    assert "JICOFO_MAX_MEMORY=1g" in upgraded.ok(f"cat {FOCUS_CONFIG}")
    upgraded.until("tail -20 /var/log/jitsi/jicofo.log | grep 'heap 1g'")
