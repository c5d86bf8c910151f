"""The TURN server under a real client: who may relay, and to where."""

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from selfhost import lab
from selfhost.lab.inventory import PUBLIC_ADDRESS
from tests.lab.conftest import Site
from tests.lab.turn_client import (
    BINDING,
    SUCCESS,
    TCP,
    RefusedError,
    TurnClient,
    credentials,
    message,
)

INNER = [
    "0.0.0.0",  # noqa: S104 - an address to be refused
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "224.0.0.1",
    "255.255.255.255",
]


@pytest.fixture(scope="module")
def secret(site: Site) -> str:
    secrets = site.inventory / "group_vars" / "all" / "secrets.yml"
    found: dict[str, Any] = yaml.safe_load(secrets.read_text(encoding="utf-8"))
    return str(found["site_turn_secret"])


@pytest.fixture
def client(site: Site, secret: str) -> Iterator[TurnClient]:
    """One that holds credentials, over UDP."""
    with TurnClient(site.server.address, 3478, *credentials(secret)) as client:
        yield client


def test_credentials_that_have_not_expired_get_a_relay(client: TurnClient) -> None:
    address, port = client.allocate()
    assert address == PUBLIC_ADDRESS
    assert 49152 <= port <= 65535


def test_over_tls_too_and_no_older_than_1_2(site: Site, secret: str) -> None:
    name, password = credentials(secret)
    with TurnClient(site.server.address, 5349, name, password, tls=site.server.hostname) as client:
        assert client.allocate()[0] == PUBLIC_ADDRESS
        assert isinstance(client.stream, ssl.SSLSocket)
        assert client.stream.version() in ("TLSv1.2", "TLSv1.3")


@pytest.mark.parametrize("kind", ["expired", "of another secret", "without a time"])
def test_other_credentials_get_none(site: Site, secret: str, kind: str) -> None:
    name, password = credentials(secret if kind == "expired" else "x" * 32, -60)
    if kind == "of another secret":
        name, password = credentials("x" * 32)
    elif kind == "without a time":
        name = "somebody"
    with (
        TurnClient(site.server.address, 3478, name, password) as client,
        pytest.raises(RefusedError) as refused,
    ):
        client.allocate()
    assert refused.value.code == 401


def test_tcp_is_not_relayed(site: Site, secret: str) -> None:
    name, password = credentials(secret)
    with (
        TurnClient(site.server.address, 5349, name, password, tls=site.server.hostname) as client,
        pytest.raises(RefusedError) as refused,
    ):
        client.allocate(TCP)
    assert refused.value.code in (403, 442)


def test_inner_addresses_are_refused(client: TurnClient) -> None:
    client.allocate()
    for number, peer in enumerate(INNER):
        with pytest.raises(RefusedError) as refused:
            client.permit((peer, 80))
        assert refused.value.code == 403, peer
        with pytest.raises(RefusedError) as refused:
            client.bind((peer, 80), 0x4000 + number)
        assert refused.value.code == 403, peer


def test_a_participant_behind_the_relay_reaches_the_bridge(client: TurnClient) -> None:
    """At the address that participants are told, which the server does not have itself."""
    client.allocate()
    client.permit((PUBLIC_ADDRESS, 10000))
    transaction = os.urandom(12)
    client.send((PUBLIC_ADDRESS, 10000), message(BINDING, transaction))
    peer, answer = client.receive()
    assert peer == (PUBLIC_ADDRESS, 10000)
    assert answer[:2] == (BINDING | SUCCESS).to_bytes(2)
    assert answer[8:20] == transaction


def test_behind_the_relay_nothing_else_of_the_server_is_reached(
    site: Site, client: TurnClient
) -> None:
    """The bridge's address is the server's own, so the kernel is what tells ports apart."""
    before = refused_by_the_kernel(site)
    client.allocate()
    for number, peer in enumerate((PUBLIC_ADDRESS, site.server.address), 1):
        client.permit((peer, 3478))
        client.send((peer, 3478), message(BINDING, os.urandom(12)))
        client.stream.settimeout(1)
        with pytest.raises(TimeoutError):
            client.receive()
        if peer == site.server.address:
            assert refused_by_the_kernel(site) >= before + 1, number


#: A second server with the same settings, but for its addresses: the lab's network has no IPv6.
SIXTH = """set -e
ip -6 address show dev lo | grep -q fd99::1 || ip address add fd99::1/128 dev lo
sed -E -e '/^(listening-ip|relay-ip|external-ip|cert|pkey)=/d' \
  -e 's/^(tls-)?listening-port=.*/\\1listening-port=3500/' \
  /etc/turnserver.conf >/run/turn6.conf
printf 'listening-ip=fd99::1\nrelay-ip=fd99::1\nno-tls\n' >>/run/turn6.conf
turnserver -c /run/turn6.conf --pidfile= >/dev/null 2>&1 & turn=$!
trap 'kill $turn; rm /run/turn6.conf' EXIT
sleep 1
python3 -
"""
REFUSED = """
with TurnClient("fd99::1", 3500, NAME, PASSWORD) as client:
    assert client.allocate(family=6)[0] == "fd99::1"
    for peer in PEERS:
        try:
            client.permit((peer, 80))
            print(peer, "let through")
        except RefusedError as refused:
            print(peer, refused.code)
"""
INNER_V6 = ["::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fc00::1"]
INNER_V6 += ["fd99::2", "fe80::1", "fec0::1", "ff02::1", "2002:7f00:1::1", "::127.0.0.1"]


def test_inner_addresses_of_ipv6_are_refused(site: Site, secret: str) -> None:
    name, password = credentials(secret)
    client = Path(__file__).with_name("turn_client.py").read_text(encoding="utf-8")
    program = f"{client}\nNAME, PASSWORD, PEERS = {(name, password, INNER_V6)!r}\n{REFUSED}"
    done = lab.run(site.server.name, ["sh", "-c", SIXTH], input=program.encode(), timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().splitlines() == [f"{peer} 403" for peer in INNER_V6]


def refused_by_the_kernel(site: Site) -> int:
    command = ["nft", "list", "counter", "inet", "selfhost", "refused-turnserver"]
    said = lab.run(site.server.name, command).stdout.decode()
    found = re.search(r"packets (\d+)", said)
    assert found is not None
    return int(found.group(1))
