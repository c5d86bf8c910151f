"""What the packages would have put on a fresh server: the files that the roles edit.

From the lab's package sources, as their installation would leave them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from selfhost.lab.standins.package import expand

SOURCES = Path(__file__).resolve().parents[2] / "selfhost" / "lab" / "standins" / "sources"

NGINX = """user www-data;
worker_processes auto;
include /etc/nginx/modules-enabled/*.conf;
events {
	worker_connections 768;
	# multi_accept on;
}
http {
    include /etc/nginx/mime.types;
    access_log /var/log/nginx/access.log;
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
"""
PROSODY = """modules_enabled = {
    "disco"; "roster"; "saslauth"; "tls"; "blocklist"; "carbons"; "dialback"; "limits"; "pep";
    "private"; "smacks"; "vcard4"; "vcard_legacy"; "account_activity"; "cloud_notify"; "ping";
    "register"; "time"; "uptime"; "version"; "admin_shell"; "admin_adhoc"; "posix";
}
modules_disabled = { }
authentication = "internal_hashed"
log = { info = "/var/log/prosody/prosody.log"; error = "/var/log/prosody/prosody.err"; }
certificates = "certs"
VirtualHost "localhost"
Include "conf.d/*.cfg.lua"
"""
JICOFO = """jicofo {
  xmpp {
    client {
      client-proxy = "focus.@H@"
      xmpp-domain = "@H@"
      domain = "auth.@H@"
      username = "focus"
      password = "@FOCUS@"
    }
    trusted-domains = [ "recorder.@H@" ]
  }
  bridge { brewery-jid = "JvbBrewery@internal.auth.@H@" }
}
"""
BRIDGE = """videobridge.apis.xmpp-client.configs.shard {
  HOSTNAME=localhost
  DOMAIN="auth.@H@"
  USERNAME=jvb
  PASSWORD="@JVB@"
  MUC_JIDS="jvbbrewery@internal.auth.@H@"
  MUC_NICKNAME=fb2d1f62-5a3b-4f0e-9a55-0d4b1b6f7a10
}
ice4j.harvest.mapping {
  aws { enabled = false }
  stun { addresses = [ "meet-jit-si-turnrelay.jitsi.net:443" ] }
}
"""
SYSTEM_ROTATION = "{\n\tweekly\n\tmissingok\n\trotate 52\n\tcompress\n\tnotifempty\n}\n"


def write_bases(dest: Path, variables: Mapping[str, Any]) -> None:
    """Write them below ``dest``."""
    domain = str(variables["site_domain"])

    def put(path: str, text: str) -> None:
        file = dest / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        for old, new in (
            ("jitsi-meet.example.com", domain),
            ("jitmeet.example.com", domain),
            ("focusUser", "focus"),
            ("@H@", domain),
            ("@FOCUS@", str(variables["site_focus_password"])),
            ("@JVB@", str(variables["site_jvb_password"])),
        ):
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")

    def shipped(package: str, path: str) -> str:
        file = SOURCES / package / "root" / path
        return expand(file.read_text(encoding="utf-8"), {}, frozenset())

    put("/etc/nginx/nginx.conf", NGINX)
    put("/etc/nginx/mime.types", "types { text/html html; application/javascript js; }\n")
    put("/etc/prosody/prosody.cfg.lua", PROSODY)
    put("/etc/jitsi/jicofo/jicofo.conf", JICOFO)
    put("/etc/jitsi/videobridge/jvb.conf", BRIDGE)
    put("/etc/jitsi/jicofo/config", 'JAVA_SYS_PROPS="-Dnet.java.sip.communicator=jicofo"\n')
    put("/etc/jitsi/videobridge/config", 'JAVA_SYS_PROPS="-Dconfig.file=jvb.conf"\n')
    put("/etc/logrotate.d/nginx", "/var/log/nginx/*.log " + SYSTEM_ROTATION)
    put("/etc/logrotate.d/prosody", "/var/log/prosody/*.log " + SYSTEM_ROTATION)
    config = "usr/share/jitsi-meet-web-config"
    put(
        f"/etc/jitsi/meet/{domain}-config.js",
        shipped("jitsi-meet-web-config", f"{config}/config.js"),
    )
    site = shipped("jitsi-meet-web-config", f"{config}/jitsi-meet.example")
    put(f"/etc/nginx/sites-available/{domain}.conf", site)
    hosts = shipped(
        "jitsi-meet-prosody", "usr/share/jitsi-meet-prosody/prosody.cfg.lua-jvb.example"
    )
    put(f"/etc/prosody/conf.avail/{domain}.cfg.lua", hosts)
    turn = shipped("jitsi-meet-turnserver", "usr/share/jitsi-meet-turnserver/turnserver.conf")
    put("/etc/turnserver.conf", turn)
    for package, path in (
        ("jicofo", "etc/jitsi/jicofo/logging.properties"),
        ("jicofo", "etc/logrotate.d/jicofo"),
        ("jitsi-videobridge2", "etc/jitsi/videobridge/logging.properties"),
        ("jitsi-videobridge2", "etc/logrotate.d/jitsi-videobridge"),
        ("jitsi-meet-web", "usr/share/jitsi-meet/interface_config.js"),
        ("jitsi-meet-web", "usr/share/jitsi-meet/index.html"),
    ):
        put(path, shipped(package, path))
    for link, target in (
        (f"/etc/nginx/sites-enabled/{domain}.conf", f"../sites-available/{domain}.conf"),
        (f"/etc/prosody/conf.d/{domain}.cfg.lua", f"../conf.avail/{domain}.cfg.lua"),
    ):
        place = dest / link.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
