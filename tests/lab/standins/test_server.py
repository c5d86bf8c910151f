"""What a server installed from answers does: the acceptance of the packages."""

import json

import pytest

from tests.lab.standins.containers import DOMAIN, JVB_CONF, Container

pytestmark = pytest.mark.lab

HTTPS = f"curl -sk --http1.1 --resolve {DOMAIN}:443:127.0.0.1 https://{DOMAIN}"
BOSH = (
    f"<body rid='1' xmlns='http://jabber.org/protocol/httpbind' to='{DOMAIN}' wait='5' hold='1'"
    " ver='1.6' xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh'/>"
)


def status(container: Container, url: str) -> str:
    return container.ok(f"curl -s -o /dev/null -w '%{{http_code}}' {url}")


def test_focus_counts_the_bridge(shared: Container) -> None:
    stats = json.loads(shared.ok("curl -sf 127.0.0.1:8888/stats"))
    assert stats["bridge_selector"]["bridge_count"] == 1
    assert stats["bridge_selector"]["operational_bridge_count"] == 1


def test_conference_request(shared: Container) -> None:
    def ready(room: str) -> object:
        answer = shared.ok(
            f"{HTTPS}/conference-request/v1 -H 'Content-Type: application/json'"
            f" -d '{json.dumps({'room': room})}'"
        )
        return json.loads(answer)["ready"]

    assert ready(f"talk@conference.{DOMAIN}") is True
    assert ready("talk@conference.example.org") is False


def test_pages(shared: Container) -> None:
    assert shared.ok("nginx -t 2>&1 | grep -c successful").strip() == "1"
    for path in ("/config.js", "/interface_config.js", "/external_api.js", "/tenant/config.js"):
        assert shared.ok(f"{HTTPS}{path} -o /dev/null -w '%{{http_code}}'") == "200", path
    assert f"muc: 'conference.' + subdomain + '{DOMAIN}'" in shared.ok(f"{HTTPS}/config.js")
    assert "var subdomain = 'tenant.';" in shared.ok(f"{HTTPS}/tenant/config.js")
    room = shared.ok(f"{HTTPS}/SomeRoom")
    assert "var config = {" in room
    assert "var interfaceConfig = {" in room
    assert "<!--#" not in room


def test_signalling(shared: Container) -> None:
    answer = shared.ok(f'{HTTPS}/http-bind -H "Content-Type: text/xml" -d "{BOSH}"')
    assert "<mechanism>ANONYMOUS</mechanism>" in answer
    upgrade = (
        "-H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13'"
        " -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' -H 'Sec-WebSocket-Protocol: xmpp'"
    )
    answer = shared.run(
        f"{HTTPS}/xmpp-websocket --max-time 2 -o /dev/null -w '%{{http_code}}' {upgrade}"
    ).output
    assert answer == "101"
    assert status(shared, "http://127.0.0.1:5280/http-bind -H 'Host: other.example'") == "404"


def test_switched_off_by_default(shared: Container) -> None:
    """T19."""
    assert status(shared, "127.0.0.1:8888/about/health") == "404"
    assert status(shared, "127.0.0.1:8080/colibri/stats") == "404"
    assert status(shared, "127.0.0.1:8080/colibri/shutdown") == "404"
    assert status(shared, "127.0.0.1:8080/about/health") == "200"


def test_sockets(shared: Container) -> None:
    every = "sed -E -e 's/(0.0.0.0|\\[::\\]):/*:/'"
    found = set(shared.ok(f"ss -Htuln | awk '{{print $1\"/\"$5}}' | {every}").split())
    for socket in (
        "tcp/*:80", "tcp/*:443", "tcp/*:5222", "tcp/*:5269", "tcp/*:5281", "udp/*:10000",
        "tcp/127.0.0.1:5280", "tcp/127.0.0.1:8080", "tcp/127.0.0.1:8888", "udp/127.0.0.1:3478",
    ):  # fmt: skip
        assert socket in found
    assert not [line for line in found if line.endswith((":9090", ":5349"))]


def test_bridge_answers_stun(shared: Container) -> None:
    shared.ok(
        "cd /usr/share/jitsi-videobridge/lib && python3 -B -c '"
        'from standin.stun import ask; assert ask("127.0.0.1", 10000) and ask("::1", 10000)\''
    )


@pytest.mark.parametrize(
    ("user", "jar", "config"),
    [
        ("jicofo", "/usr/share/jicofo/jicofo.jar", "/etc/jitsi/jicofo/jicofo.conf"),
        ("jvb", "/usr/share/jitsi-videobridge/jitsi-videobridge.jar", JVB_CONF),
    ],
)
def test_processes_look_like_the_real_ones(
    shared: Container, user: str, jar: str, config: str
) -> None:
    commands = shared.ok(f"ps -u {user} -o args=").splitlines()
    command = next(line for line in commands if jar in line)
    assert command.startswith("java ")
    assert f" -Dconfig.file={config} " in command
    assert " -Xmx3072m " in command


def test_turn_configuration_is_readable_by_everybody(shared: Container) -> None:
    """T16."""
    assert shared.ok("stat -c '%a %U:%G' /etc/turnserver.conf").strip() == "644 root:root"
    assert shared.ok("grep -c ^static-auth-secret=turnSecret1$ /etc/turnserver.conf")


def test_packaged_bridge_settings_name_a_third_party(shared: Container) -> None:
    """T17, first half: upstream's default is kept, and only written down."""
    calls = shared.ok("cat /var/log/standin/third-party-calls.log").splitlines()
    assert calls
    assert all("would query meet-jit-si-turnrelay.jitsi.net:443" in line for line in calls)


def test_modes_and_owners(shared: Container) -> None:
    listing = shared.ok(
        "stat -c '%n %a %U:%G' /etc/jitsi/jicofo /etc/jitsi/videobridge /etc/jitsi/meet"
        f" /etc/jitsi/meet/{DOMAIN}.key /var/lib/prosody/auth.{DOMAIN}.crt"
        f" /var/lib/prosody/auth.{DOMAIN}.key"
    ).splitlines()
    assert listing == [
        "/etc/jitsi/jicofo 750 jicofo:jitsi",
        "/etc/jitsi/videobridge 750 jvb:jitsi",
        "/etc/jitsi/meet 755 root:root",
        f"/etc/jitsi/meet/{DOMAIN}.key 600 root:root",
        f"/var/lib/prosody/auth.{DOMAIN}.crt 640 prosody:prosody",
        f"/var/lib/prosody/auth.{DOMAIN}.key 400 prosody:prosody",
    ]


def test_a_second_install_changes_nothing(shared: Container) -> None:
    before = shared.ok("md5sum /etc/jitsi/*/* /etc/prosody/conf.avail/* /etc/turnserver.conf")
    assert shared.install("jitsi-meet").status == 0
    assert before == shared.ok(
        "md5sum /etc/jitsi/*/* /etc/prosody/conf.avail/* /etc/turnserver.conf"
    )
