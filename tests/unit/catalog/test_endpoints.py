"""Hosts of third parties are known, and neighbours are told from strangers."""

import pytest

from selfhost.catalog.endpoints import endpoints, kind_of_host, private_name, same_owner


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("meet-jit-si-turnrelay.jitsi.net", "stun"),
        ("stun.l.google.com", "stun"),
        ("www.gravatar.com", "avatar"),
        ("API.amplitude.com", "tracker"),
        ("rtcstats-server-8x8.jitsi.net", "tracker"),
        ("stage.8x8.vc", "jaas"),
        ("conference-mapper.jitsi.net", "jaas"),
        ("meet.jit.si", "jitsi"),
        ("community.jitsi.org", "jitsi"),
        ("fonts.gstatic.com", "assets"),
        ("api.deepgram.com", "ai"),
        ("meet.example.org", ""),
        ("8x8.vc.example.org", ""),
    ],
)
def test_kind(host: str, kind: str) -> None:
    assert kind_of_host(host) == kind


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("meet.example.org", "meet.example.org"),
        ("auth.meet.example.org", "meet.example.org"),
        ("turn.example.org", "meet.example.org"),
        ("example.org", "meet.example.org"),
        ("MEET.example.org.", "meet.example.org"),
        ("turn.example.co.uk", "meet.example.co.uk"),
    ],
)
def test_same_owner(host: str, own: str) -> None:
    assert same_owner(host, own)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("meet.example.com", "meet.example.org"),
        ("evilmeet.example.com", "meet.example.com.evil.org"),
        ("notexample.org", "meet.example.org"),
        ("other.duckdns.org", "mine.duckdns.org"),
        ("other.co.uk", "mine.co.uk"),
        ("other.org", "mine.org"),
        ("org", "mine.org"),
    ],
)
def test_strangers(host: str, own: str) -> None:
    assert not same_owner(host, own)


def test_private_names() -> None:
    for host in ("localhost", "127.0.0.1", "10.0.0.9", "[::1]", "meet.jitsi", "pad", "a.home.arpa"):
        assert private_name(host), host
    for host in ("meet.example.org", "8.8.8.8", "2606:4700::1111"):
        assert not private_name(host), host


def test_entries_are_sound() -> None:
    for endpoint in endpoints():
        assert endpoint.kind.isalpha()
        assert endpoint.source
        assert endpoint.read
        assert all(host == host.lower() for host in endpoint.hosts)
