"""TURN over TLS at the web server's port, told apart by name: switched on, and off again."""

import json
import ssl
from typing import Any

import pytest
import yaml

from selfhost.lab.inventory import PUBLIC_ADDRESS
from tests.lab.conftest import Site
from tests.lab.test_firewall import more_settings, said
from tests.lab.turn_client import TurnClient, credentials

pytestmark = pytest.mark.nightly
NAME = "turn.example.test"


def applied(site: Site) -> list[dict[str, Any]]:
    """What a run changed."""
    done = site.selfhost("apply")
    assert done.returncode == 0, done.stdout + done.stderr
    events = sorted((site.inventory / "runs").iterdir())[-1] / "events.jsonl"
    found = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
    return [event for event in found if event.get("changed")]


def page(site: Site, name: str) -> str:
    """The status line of a page, asked for by this name."""
    with TurnClient(site.server.address, 443, "", "", tls=name) as client:
        assert isinstance(client.stream, ssl.SSLSocket)
        host = site.server.hostname
        client.stream.sendall(f"GET /config.js HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        return client.stream.recv(4096).decode().splitlines()[0]


def relay(site: Site, port: int, name: str) -> str:
    """Where a relay is that was asked for over TLS."""
    secrets = site.inventory / "group_vars" / "all" / "secrets.yml"
    secret = yaml.safe_load(secrets.read_text(encoding="utf-8"))["site_turn_secret"]
    with TurnClient(site.server.address, port, *credentials(secret), tls=name) as client:
        return client.allocate()[0]


def test_turn_at_443_by_name_and_back(site: Site) -> None:
    domain = site.server.hostname
    try:
        with more_settings(site, f"\nturn_tls_on_443: true\nturn_domain: {NAME}\n"):
            assert applied(site) != []
            assert page(site, domain).endswith("200 OK")
            assert relay(site, 443, NAME) == PUBLIC_ADDRESS
            with pytest.raises(TimeoutError):
                relay(site, 5349, NAME)
            hosts = said(site, "cat", f"/etc/prosody/conf.avail/{domain}.cfg.lua")
            assert f'"turns", host = "{NAME}", port = 443' in hosts
            assert applied(site) == []
            done = site.selfhost("audit")
            assert done.returncode == 0, done.stdout
        assert applied(site) != []
        assert page(site, domain).endswith("200 OK")
        assert relay(site, 5349, domain) == PUBLIC_ADDRESS
        assert applied(site) == []
    finally:
        site.reset()
