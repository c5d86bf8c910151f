"""The wall around a provisioned server: as each service's account, by each protocol, and through
each service, to a stranger's machine that counts what arrives."""

import contextlib
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.access import refusal
from tests.lab.bosh import Participant
from tests.lab.conftest import Site
from tests.lab.network_namespaces import KNOCK, WITNESS
from tests.lab.test_firewall_rules import ALLOWED
from tests.lab.turn_client import BINDING, TurnClient, credentials, message
from tests.lab.wall import SERVER_V4, SERVER_V6, SINK_V4, SINK_V6, Wall, wall

ACCOUNTS = ("jicofo", "jvb", "prosody", "turnserver", "www-data")
#: What is tried, how, to where and to which port; whether the packet filter is asked at all.
WAYS = (
    ("TCP, IPv4", "tcp", SINK_V4, 443, True),
    ("TCP, IPv6", "tcp", SINK_V6, 443, True),
    ("QUIC, IPv4", "quic", SINK_V4, 443, True),
    ("QUIC, IPv6", "quic", SINK_V6, 443, True),
    ("UDP, IPv4", "udp", SINK_V4, 40000, True),
    ("UDP, IPv6", "udp", SINK_V6, 40000, True),
    ("DNS to a stranger, IPv4", "dns", SINK_V4, 53, True),
    ("DNS to a stranger, IPv6", "dns", SINK_V6, 53, True),
    ("DNS over TLS", "tcp", SINK_V4, 853, True),
    ("a name, by the system's resolver", "lookup", "", 0, True),
    ("a resolver on the server", "dns", "127.0.0.53", 53, True),
    ("ping, IPv4", "ping", SINK_V4, 0, True),
    ("ping, IPv6", "ping", SINK_V6, 0, True),
    ("raw IP, IPv4", "raw", SINK_V4, 0, False),
    ("raw IP, IPv6", "raw", SINK_V6, 0, False),
    ("frames past IP", "frame", "to-sink", 0, False),
)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def around(site: Site) -> Iterator[Wall]:
    try:
        with wall(site) as made:
            yield made
    finally:
        site.reset()


def test_nothing_that_an_account_tries_arrives(around: Wall) -> None:
    for name, how, to, port, filtered in WAYS:
        if filtered and to != "127.0.0.53":
            before = around.arrived()
            around.attempt("games", how, to, port)
            assert rises(around.arrived, before), f"{name}: the sink would not see it"
    rows = ["| tried | " + " | ".join(f"`{a}`" for a in ACCOUNTS) + " | arrived |"]
    rows.append("|---" * (len(ACCOUNTS) + 2) + "|")
    for name, how, to, port, filtered in WAYS:
        before, cells = around.arrived(), []
        for account in ACCOUNTS:
            counted = around.counted(account)
            answer = around.attempt(account, how, to, port)
            if filtered:
                assert around.counted(account) > counted, (account, name, answer)
                cells.append("counted")
            else:
                assert answer == "1", (account, name, answer)
                cells.append("no right")
        time.sleep(0.2)  # neighbours are asked for first
        arrived = around.arrived() - before
        rows.append(f"| {name} | {' | '.join(cells)} | {arrived} |")
        assert arrived == 0, name
    table = "\n".join(rows)
    assert table in (ROOT / "docs/firewall.md").read_text("utf-8"), table


def _asked(around: Wall, request: bytes) -> None:
    """A request as it is, over TLS, without waiting for more than the first answer."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((around.site.server.address, 443), 10) as plain,
        context.wrap_socket(plain, server_hostname=around.site.server.hostname) as stream,
    ):
        stream.sendall(request)
        stream.settimeout(3)
        with contextlib.suppress(TimeoutError):
            assert stream.recv(4096)


#: Ways to have a web server fetch something elsewhere: proxied requests, addresses in paths that
#: upstream's files for several bridges pass on, and headers that some proxies believe.
FETCHES = (
    "GET http://{sink}/ HTTP/1.1",
    "CONNECT {sink}:443 HTTP/1.1",
    "GET /http://{sink}/ HTTP/1.1",
    "GET //{sink}/ HTTP/1.1",
    "GET /colibri-ws/{sink}/a HTTP/1.1",
    "GET /colibri-ws/default-id/../../{sink}/a HTTP/1.1",
    "GET /colibri-relay-ws/{sink}/a HTTP/1.1",
    "GET /etherpad/p/{sink} HTTP/1.1",
    "GET /_api/{sink}/ HTTP/1.1",
    "GET /conference-request/v1?room=a@{sink} HTTP/1.1",
    "POST /http-bind?room=a&url=http://{sink}/ HTTP/1.1",
    "GET /xmpp-websocket?host={sink} HTTP/1.1",
)


@pytest.mark.parametrize("host", ["{sink}", "{site}"])
def test_the_web_server_fetches_nothing_for_anybody(around: Wall, host: str) -> None:
    before = around.arrived()
    for line in FETCHES:
        for sink in (SINK_V4, f"[{SINK_V6}]", "secret.tunnel.example"):
            names = {"sink": sink, "site": around.site.server.hostname}
            head = (
                f"{line}\r\nHost: {host}\r\nX-Forwarded-Host: {{sink}}\r\nX-Real-IP: {{sink}}\r\n"
                "X-Accel-Redirect: http://{sink}/\r\nX-Original-URL: http://{sink}/\r\n"
                "Connection: close\r\nContent-Length: 0\r\n\r\n"
            )
            _asked(around, head.format(**names).encode())
    assert around.arrived() == before


def test_the_chat_server_calls_nobody(around: Wall) -> None:
    before = around.arrived()
    domain = around.site.server.hostname
    with Participant(around.site.server.address, domain, f"guest.{domain}") as participant:
        participant.login()
        for to in (f"a@{SINK_V4}", f"a@[{SINK_V6}]", "a@secret.tunnel.example", "tunnel.example"):
            assert refusal(partial(participant.ping, to)), to
    assert around.arrived() == before


@pytest.fixture(scope="module")
def relay(around: Wall) -> Callable[[int], None]:
    """Has a participant's packet relayed to a port of the sink."""
    secrets = around.site.inventory / "group_vars" / "all" / "secrets.yml"
    found: dict[str, Any] = yaml.safe_load(secrets.read_text(encoding="utf-8"))
    login = credentials(str(found["site_turn_secret"]))

    def send(port: int) -> None:
        with TurnClient(around.site.server.address, 3478, *login) as client:
            client.allocate()
            client.permit((SINK_V4, port))
            client.send((SINK_V4, port), message(BINDING, os.urandom(12)))

    return send


def test_the_relay_reaches_no_service(around: Wall, relay: Callable[[int], None]) -> None:
    before = around.arrived()
    for port in (25, 53, 80, 123, 443, 853):
        counted = around.counted("turnserver")
        relay(port)
        assert rises(partial(around.counted, "turnserver"), counted), port
    assert around.arrived() == before


def test_the_relay_reaches_another_participant(around: Wall, relay: Callable[[int], None]) -> None:
    before = around.arrived()
    relay(40000)
    assert rises(around.arrived, before)
    assert around.arrived() == before + 1


def rises(count: Callable[[], int], above: int) -> bool:
    """Whether a count does within five seconds."""
    deadline = time.monotonic() + 5
    while count() <= above:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize("address", [SERVER_V4, SERVER_V6])
def test_a_strangers_scan_of_all_ports_finds_the_allow_list(around: Wall, address: str) -> None:
    around.server.must("nft", "-f", "-", stdin=WITNESS)
    try:
        done = around.sink.python(KNOCK, address)
        assert done.returncode == 0, done.stderr
        assert around.server.seen() == ALLOWED
    finally:
        around.server.must("nft", "delete", "table", "inet", "witness")
