"""What the rendered files of a site of several hosts say: signalling and web, two bridges, TURN."""

from pathlib import Path
from typing import Any

import pytest

from tests.roles.render import example, render_defaults
from tests.roles.rendered import BRIDGE, JICOFO, TURN, text

HOSTS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "meet.example.org": (
        ["jitsi_signalling", "jitsi_web"],
        {"site_public_address": "203.0.113.10", "site_private_address": "10.0.0.10"},
    ),
    "JVB1": (
        ["jitsi_videobridge"],
        {
            "site_public_address": "203.0.113.11",
            "site_private_address": "10.0.0.11",
            "site_jvb_password": "FirstBridge00000000",
        },
    ),
    "jvb2": (
        ["jitsi_videobridge"],
        {
            "site_public_address": "203.0.113.12",
            "site_private_address": "10.0.0.12",
            "site_jvb_password": "SecondBridge0000000",
        },
    ),
    "turn": (
        ["jitsi_turn"],
        {"site_public_address": "203.0.113.13", "site_private_address": "10.0.0.13"},
    ),
}


def host(dest: Path, name: str, hosts: Any = HOSTS, **settings: Any) -> Path:
    groups, own = hosts[name]
    others = {other: body for other, body in hosts.items() if other != name}
    variables = {**example(), "turn_domain": "turn.example.org", **settings, **own}
    render_defaults(dest, variables, others, groups, name)
    return dest


def test_a_bridge_finds_the_signalling_host_and_trusts_its_certificate_only(tmp_path: Path) -> None:
    dest = host(tmp_path, "JVB1")
    conf = text(dest, BRIDGE)
    shard = "videobridge.apis.xmpp-client.configs.shard"
    assert f'{shard}.HOSTNAME = "10.0.0.10"' in conf
    assert f'{shard}.DOMAIN = "auth.meet.example.org"' in conf
    assert f'{shard}.USERNAME = "jvb-jvb1"' in conf
    assert f'{shard}.PASSWORD = "FirstBridge00000000"' in conf
    assert "DISABLE_CERTIFICATE_VERIFICATION" not in conf
    trusted = "usr/local/share/ca-certificates/auth.meet.example.org.crt"
    assert text(dest, trusted) == "THE CERTIFICATE\n"


def test_two_bridges_are_relays_of_one_site_with_names_of_their_own(tmp_path: Path) -> None:
    ids = set()
    for name in ("JVB1", "jvb2"):
        conf = text(host(tmp_path / name, name), BRIDGE)
        assert "videobridge.relay.enabled = true" in conf
        assert 'videobridge.relay.region = "site"' in conf
        ids |= {line for line in conf.splitlines() if "relay-id" in line or "MUC_NICKNAME" in line}
    assert len({line for line in ids if "relay-id" in line}) == 2
    focus = text(host(tmp_path / "meet", "meet.example.org"), JICOFO)
    assert "jicofo.octo.enabled = true" in focus
    assert 'selection-strategy = "RegionBasedBridgeSelectionStrategy"' in focus


def test_one_host_relays_nothing(tmp_path: Path) -> None:
    render_defaults(tmp_path, example())
    assert "relay.enabled" not in text(tmp_path, BRIDGE)
    focus = text(tmp_path, JICOFO)
    assert "octo" not in focus
    assert "selection-strategy" not in focus


def test_xmpp_takes_bridges_from_elsewhere_at_one_more_address_only(tmp_path: Path) -> None:
    dest = host(tmp_path, "meet.example.org")
    fragment = text(dest, "etc/prosody/conf.d/selfhost.cfg.lua")
    assert 'c2s_interfaces = { "127.0.0.1"; "::1"; "10.0.0.10"; }' in fragment
    assert "c2s_require_encryption = true" in fragment
    hosts = text(dest, "etc/prosody/conf.avail/meet.example.org.cfg.lua")
    accounts = ("focus", "jvb-jvb1", "jvb-jvb2")
    limits = ", ".join(f'"{name}@auth.meet.example.org"' for name in accounts)
    assert f"unlimited_jids = {{ {limits} }}" in hosts


def test_on_one_host_xmpp_stays_on_loopback(tmp_path: Path) -> None:
    render_defaults(tmp_path, example())
    fragment = text(tmp_path, "etc/prosody/conf.d/selfhost.cfg.lua")
    assert 'c2s_interfaces = { "127.0.0.1"; "::1"; }' in fragment


@pytest.mark.parametrize("name", ["JVB1", "turn"])
def test_a_host_holds_the_secrets_of_its_own_parts_only(tmp_path: Path, name: str) -> None:
    before = tmp_path / "before"
    render_defaults(before, {**example(), "site_focus_password": "X" * 20}, {}, [])
    dest = host(tmp_path / "after", name, site_focus_password="F" * 20, site_turn_secret="T" * 20)
    written = [
        path
        for path in dest.rglob("*")
        if path.is_file()
        and (before / path.relative_to(dest)).exists()
        and path.read_bytes() != (before / path.relative_to(dest)).read_bytes()
    ]
    assert written
    secrets = ["F" * 20, "SecondBridge"] + (["T" * 20] if name != "turn" else ["FirstBridge"])
    for path in written:
        if "jicofo" not in str(path):  # what the packages would not have put there
            assert not any(secret in path.read_text() for secret in secrets), path


def test_turn_alone_relays_to_bridges_and_to_nothing_inside(tmp_path: Path) -> None:
    dest = host(tmp_path, "turn")
    lines = text(dest, TURN).splitlines()
    assert "realm=meet.example.org" in lines
    assert "external-ip=203.0.113.13/10.0.0.13" in lines
    assert [line for line in lines if line.startswith("allowed-peer-ip")] == [
        "allowed-peer-ip=10.0.0.11",
        "allowed-peer-ip=10.0.0.12",
    ]
    for denied in ("10.0.0.0-10.255.255.255", "127.0.0.0-127.255.255.255", "::1"):
        assert f"denied-peer-ip={denied}" in lines
    for option in ("use-auth-secret", "no-tcp", "no-dtls", "no-tcp-relay", "listening-port=3478"):
        assert option in lines


def test_turn_alone_starts_from_debian_s_file_and_is_stable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.roles import render

    def debian(dest: Path, variables: Any) -> None:
        (dest / "etc").mkdir(parents=True, exist_ok=True)
        (dest / TURN).write_text("#listening-port=3478\n#no-tcp\n")

    monkeypatch.setattr(render, "write_bases", debian)
    first = text(host(tmp_path, "turn"), TURN)
    assert "\nno-tcp\n" in first
    monkeypatch.setattr(render, "write_bases", lambda dest, variables: None)
    assert text(host(tmp_path, "turn"), TURN) == first


def test_the_filters_let_bridges_in_and_out_and_nobody_else(tmp_path: Path) -> None:
    meet = text(host(tmp_path / "meet", "meet.example.org"), "etc/nftables.d/selfhost.nft")
    assert "ip saddr { 10.0.0.11, 10.0.0.12 } tcp dport 5222 accept" in meet
    assert len([line for line in meet.splitlines() if "5222" in line and "saddr" in line]) == 1
    bridge = text(host(tmp_path / "jvb", "JVB1"), "etc/nftables.d/selfhost.nft")
    assert "ip daddr 10.0.0.10 tcp dport 5222 accept" in bridge
    incoming = bridge.partition("hook input")[2].partition("chain ")[0]
    assert "policy drop" in incoming
    assert "5222" not in incoming
