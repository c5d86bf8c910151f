"""Port 443 shared by the web and the TURN server."""

import re
from pathlib import Path

import pytest

from tests.roles import render
from tests.roles.rendered import FILTER, SITE, outbound, rendered, text


def test_port_443_is_shared_by_name_and_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = "etc/nginx/modules-enabled/90-selfhost-turn.conf"
    rendered(tmp_path)
    before = text(tmp_path, SITE)
    monkeypatch.setattr(render, "write_bases", lambda dest, variables: None)
    rendered(tmp_path, turn_tls_on_443=True, turn_domain="turn.example.org")
    shared = text(tmp_path, SITE)
    assert re.findall(r"^\s*listen (\S+ .*);", shared, re.MULTILINE) == [
        "127.0.0.1:8444 ssl http2 proxy_protocol",
        "[::1]:8444 ssl http2 proxy_protocol",
    ]
    assert "turn.example.org 127.0.0.1:8445;" in text(tmp_path, stream)
    assert outbound(text(tmp_path, FILTER))["www-data"][1].startswith(
        "oif lo tcp dport { 5349, 8444, 8445 } accept"
    )
    rendered(tmp_path)
    assert text(tmp_path, SITE) == before
    assert not (tmp_path / stream).exists()
