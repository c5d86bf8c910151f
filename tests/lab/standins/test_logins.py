"""What breaks the real programs' logins breaks the stand-ins' in the same place."""

from collections.abc import Iterator

import pytest

from tests.lab.standins.containers import DOMAIN, JICOFO_CONF, JVB_CONF, Container

pytestmark = pytest.mark.lab

BRIDGE_LOG, FOCUS_LOG = "/var/log/jitsi/jvb.log", "/var/log/jitsi/jicofo.log"


@pytest.fixture
def mended(shared: Container) -> Iterator[Container]:
    """Puts both configurations back afterwards."""
    shared.ok(f"cp -p {JVB_CONF} /root/jvb.conf; cp -p {JICOFO_CONF} /root/jicofo.conf")
    yield shared
    shared.ok(
        f"cp -p /root/jvb.conf {JVB_CONF}; cp -p /root/jicofo.conf {JICOFO_CONF}\n"
        "systemctl reset-failed; systemctl restart jicofo jitsi-videobridge2"
    )
    shared.until_bridges(1)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("PASSWORD", "wrong", "SASL authentication failed: not-authorized"),
        ("DOMAIN", f"other.{DOMAIN}", "host-unknown"),
        ("DOMAIN", f"recorder.{DOMAIN}", "PKIX|SASL"),
        ("PORT", "5223", "cannot connect to localhost:5223"),
        ("HOSTNAME", "127.0.0.9", "joined"),
        ("MUC_JIDS", f"jvbbrewery@nowhere.{DOMAIN}", "cannot enter"),
    ],
)
def test_bridge(mended: Container, key: str, value: str, message: str) -> None:
    path = f"videobridge.apis.xmpp-client.configs.shard.{key}"
    mended.ok(
        f": > {BRIDGE_LOG}; hocon -f {JVB_CONF} set {path} '\"{value}\"'\n"
        "systemctl reset-failed; systemctl restart jitsi-videobridge2"
    )
    mended.until(f"grep -E '{message}' {BRIDGE_LOG}")
    assert mended.ok("systemctl is-active jitsi-videobridge2").strip() == "active"
    mended.until("curl -sf 127.0.0.1:8080/about/health")
    mended.until_bridges(1 if message == "joined" else 0)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("password", "wrong", "SASL authentication failed: not-authorized"),
        ("domain", f"other.{DOMAIN}", "host-unknown"),
        ("port", "5223", "cannot connect to localhost:5223"),
    ],
)
def test_focus(mended: Container, key: str, value: str, message: str) -> None:
    mended.ok(
        f": > {FOCUS_LOG}; hocon -f {JICOFO_CONF} set jicofo.xmpp.client.{key} '\"{value}\"'\n"
        "systemctl reset-failed; systemctl restart jicofo"
    )
    mended.until(f"grep '{message}' {FOCUS_LOG}")
    mended.until_bridges(0)


def test_certificate_that_java_does_not_know(mended: Container) -> None:
    mended.ok(
        "cp -p /etc/ssl/certs/java/cacerts /root/cacerts\n"
        f"keytool -delete -cacerts -storepass changeit -alias debian:auth.{DOMAIN}.pem 2>&1\n"
        f": > {FOCUS_LOG}; systemctl reset-failed; systemctl restart jicofo"
    )
    mended.until(f"grep 'PKIX: the certificate of auth.{DOMAIN} is not trusted' {FOCUS_LOG}")
    mended.ok("cp -p /root/cacerts /etc/ssl/certs/java/cacerts")
    mended.ok("sleep 4")
    assert "logged in" not in mended.ok(f"cat {FOCUS_LOG}"), "trust is read at the start only"


def test_settings_that_do_not_parse(mended: Container) -> None:
    mended.ok(
        f"echo '}}' >> {JVB_CONF}; systemctl reset-failed; systemctl restart jitsi-videobridge2"
    )
    mended.until(f"grep 'cannot read {JVB_CONF}' {BRIDGE_LOG}")
    mended.until("test $(systemctl show -P NRestarts jitsi-videobridge2) -ge 2")
    assert "Traceback" not in mended.ok(f"cat {BRIDGE_LOG}")
    mended.until_bridges(0)


def test_heap_settings_arrive(mended: Container) -> None:
    mended.ok(
        "echo VIDEOBRIDGE_MAX_MEMORY=1024m >> /etc/jitsi/videobridge/config\n"
        "mkdir -p /etc/systemd/system/jicofo.service.d\n"
        "printf '[Service]\\nEnvironment=JICOFO_MAX_MEMORY=512m\\n'"
        " > /etc/systemd/system/jicofo.service.d/memory.conf\n"
        f"systemctl daemon-reload; : > {BRIDGE_LOG}; : > {FOCUS_LOG}\n"
        "systemctl reset-failed; systemctl restart jicofo jitsi-videobridge2"
    )
    mended.until(f"grep 'heap 1024m' {BRIDGE_LOG}")
    mended.until(f"grep 'heap 512m' {FOCUS_LOG}")


def test_legacy_properties_win(mended: Container) -> None:
    legacy = "/etc/jitsi/videobridge/sip-communicator.properties"
    shard = "org.jitsi.videobridge.xmpp.user.old"
    mended.ok(
        f"""cat > {legacy} <<'FILE'
{shard}.HOSTNAME=localhost
{shard}.DOMAIN=auth.{DOMAIN}
{shard}.USERNAME=jvb
{shard}.PASSWORD=wrong
{shard}.MUC_JIDS=JvbBrewery@internal.auth.{DOMAIN}
{shard}.MUC_NICKNAME=old
FILE
systemctl stop jitsi-videobridge2; : > {BRIDGE_LOG}; systemctl start jitsi-videobridge2"""
    )
    mended.until(f"grep '\\[old\\] SASL authentication failed' {BRIDGE_LOG}")
    assert "[shard]" not in mended.ok(f"cat {BRIDGE_LOG}; rm {legacy}")
