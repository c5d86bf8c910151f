"""Traps of the first install (numbers of the specification)."""

import pytest

from tests.lab.standins.containers import (
    BRIDGE_SECRET,
    DOMAIN,
    FOCUS_SECRET,
    HOST_CONF,
    PRESEED,
    Container,
)

pytestmark = pytest.mark.lab

EMPTY_PASSWORD = r"""
import base64, hashlib, hmac, re, sys
text = open(sys.argv[1]).read()
def value(name):
    return re.search(r'\["%s"\] = "?([^";\n]*)' % name, text)[1]
salted = hashlib.pbkdf2_hmac("sha1", b"", value("salt").encode(), int(value("iteration_count")))
key = hmac.new(salted, b"Client Key", "sha1").digest()
assert hashlib.sha1(key).hexdigest() == value("stored_key"), "the password is not empty"
"""


def account(name: str) -> str:
    host = f"auth.{DOMAIN}".replace(".", "%2e")
    return f"/var/lib/prosody/{host}/accounts/{name}.dat"


def state(container: Container, package: str) -> str:
    return container.run(f"dpkg-query -W -f '${{Status}}' {package}").output


def test_without_answers(fresh: Container) -> None:
    """T1: the default host collides with Prosody's own."""
    result = fresh.install("jitsi-meet")
    assert result.status != 0
    assert "The given hostname does not exist in the config" in result.output
    assert "installed jitsi-meet-prosody package post-installation script" in result.output
    assert "error exit status 1\n" in result.output
    assert state(fresh, "jitsi-meet") == "install ok unpacked"


def test_prosody_alone(fresh: Container) -> None:
    """T2, then T3."""
    fresh.preseed(f"x jitsi-videobridge/jvb-hostname string {DOMAIN}")
    result = fresh.install("jitsi-meet-prosody")
    assert result.status != 0
    assert "error exit status 10\n" in result.output

    fresh.preseed("x jitsi-meet/jaas-choice boolean false")
    fresh.ok("dpkg --configure -a")
    fresh.ok(f"python3 - {account('jvb')} <<'CHECK'\n{EMPTY_PASSWORD}\nCHECK")


def test_host_configuration_written_beforehand(fresh: Container) -> None:
    """T6."""
    fresh.ok(f"echo 'VirtualHost \"{DOMAIN}\"' > {HOST_CONF}")
    fresh.preseed(PRESEED)
    assert fresh.install("jitsi-meet").status != 0
    assert state(fresh, "jitsi-meet-prosody") == "install ok half-configured"
    fresh.ok(f"test ! -e /etc/prosody/conf.d/{DOMAIN}.cfg.lua; test ! -e {account('focus')}")


def test_site_written_beforehand(fresh: Container) -> None:
    """T7."""
    fresh.ok(f"echo '# mine' > /etc/nginx/sites-available/{DOMAIN}.conf")
    fresh.preseed(PRESEED)
    assert fresh.install("jitsi-meet-web-config").status == 0
    fresh.ok(f"test ! -e /etc/nginx/sites-enabled/{DOMAIN}.conf")
    assert fresh.ok(f"cat /etc/nginx/sites-available/{DOMAIN}.conf") == "# mine\n"


def test_certificate_choice_left_open(fresh: Container) -> None:
    """T15: the first choice is stored, and without an e-mail address nothing happens."""
    fresh.preseed(f"x jitsi-videobridge/jvb-hostname string {DOMAIN}")
    assert fresh.install("jitsi-meet-web-config", "jitsi-meet-web").status == 0
    shown = fresh.ok("debconf-show jitsi-meet-web-config")
    assert "jitsi-meet/cert-choice: Let's Encrypt certificates" in shown
    issuer = fresh.ok(f"openssl x509 -in /etc/jitsi/meet/{DOMAIN}.crt -noout -issuer -subject")
    names = [line.split("=", 1)[1] for line in issuer.splitlines()]
    assert names[0] == names[1]
    fresh.ok("test ! -s /var/log/standin/third-party-calls.log")


def test_trust_loaded_before_the_import(fresh: Container) -> None:
    """T11: without the trigger of 2026-02 only a restart helps."""
    fresh.preseed(PRESEED)
    assert fresh.install("jitsi-meet", suite="pre-2026-02").status == 0
    fresh.until("grep 'PKIX: the certificate' /var/log/jitsi/jicofo.log")
    fresh.ok(f"keytool -list -cacerts -storepass changeit -alias debian:auth.{DOMAIN}.pem")
    fresh.ok("sleep 4")
    assert "logged in" not in fresh.ok("cat /var/log/jitsi/jicofo.log")
    fresh.ok("systemctl restart jicofo")
    fresh.until("grep 'logged in as focus' /var/log/jitsi/jicofo.log")
    # before 2026-05 with websockets, before 2026-03 with a secret of its own
    settings = fresh.ok("cat /etc/jitsi/videobridge/jvb.conf")
    assert "9090" in settings
    assert BRIDGE_SECRET not in settings
    assert FOCUS_SECRET in fresh.ok("cat /etc/jitsi/jicofo/jicofo.conf")
    assert ":9090" in fresh.ok("ss -Htln")


def test_gateway_without_systemd(fresh_unbooted: Container) -> None:
    """T20."""
    fresh_unbooted.ok("mkdir -p /etc/jitsi/jicofo && : > /etc/jitsi/jicofo/jicofo.conf")
    fresh_unbooted.preseed(PRESEED)
    result = fresh_unbooted.install("jigasi")
    assert result.status != 0
    assert "System has not been booted with systemd" in result.output
    assert state(fresh_unbooted, "jigasi") == "install ok half-configured"


def test_recorder_starts_nothing_and_survives_its_upgrade(fresh: Container) -> None:
    fresh.ok("apt-get download -q jibri && dpkg --force-depends -i jibri_*.deb && rm jibri_*.deb")
    assert fresh.run("systemctl is-enabled jibri").output.strip() == "disabled"
    assert fresh.run("systemctl is-active jibri").output.strip() == "inactive"
    fresh.ok("test -f /home/jibri/.asoundrc && test ! -e /etc/jitsi/jibri/asoundrc")
    fresh.use("testing")
    fresh.ok("apt-get download -q jibri && dpkg --force-depends --force-confold -i jibri_*.deb")
    fresh.ok("systemd-run --unit recorder --uid jibri /opt/jitsi/jibri/launch.sh")
    fresh.until(
        "curl -sf 127.0.0.1:2222/jibri/api/v1.0/health | jq -e '.status.busyStatus == \"IDLE\"'"
    )
