"""A site and a server's answers for the tests of this folder."""

from pathlib import Path
from typing import Any

import pytest

from selfhost.settings.site import Host, Site

SECRET = "TopSecretTopSecretTopSecret"

ANSWER = """
== privilege
root

== os
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
VERSION_ID="12"
ID=debian

== architecture
amd64

== memory
MemTotal:        4194304 kB
SwapTotal:             0 kB

== buffers
212992

== disk
Filesystem     1024-blocks     Used Available Capacity Mounted on
/dev/sda1         40000000 10000000  30000000      25% /
/dev/sdb1         40000000 10000000  20000000      50% /var

== clock
1000000

== init
systemd

== systemd
running

== python
3.11

== addresses
2: eth0    inet 203.0.113.7/24 brd 203.0.113.255 scope global eth0\\       valid_lft forever
2: eth0    inet6 2001:db8::7/64 scope global \\       valid_lft forever

== listeners
udp   UNCONN 0      0            127.0.0.53%lo:53    0.0.0.0:*    users:(("resolved",pid=9,fd=1))
tcp   LISTEN 0      128                0.0.0.0:22    0.0.0.0:*    users:(("sshd",pid=7,fd=3))
end

== units
pid=7 0::/system.slice/ssh.service

== packages

== dpkg

== offered
prosody:
  Candidate: 0.12.3-1+deb12u1
lua5.4:
  Candidate: 5.4.4-3
openjdk-17-jre-headless:
  Candidate: 17.0.12+7-2
openjdk-21-jre-headless:
  Candidate: (none)

== jitsi

== upgrade

== release

== end
"""


def site_of(inventory: Path, **host: Any) -> Site:
    """A site with one host; keyword arguments replace parts of the host."""
    settings = {
        "site_domain": "meet.example.net",
        "site_public_address": "203.0.113.7",
        "site_jvb_password": SECRET,
    }
    given = {
        "name": "meet.example.net",
        "groups": ("jitsi_signalling", "jitsi_web"),
        "address": "127.0.0.1",
        "port": 22,
        "user": "root",
        "identity_file": None,
        "become": False,
        "connection": "ssh",
        "settings": settings,
        **host,
    }
    return Site(inventory, (Host(**given),), settings, frozenset({"site_jvb_password"}))


@pytest.fixture
def answer() -> str:
    """What the probe prints on a server that is ready."""
    return ANSWER


@pytest.fixture
def make_site() -> Any:
    """Makes a site with one host."""
    return site_of


@pytest.fixture
def secret() -> str:
    """The site's only secret."""
    return SECRET
