"""A docker-jitsi-meet deployment as its containers hold it once their scripts have run: our own
hardened settings at the places where jitsi/docker-jitsi-meet writes them (2026-08)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.roles.render import render_defaults
from tests.unit.test_render_and_audit import SITE

#: What a private deployment's ``.env`` gives each container, as Compose passes it on.
COMMON = {
    "PUBLIC_URL": "https://meet.example.org",
    "XMPP_DOMAIN": "meet.jitsi",
    "TZ": "UTC",
}
ENVIRONMENT = {
    "web": {
        "CSP_HEADER": "default-src 'self'; frame-ancestors 'self'",
        "ENABLE_AUTH": "1",
        "DISABLE_LOCAL_RECORDING": "1",
        "P2P_STUN_SERVERS": "turn.meet.example.org:3478",
    },
    "prosody": {"ENABLE_AUTH": "1", "JVB_AUTH_PASSWORD": "a1" * 16},
    "jicofo": {"ENABLE_AUTH": "1", "JICOFO_AUTH_PASSWORD": "b2" * 16},
    "jvb": {"JVB_DISABLE_STUN": "true", "JVB_AUTH_PASSWORD": "a1" * 16},
}

_NGINX = """worker_processes 4;
pid /run/nginx.pid;
include /etc/nginx/modules-enabled/*.conf;
events { worker_connections 768; }
http {
    server_tokens off;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    error_log /dev/stderr crit;
    include ROOT/nginx/site-confs/*;
}
daemon off;
"""
_SITE = """server {
    listen 8000 default_server;
    include ROOT/nginx/meet.conf;
}
"""
_MEET = """server_name _;
root /usr/share/jitsi-meet;
ssi on;
ssi_types application/x-javascript application/javascript;
HEADERS
include ROOT/nginx-custom/*.conf;
location = /config.js { alias ROOT/config.js; }
location = /interface_config.js { alias ROOT/interface_config.js; }
location = /http-bind { proxy_pass http://xmpp.meet.jitsi:5280/http-bind; }
"""
_INTERFACE = """var interfaceConfig = {
    APP_NAME: 'Meeting',
    MOBILE_APP_PROMO: false,
    SHOW_JITSI_WATERMARK: false,
    JITSI_WATERMARK_LINK: '',
    SUPPORT_URL: '',
};
"""


@cache
def _rendered() -> Mapping[str, str]:
    with TemporaryDirectory() as folder:
        render_defaults(Path(folder), SITE)
        found = (path for path in sorted(Path(folder).rglob("*")) if path.is_file())
        return {str(path.relative_to(folder)): path.read_text("utf-8") for path in found}


def files(*, old: bool = False) -> dict[str, dict[str, str]]:
    """By service: path and text. ``old``: as releases before June 2026 write them."""
    text = _rendered().__getitem__

    def root(service: str) -> str:
        return "/config" if old else f"/run/{service}/config"

    jitsi, prosody = "etc/jitsi", "etc/prosody"
    web, xmpp = root("web"), root("prosody")
    headers = text("etc/nginx/snippets/selfhost-headers.conf")
    meet = _MEET.replace("HEADERS", headers)
    custom = "server_tokens off;\n"
    return {
        "web": {
            f"{web}/config.js": text(f"{jitsi}/meet/meet.example.org-config.js"),
            f"{web}/interface_config.js": _INTERFACE,
            f"{web}/nginx/nginx.conf": _NGINX.replace("ROOT", web),
            f"{web}/nginx/site-confs/default": _SITE.replace("ROOT", web),
            f"{web}/nginx/meet.conf": meet.replace("ROOT", web),
            f"{web}/nginx-custom/own.conf": custom,
            "/etc/nginx/nginx.conf": "# the package's own, which nothing reads\n",
        },
        "prosody": {
            f"{xmpp}/prosody.cfg.lua": text(f"{prosody}/prosody.cfg.lua"),
            f"{xmpp}/conf.d/jitsi-meet.cfg.lua": text(f"{prosody}/conf.d/meet.example.org.cfg.lua"),
            f"{xmpp}/conf.d/selfhost.cfg.lua": text(f"{prosody}/conf.d/selfhost.cfg.lua"),
            "/etc/prosody/prosody.cfg.lua": "-- the package's own, which nothing reads\n",
        },
        "jicofo": {
            f"{root('jicofo')}/jicofo.conf": text(f"{jitsi}/jicofo/jicofo.conf"),
            f"{root('jicofo')}/logging.properties": text(f"{jitsi}/jicofo/logging.properties"),
        },
        "jvb": {
            f"{root('jvb')}/jvb.conf": text(f"{jitsi}/videobridge/jvb.conf"),
            f"{root('jvb')}/logging.properties": text(f"{jitsi}/videobridge/logging.properties"),
        },
    }
