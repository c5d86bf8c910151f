"""What upstream's own files of Prosody, the focus and the bridge give: what they are known for, no
more. Written down from jitsi-meet's Debian template, docker-jitsi-meet's templates as they render
with recording, transcription and visitors off, and what the Debian packages leave behind."""

from pathlib import Path

from selfhost.audit.evaluate import evaluate
from selfhost.controls.model import Status
from selfhost.controls.registry import controls
from selfhost.targets.parse import parse_target

#: Debian's global section of Prosody, as far as Jitsi leaves it alone.
DEBIAN_GLOBAL = """
modules_enabled = {
  "disco"; "roster"; "saslauth"; "tls"; "blocklist"; "bookmarks"; "carbons"; "dialback"; "limits";
  "pep"; "private"; "smacks"; "vcard4"; "vcard_legacy"; "account_activity"; "cloud_notify";
  "csi_simple"; "invites"; "invites_adhoc"; "invites_register"; "ping"; "register"; "time";
  "uptime"; "version"; --"mam";
  "admin_adhoc"; "admin_shell"; --"http_openmetrics";
  "posix";
}
modules_disabled = { -- "offline";
}
s2s_secure_auth = true
limits = { c2s = { rate = "10kb/s"; }; s2sin = { rate = "30kb/s"; }; }
authentication = "internal_hashed"
archive_expires_after = "1w"
log = { info = "/var/log/prosody/prosody.log"; error = "/var/log/prosody/prosody.err";
  { levels = { "error" }; to = "syslog"; }; }
certificates = "certs"
VirtualHost "localhost"
Include "conf.d/*.cfg.lua"
"""
STOCK_HOSTS = """
plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }
muc_mapper_domain_base = "meet.example.org"
external_service_secret = "REDACTED_00000000"
external_services = {
  { type = "stun", host = "meet.example.org", port = 3478 },
  { type = "turns", host = "meet.example.org", port = 5349, transport = "tcp", secret = true },
}
VirtualHost "meet.example.org"
    authentication = "jitsi-anonymous"
    modules_enabled = { "bosh"; "websocket"; "smacks"; "ping"; "external_services";
      "features_identity"; "conference_duration"; "muc_lobby_rooms"; "muc_breakout_rooms" }
    c2s_require_encryption = false
    lobby_muc = "lobby.meet.example.org"
    -- muc_lobby_whitelist = { "recorder.meet.example.org" }
Component "conference.meet.example.org" "muc"
    storage = "memory"
    modules_enabled = { "muc_hide_all"; "muc_meeting_id"; "muc_domain_mapper"; "muc_rate_limit";
      "muc_password_whitelist" }
    admins = { "focus@auth.meet.example.org" }
    muc_password_whitelist = { "focus@auth.meet.example.org" }
Component "internal.auth.meet.example.org" "muc"
    admins = { "focus@auth.meet.example.org", "jvb@auth.meet.example.org" }
VirtualHost "auth.meet.example.org"
    modules_enabled = { "limits_exception"; "smacks" }
    authentication = "internal_hashed"
Component "focus.meet.example.org" "client_proxy"
    target_address = "focus@auth.meet.example.org"
Component "speakerstats.meet.example.org" "speakerstats_component"
Component "avmoderation.meet.example.org" "av_moderation_component"
Component "filesharing.meet.example.org" "filesharing_component"
Component "metadata.meet.example.org" "room_metadata_component"
Component "polls.meet.example.org" "polls_component"
VirtualHost "jigasi.meet.jitsi"
    enabled = false
    modules_enabled = { "ping"; "bosh"; "muc_password_check"; "short_lived_token" }
    authentication = "token"
    asap_key_server = "https://jaas-public-keys.jitsi.net/jitsi-components/prod-8x8"
"""
FOCUS = """
jicofo {
  xmpp { client { client-proxy = "focus.meet.example.org", xmpp-domain = "meet.example.org"
      domain = "auth.meet.example.org", username = "focus", password = "REDACTED_00000000" }
    trusted-domains = [ "recorder.meet.example.org" ] }
  bridge { brewery-jid = "JvbBrewery@internal.auth.meet.example.org" }
}
"""
BRIDGE = """
videobridge {
  http-servers { public { port = 9090 } }
  websockets { enabled = true, domain = "meet.example.org:443", tls = true }
  apis.xmpp-client.configs.shard { HOSTNAME = localhost, DOMAIN = auth.meet.example.org
    USERNAME = jvb, PASSWORD = "REDACTED_00000000", MUC_NICKNAME = x
    MUC_JIDS = "JvbBrewery@internal.auth.meet.example.org" }
}
ice4j.harvest.mapping.stun.addresses = [ "meet-jit-si-turnrelay.jitsi.net:443" ]
"""


def outcome(folder: Path, files: dict[str, str]) -> tuple[set[str], dict[str, str]]:
    """The ids of controls that fail, and those that are unknown with why."""
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    results = evaluate(parse_target(str(folder)).collect(), controls()).results
    unknown = {r.control: r.message for r in results if r.status is Status.UNKNOWN}
    return {r.control for r in results if r.status is Status.FAIL}, unknown


def test_prosody_of_the_debian_packages(tmp_path: Path) -> None:
    failing, unknown = outcome(
        tmp_path,
        {
            "etc/prosody/prosody.cfg.lua": DEBIAN_GLOBAL,
            "etc/prosody/conf.d/meet.example.org.cfg.lua": STOCK_HOSTS,
        },
    )
    assert unknown == {}
    assert failing == {
        "prosody-account-data",
        "prosody-default-permissions",
        "prosody-federation",
        "prosody-log",
        "prosody-plain-clients",
        "prosody-push-notifications",
        "prosody-remote-console",
        "prosody-room-history",
        "prosody-shared-files",
    }


def test_the_focus_of_the_debian_package(tmp_path: Path) -> None:
    failing, unknown = outcome(tmp_path, {"jicofo.conf": FOCUS})
    assert unknown == {}
    assert failing == {"jicofo-auto-owner", "jicofo-trusted-domains"}


def test_the_bridge_of_the_debian_package(tmp_path: Path) -> None:
    failing, unknown = outcome(tmp_path, {"jvb.conf": BRIDGE})
    assert unknown == {}
    assert failing == {
        "videobridge-cloud-lookup",
        "videobridge-ice-addresses-logged",
        "videobridge-stun",
    }
