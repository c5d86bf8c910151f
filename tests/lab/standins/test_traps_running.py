"""Traps on a server that is installed already (numbers of the specification)."""

import pytest

from tests.lab.standins.containers import (
    DOMAIN,
    HOST_CONF,
    JICOFO_CONF,
    JVB_CONF,
    PRESEED,
    PRIVATE_ADDRESS,
    Container,
)

pytestmark = pytest.mark.lab

CALLS = "/var/log/standin/third-party-calls.log"
STARTS = "grep -c 'Hello and welcome to Prosody' /var/log/prosody/prosody.log"


def test_secret_with_a_quote(installed: Container) -> None:
    """T4: the secret is pasted as it is."""
    installed.preseed('x jitsi-videobridge/jvbsecret password ab"#cdef')
    installed.ok(f"rm {JVB_CONF}; dpkg-reconfigure jitsi-videobridge2 2>&1")
    shard = "videobridge.apis.xmpp-client.configs.shard"
    assert installed.ok(f"hocon -f {JVB_CONF} get {shard}.PASSWORD").strip().strip('"') == "ab"
    installed.until("grep 'SASL authentication failed' /var/log/jitsi/jvb.log")


def test_private_address(installed: Container) -> None:
    """T18."""
    installed.until("curl -s 127.0.0.1:8080/about/version")
    answer = installed.ok("curl -s -w '%{http_code}' 127.0.0.1:8080/about/health")
    assert answer.endswith("500")
    assert "no valid address" in answer
    installed.until("curl -s 127.0.0.1:8888/stats | jq -e '.bridge_selector.bridge_count == 1'")
    installed.until_bridges(0)

    mapping = (
        'ice4j.harvest.mapping.static-mappings = [{ local-address = "10.0.0.1",'
        ' public-address = "203.0.113.9" }]'
    )
    installed.ok(f"echo '{mapping}' >> {JVB_CONF}; systemctl restart jitsi-videobridge2")
    installed.until_bridges(1)


def test_bridge_settings_written_anew(installed: Container) -> None:
    """T17, second half: a file without the lines that the package writes asks the cloud."""
    installed.ok(f"rm -f {CALLS}; printf '%s\\n' '{PRIVATE_ADDRESS}' > {JVB_CONF}")
    installed.ok("systemctl restart jitsi-videobridge2")
    installed.until(f"grep 'would query 169.254.169.254' {CALLS}")
    # one's own server is asked for real, nobody else even by name
    quiet = 'ice4j.harvest.mapping { aws.enabled = false, stun.addresses = [ "127.0.0.1:3478" ] }'
    installed.ok(f"rm -f {CALLS}; printf '%s\\n' '{quiet}' > {JVB_CONF}")
    installed.ok("systemctl restart jitsi-videobridge2")
    installed.until(
        "test $(curl -s -o /dev/null -w '%{http_code}' 127.0.0.1:8080/about/health) = 200"
    )
    installed.ok(f"test ! -e {CALLS}")


def test_transcription_address_is_written_down(installed: Container) -> None:
    installed.ok(
        f"sed -i '1i {PRIVATE_ADDRESS}' {JVB_CONF}\n"
        f"hocon -f {JICOFO_CONF} set jicofo.transcription.url-template '\"wss://ai.example/{{{{MEETING_ID}}}}\"'\n"
        "systemctl restart jicofo jitsi-videobridge2"
    )
    installed.until_bridges(1)
    # the focus that was stopped may still answer for a moment
    installed.until(
        f'curl -sf -d \'{{"room": "talk@conference.{DOMAIN}"}}\''
        " 127.0.0.1:8888/conference-request/v1 >/dev/null\n"
        f"grep 'would connect to wss://ai.example/talk for transcription' {CALLS}"
    )


def test_tokens_on_the_stock_server(installed: Container) -> None:
    """T9, with the remedy."""
    installed.preseed(
        "x jitsi-meet-tokens/appid string app\nx jitsi-meet-tokens/appsecret password signing"
    )
    assert installed.install("jitsi-meet-tokens").status == 0
    log = "/var/log/prosody/prosody.log"
    installed.until(f"grep \"module 'basexx' not found\" {log}")
    installed.ok(
        "mkdir -p /usr/local/share/lua/5.4\n"
        "ln -s /usr/share/lua/5.2/{basexx,inspect}.lua /usr/local/share/lua/5.4/\n"
        f": > {log}; systemctl restart prosody"
    )
    installed.until(f"grep 'stand-in plugins' {log}")
    assert "error" not in installed.ok(f"grep -v STANDIN {log}")
    installed.ok("apt-get purge -q -y jitsi-meet-tokens")
    assert 'authentication = "jitsi-anonymous" -- do not delete me' in installed.ok(
        f"cat {HOST_CONF}"
    )


def test_turn_over_tls_needs_a_readable_key(installed: Container) -> None:
    """T10."""
    installed.until("ss -Huln | grep -q ':3478 '")
    assert ":5349" not in installed.ok("ss -Htln")
    key = f"/etc/jitsi/meet/{DOMAIN}.key"
    installed.ok(f"chgrp turnserver {key}; chmod 0640 {key}; systemctl restart coturn")
    installed.until("ss -Htln | grep -q ':5349 '")


def test_copy_of_the_certificate_for_turn(installed: Container) -> None:
    script = "/usr/share/jitsi-meet/scripts/coturn-le-update.sh"
    assert installed.run(script).status == 10
    installed.ok(f"{script} {DOMAIN}")
    found = installed.ok("stat -c '%n %a %U' /etc/coturn/certs /etc/coturn/certs/*").splitlines()
    assert found == [
        "/etc/coturn/certs 700 turnserver",
        f"/etc/coturn/certs/{DOMAIN}.fullchain.pem 400 turnserver",
        f"/etc/coturn/certs/{DOMAIN}.privkey.pem 400 turnserver",
    ]
    installed.until("ss -Htln | grep -q ':5349 '")


def test_another_host_name(installed: Container) -> None:
    """T14: half of the server changes its name."""
    installed.preseed("x jitsi-videobridge/jvb-hostname string new.example.test")
    installed.ok(
        "for package in jitsi-videobridge2 jitsi-meet-web-config jicofo\n"
        "do dpkg-reconfigure $package 2>&1; done"
    )
    focus = installed.ok(f"cat {JICOFO_CONF}")
    assert 'client-proxy: "focus.new.example.test"' in focus
    assert f'domain: "auth.{DOMAIN}"' in focus
    assert f'DOMAIN="auth.{DOMAIN}"' in installed.ok(f"cat {JVB_CONF}")
    installed.ok(
        f"cd /etc/jitsi/meet; test ! -e {DOMAIN}-config.js; test -e new.example.test-config.js\n"
        f"cd /etc/nginx; test -e sites-available/{DOMAIN}.conf\n"
        f"test ! -e sites-enabled/{DOMAIN}.conf"
    )


def test_host_configuration_without_the_marks(installed: Container) -> None:
    """T23: every configure restarts Prosody twice, with sleeps; with the marks never."""
    installed.until("systemctl is-active prosody")
    before = int(installed.ok(STARTS))
    installed.ok("dpkg-reconfigure jitsi-meet-prosody 2>&1")
    assert int(installed.ok(STARTS)) == before
    installed.ok(f"sed -i '/polls\"; *$/d' {HOST_CONF}")
    for _ in range(2):
        installed.ok("dpkg-reconfigure jitsi-meet-prosody 2>&1")
        installed.until(f"test $({STARTS}) = {before + 2}")
        before += 2


def test_purge_and_install_again(installed: Container) -> None:
    installed.ok("apt-get purge -q -y 'jitsi-*' jicofo")
    installed.ok("test ! -e /etc/jitsi/videobridge/jvb.conf; test ! -e /var/log/jitsi")
    assert installed.run("id jvb || id jicofo").status != 0
    assert installed.ok("getent group jitsi")
    assert "auth." not in installed.ok("ls /var/lib/prosody /usr/local/share/ca-certificates")
    installed.preseed(PRESEED)
    again = installed.install("jitsi-meet")
    assert again.status == 0, again.output[-2000:]
    installed.ok(f"sed -i '1i {PRIVATE_ADDRESS}' {JVB_CONF}; systemctl restart jitsi-videobridge2")
    installed.until_bridges(1)
