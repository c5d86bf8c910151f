"""What each role promises, on a provisioned server."""

import json
from pathlib import Path
from typing import Any

import pytest
import testinfra
import yaml

from tests.lab.conftest import Site

LISTENERS = {
    ("tcp", "22"),
    ("tcp", "80"),
    ("tcp", "443"),
    ("tcp", "5349"),
    ("udp", "3478"),
    ("udp", "10000"),
}


@pytest.fixture(scope="module")
def settings(site: Site) -> dict[str, Any]:
    """The site's settings and secrets."""
    found: dict[str, Any] = {}
    for file in (site.inventory / "group_vars" / "all").glob("*.yml"):
        found.update(yaml.safe_load(file.read_text(encoding="utf-8")))
    return found


@pytest.fixture(scope="module")
def host(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The server over one warm SSH connection, as root."""
    server = site.server
    config: Path = tmp_path_factory.mktemp("ssh") / "config"
    config.write_text(  # testinfra knows no file of host keys; the server is a container here
        f"Host server\n HostName {server.ssh_host}\n Port {server.ssh_port}\n"
        f" User {server.user}\n IdentityFile {server.key}\n"
        " StrictHostKeyChecking no\n"
    )
    return testinfra.get_host("paramiko://server", ssh_config=str(config), sudo=True)


def said(host: Any, command: str) -> str:
    """What a command says on standard output; it must succeed."""
    done = host.run(command)
    assert done.rc == 0, done.stderr
    return str(done.stdout)


@pytest.mark.parametrize(
    "unit",
    [
        "prosody",
        "jicofo",
        "jitsi-videobridge2",
        "nginx",
        "coturn",
        "selfhost-firewall",
    ],
)
def test_units_run_now_and_at_every_start(host: Any, unit: str) -> None:
    assert host.service(unit).is_running
    assert host.service(unit).is_enabled


def test_focus_and_bridge_are_logged_in(host: Any) -> None:
    stats = json.loads(said(host, "curl -sf http://127.0.0.1:8888/stats"))
    assert stats["bridge_selector"]["operational_bridge_count"] == 1
    health = said(host, "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/about/health")
    assert health == "200"
    accounts = said(host, "ls /var/lib/prosody/auth%2e*/accounts").split()
    assert sorted(accounts) == ["focus.dat", "jvb.dat"]


def test_nothing_listens_where_it_should_not(host: Any) -> None:
    found = set()
    for line in said(host, "ss -Hlntu").splitlines():
        protocol, _state, _received, _sent, local, *_ = line.split()
        address, _, port = local.rpartition(":")
        if not address.startswith(("127.", "[::1]")) and address != "[::ffff:127.0.0.1]":
            found.add((protocol, port))
    assert found <= LISTENERS
    assert {("tcp", "443"), ("udp", "10000"), ("udp", "3478"), ("tcp", "5349")} <= found


def test_configurations_are_what_their_programs_accept(host: Any, site: Site) -> None:
    domain = site.server.hostname
    said(host, "nginx -t -q")
    said(host, f"luac5.4 -p /etc/prosody/conf.avail/{domain}.cfg.lua")
    said(host, "luac5.4 -p /etc/prosody/conf.d/selfhost.cfg.lua")
    for file in ("/etc/jitsi/jicofo/jicofo.conf", "/etc/jitsi/videobridge/jvb.conf"):
        said(host, f"hocon -f {file} get jicofo.xmpp.client.domain || hocon -f {file} get ice4j")


def test_secrets_are_readable_for_their_service_only(host: Any, settings: dict[str, Any]) -> None:
    for path, group in (
        ("/etc/turnserver.conf", "turnserver"),
        ("/etc/jitsi/jicofo/jicofo.conf", "jitsi"),
        ("/etc/jitsi/videobridge/jvb.conf", "jitsi"),
    ):
        assert host.file(path).mode & 0o007 == 0, path
        assert host.file(path).group == group
    secrets = [settings[name] for name in settings if name.endswith(("_password", "_secret"))]
    assert len(secrets) == 4
    arguments = said(host, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    for secret in secrets:
        assert secret not in arguments
        readable = host.run("runuser -u nobody -- grep -rlsF %s /etc /var/log /run", secret)
        assert readable.stdout == ""


def test_tls_shows_the_same_certificate_on_both_ports(host: Any, site: Site) -> None:
    domain = site.server.hostname
    own = said(host, f"openssl x509 -noout -fingerprint -in /etc/jitsi/meet/{domain}.crt")
    for port in (443, 5349):
        shown = said(
            host,
            f"openssl s_client -connect 127.0.0.1:{port} -servername {domain} </dev/null "
            "2>/dev/null | openssl x509 -noout -fingerprint",
        )
        assert shown == own


def test_browsers_get_private_settings_and_a_policy(host: Any, site: Site) -> None:
    domain = site.server.hostname
    base = f"curl -sk --resolve {domain}:443:127.0.0.1 https://{domain}"
    assert "config.disableThirdPartyRequests = true;" in said(host, f"{base}/config.js")
    interface = said(host, f"{base}/interface_config.js")
    assert "var interfaceConfig = {" in interface
    assert interface.rstrip().splitlines()[-1].startswith("interfaceConfig.RECENT_LIST_ENABLED")
    assert "interfaceConfig.MOBILE_APP_PROMO = false;" in said(host, f"{base}/SomeRoom")
    for path in ("/", "/SomeRoom", "/config.js", "/libs/app.bundle.min.js", "/static/close3.html"):
        headers = said(host, f"{base}{path} -o /dev/null -D -").lower()
        assert "content-security-policy: default-src 'self'" in headers, path
    assert "access-control-allow-origin" not in headers
    status = said(host, f"{base}/_api/room-info?room=x -o /dev/null -w '%{{http_code}}'")
    assert status == "404"
    said(host, f"{base}/NobodyWritesThisDown")
    assert (
        host.run("grep -r NobodyWritesThisDown /var/log/nginx /var/log/jitsi /var/log/prosody").rc
        == 1
    )


def test_signalling_answers_behind_the_web_server(host: Any, site: Site) -> None:
    domain = site.server.hostname
    base = f"curl -sk --resolve {domain}:443:127.0.0.1 https://{domain}"
    assert said(host, f"{base}/http-bind -o /dev/null -w '%{{http_code}}'") == "200"
    elsewhere = (
        "curl -s -o /dev/null -w '%{http_code}' -H 'Host: other' http://127.0.0.1:5280/http-bind"
    )
    assert said(host, elsewhere) == "404"


def test_recorders_cannot_be_installed(host: Any) -> None:
    for package in ("jibri", "jigasi"):
        policy = said(host, f"apt-cache policy {package}")
        assert "Candidate: (none)" in policy or policy == ""


def test_an_upgrade_of_the_focus_keeps_its_memory_limit(host: Any) -> None:
    said(host, "DEBIAN_FRONTEND=noninteractive dpkg-reconfigure jicofo")
    environment = said(host, "systemctl show jicofo -p Environment")
    assert "JICOFO_MAX_MEMORY=" in environment
    assert "jibri" not in said(host, "cat /etc/jitsi/jicofo/jicofo.conf")
