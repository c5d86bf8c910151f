"""A server as the roles write it with some settings, and the files that several tests look into."""

import re
from pathlib import Path
from typing import Any

from tests.roles.render import example, render_defaults

CONFIG = "etc/jitsi/meet/meet.example.org-config.js"
SITE = "etc/nginx/sites-available/meet.example.org.conf"
HOSTS = "etc/prosody/conf.avail/meet.example.org.cfg.lua"
PROSODY = "etc/prosody/conf.d/selfhost.cfg.lua"
HEADERS = "etc/nginx/snippets/selfhost-headers.conf"
JICOFO = "etc/jitsi/jicofo/jicofo.conf"
BRIDGE = "etc/jitsi/videobridge/jvb.conf"
FILTER = "etc/nftables.d/selfhost.nft"
TURN = "etc/turnserver.conf"


def rendered(dest: Path, **settings: Any) -> Path:
    """The roles' defaults but for these; the folder."""
    render_defaults(dest, {**example(), **settings})
    return dest


def text(dest: Path, path: str) -> str:
    """One of its files."""
    return (dest / path).read_text(encoding="utf-8")


def outbound(rules: str) -> dict[str, list[str]]:
    """The rules of each account's chain."""
    found = re.findall(r"chain out-([\w-]+) \{\n(.*?)\n    \}", rules, re.DOTALL)
    return {user: [line.strip() for line in body.splitlines()] for user, body in found}
