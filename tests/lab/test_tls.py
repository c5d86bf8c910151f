"""Certificates on a real server: issued by a real ACME server, renewed, replaced, refused."""

import datetime
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from selfhost import lab
from selfhost.settings.render import dump
from tests.lab.acme import AcmeServer, serving
from tests.lab.conftest import Site

PORTS = (443, 5349)
TURN_DOMAIN = "turn.example.test"
LIVE = "/etc/letsencrypt/live/selfhost"
INSTALL = "/usr/local/sbin/selfhost-certificate"

#: Keeps a TLS connection to nginx and one to coturn open while the given command runs, and uses
#: both before and afterwards: signalling over a WebSocket, as in a call, to Prosody behind nginx;
#: RFC 5389 binding requests to coturn.
KEPT = """
import socket, ssl, struct, subprocess, sys
domain = sys.argv[1]
trust = ssl._create_unverified_context()
def connect(port):
    return trust.wrap_socket(socket.create_connection(("127.0.0.1", port), 20))
def await_(words):
    got = b""
    while words not in got:
        new = web.recv(4096)
        assert new, got
        got += new
def send(stanza):
    text = stanza.encode()
    web.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)  # masked with zeros
def bind():
    turn.sendall(struct.pack("!HHI12s", 1, 0, 0x2112A442, b"selfhost-tls"))
    assert struct.unpack("!H", turn.recv(2048)[:2])[0] == 0x0101
framing = "xmlns='urn:ietf:params:xml:ns:xmpp-framing'"
web, turn = connect(443), connect(5349)
web.sendall((
    f"GET /xmpp-websocket HTTP/1.1\\r\\nHost: {domain}\\r\\nConnection: Upgrade\\r\\n"
    "Upgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Protocol: xmpp\\r\\n"
    "Sec-WebSocket-Key: c2VsZmhvc3Qtc2VsZmhvcw==\\r\\n\\r\\n"
).encode())
await_(b" 101 ")
send(f"<open {framing} to='{domain}' version='1.0'/>")
await_(b"features")
bind()
subprocess.run(sys.argv[2:], check=True)
bind()
send(f"<close {framing}/>")
await_(b"<close")
"""


@pytest.fixture(scope="module")
def acme(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AcmeServer]:
    """An ACME server that knows where the site's names lead."""
    names = {site.server.hostname: site.server.address, TURN_DOMAIN: site.server.address}
    with serving(tmp_path_factory.mktemp("acme"), names) as server:
        yield server


@pytest.fixture
def with_settings(site: Site, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """The site with more settings; the server is put back afterwards."""

    def make(**settings: Any) -> Site:
        inventory = tmp_path / f"inventory-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(site.inventory, inventory, ignore=shutil.ignore_patterns("runs"))
        with (inventory / "group_vars/all/settings.yml").open("a", encoding="utf-8") as stream:
            stream.write(f"\n{dump(settings)}" if settings else "")
        return Site(site.server, inventory)

    yield make
    site.reset()


def acme_settings(acme: AcmeServer) -> dict[str, Any]:
    return {
        "tls_mode": "acme",
        "tls_acme_agree_terms": True,
        "tls_acme_directory": acme.directory,
        "tls_acme_ca": str(acme.ca),
    }


def said(site: Site, script: str, *arguments: str, code: int = 0) -> str:
    """What a script says on the server; it must end with ``code``."""
    done = lab.run(site.server.name, ["sh", "-c", script, "sh", *arguments])
    assert done.returncode == code, done.stdout + done.stderr
    return (done.stdout + done.stderr).decode()


def shown(site: Site, port: int, name: str = "") -> str:
    """The certificate that a port shows to those who ask for a name (PEM)."""
    return said(
        site,
        'openssl s_client -connect 127.0.0.1:"$1" -servername "$2" </dev/null 2>/dev/null'
        " | openssl x509",
        str(port),
        name or site.server.hostname,
    )


def seen(site: Site) -> str:
    """The one certificate that all ports show (PEM)."""
    (found,) = {shown(site, port) for port in PORTS}
    return found


def trusts(site: Site, root: Path, port: int, name: str = "") -> bool:
    """Whether a client that trusts this CA and no other accepts what a port shows."""
    script = (
        'cat >/tmp/root.pem; openssl s_client -connect 127.0.0.1:"$1" -servername "$2"'
        ' -verify_hostname "$2" -CAfile /tmp/root.pem -verify_return_error </dev/null'
    )
    words = ["sh", "-c", script, "sh", str(port), name or site.server.hostname]
    return lab.run(site.server.name, words, input=root.read_bytes()).returncode == 0


def changed(site: Site) -> list[Mapping[str, Any]]:
    """What the last run changed."""
    run = max((site.inventory / "runs").iterdir())
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    return [event for event in events if event.get("changed")]


def applied(site: Site, *options: str) -> None:
    done = site.selfhost("apply", *options)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def make_due(site: Site, days: int) -> None:
    """Have certbot count so many days as the last ones of a certificate, which has years."""
    file = "/etc/letsencrypt/renewal/selfhost.conf"
    line = f"renew_before_expiry = {days} days"
    said(site, f"sed -i 's/^#* *renew_before_expiry = .*/{line}/' {file}; grep -qx '{line}' {file}")


def test_a_certificate_is_issued_and_renewed_under_open_connections(
    acme: AcmeServer, with_settings: Callable[..., Site]
) -> None:
    site = with_settings(**acme_settings(acme))
    placeholder = seen(site)
    applied(site, "--tags", "tls")
    first = seen(site)
    assert first != placeholder
    assert [trusts(site, acme.root, port) for port in PORTS] == [True, True]
    assert said(site, "systemctl is-enabled certbot.timer; systemctl is-active certbot.timer") == (
        "enabled\nactive\n"
    )
    applied(site, "--tags", "tls")
    assert changed(site) == []
    assert seen(site) == first

    running = "systemctl show -p MainPID --value nginx coturn prosody"
    before = said(site, running)
    make_due(site, 4000)
    around = ("python3", "-c", KEPT, site.server.hostname)
    said(site, '"$@"', *around, "systemctl", "start", "certbot.service")  # as the timer does
    assert seen(site) != first
    assert [trusts(site, acme.root, port) for port in PORTS] == [True, True]
    assert said(site, running) == before
    assert "600 root" in said(site, f"stat -c '%a %U' /etc/jitsi/meet/{site.server.hostname}.key")


@pytest.mark.nightly
def test_a_renewal_that_cannot_be_used_leaves_the_old_one_and_is_tried_again(
    acme: AcmeServer, with_settings: Callable[..., Site]
) -> None:
    site = with_settings(**acme_settings(acme))
    applied(site, "--tags", "tls")
    old = seen(site)
    said(site, "echo 'nonsense;' >/etc/nginx/conf.d/broken.conf")
    said(site, "systemctl start certbot.service || true")
    assert seen(site) == old  # nothing was due
    make_due(site, 4000)
    said(site, "systemctl start certbot.service", code=1)
    assert seen(site) == old
    assert said(site, f"cat /etc/jitsi/meet/{site.server.hostname}.crt").startswith(old)
    assert said(site, "systemctl is-failed certbot.service") == "failed\n"
    journal = said(site, "journalctl --sync && journalctl --no-pager -u certbot.service")
    assert "nginx does not accept its configuration" in journal, journal
    left = said(site, "ls -A /etc/jitsi/meet /etc/coturn/certs")
    assert ".old" not in left
    assert ".new" not in left

    said(site, "rm /etc/nginx/conf.d/broken.conf")
    make_due(site, 30)
    said(site, "systemctl start certbot.service")  # nothing is due: the pair that waits is used
    new = seen(site)
    assert new != old
    assert said(site, f"cat {LIVE}/cert.pem") == new


@pytest.mark.nightly
def test_an_acme_server_that_is_away_is_one_sentence_and_a_later_run_converges(
    site: Site, acme: AcmeServer, with_settings: Callable[..., Site]
) -> None:
    wanted = acme_settings(acme)
    nobody = acme.directory.replace("/dir", ":81/dir")
    away = with_settings(**wanted | {"tls_acme_directory": nobody})
    old = seen(site)
    done = away.selfhost("apply", "--tags", "tls")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert f"the ACME server {nobody} cannot be reached" in done.stderr
    assert "the old certificate is used" in done.stderr
    assert seen(site) == old
    there = with_settings(**wanted)
    applied(there, "--tags", "tls")
    assert trusts(site, acme.root, 443)
    applied(there)
    assert changed(there) == []


@pytest.mark.nightly
def test_a_name_that_leads_elsewhere_is_said_by_its_name(
    acme: AcmeServer, with_settings: Callable[..., Site]
) -> None:
    site = with_settings(**acme_settings(acme), turn_domain="nowhere.example.test")
    done = site.selfhost("apply", "--tags", "tls")
    assert done.returncode == 1
    assert "could not verify that the name is this server's: nowhere.example.test" in done.stderr
    assert "port 80 must be open" in done.stderr


@pytest.mark.nightly
def test_the_turn_server_s_own_name_is_covered_and_a_change_of_mode_ends_the_renewals(
    acme: AcmeServer, with_settings: Callable[..., Site]
) -> None:
    site = with_settings(**acme_settings(acme), turn_domain=TURN_DOMAIN)
    applied(site, "--tags", "tls,turn,web")
    assert trusts(site, acme.root, 443)
    assert trusts(site, acme.root, 5349, TURN_DOMAIN)
    back = with_settings()
    applied(back, "--tags", "tls,turn,web")
    assert not trusts(site, acme.root, 443)
    assert "No certificates found" in said(site, "certbot certificates")
    assert said(site, "test ! -e /etc/letsencrypt/renewal-hooks/deploy/selfhost && echo gone")
    applied(back, "--tags", "tls,turn,web")
    assert changed(back) == []


def own_pair(folder: Path, name: str, *, days: int = 30) -> dict[str, Any]:
    """Settings with a certificate that the admin has from elsewhere, valid for so many days."""
    folder.mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=100))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "own.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "own.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return {
        "tls_mode": "own",
        "tls_certificate": str(folder / "own.crt"),
        "tls_private_key": str(folder / "own.key"),
    }


@pytest.mark.nightly
def test_an_own_certificate_is_used_and_replaced(
    site: Site, with_settings: Callable[..., Site], tmp_path: Path
) -> None:
    for number in ("1", "2"):
        settings = own_pair(tmp_path / "pairs" / number, site.server.hostname)
        given = with_settings(**settings)
        applied(given, "--tags", "tls")
        assert seen(site) == Path(settings["tls_certificate"]).read_text()
    applied(given, "--tags", "tls,turn")
    assert changed(given) == []


@pytest.mark.nightly
def test_an_own_certificate_that_would_not_work_is_refused(
    site: Site, with_settings: Callable[..., Site], tmp_path: Path
) -> None:
    name = site.server.hostname
    old = seen(site)
    good = own_pair(tmp_path / "pairs/good", name)
    other = own_pair(tmp_path / "pairs/other", name)
    for wrong in (
        own_pair(tmp_path / "pairs/name", "other.example.test"),
        own_pair(tmp_path / "pairs/expired", name, days=-1),
        good | {"tls_private_key": other["tls_private_key"]},
    ):
        done = with_settings(**wrong).selfhost("apply", "--tags", "tls")
        assert done.returncode == 1
        assert f"must be a certificate for {name} that has not expired" in done.stderr
        assert seen(site) == old


def test_the_program_that_puts_pairs_to_use_refuses_what_would_not_work(
    site: Site, tmp_path: Path
) -> None:
    old = seen(site)
    name = site.server.hostname
    good = own_pair(tmp_path / "good", name)
    expired = own_pair(tmp_path / "expired", name, days=-1)
    foreign = own_pair(tmp_path / "foreign", "other.example.test")
    script = f'printf %s "$1" >/tmp/crt; printf %s "$2" >/tmp/key; {INSTALL} /tmp/crt /tmp/key'
    for certificate, key, because in (
        (good, foreign, "is not the key of"),
        (good, None, "is not the key of"),
        (None, good, "is no certificate"),
        (expired, expired, "has expired"),
        (foreign, foreign, f"is not for {name}"),
    ):
        files = [
            Path(pair[part]).read_text() if pair else "nonsense"
            for pair, part in ((certificate, "tls_certificate"), (key, "tls_private_key"))
        ]
        heard = said(site, script, *files, code=1)
        assert because in heard
        assert "the certificate in use stays in use" in heard
    assert seen(site) == old
