"""What other ways of deploying Jitsi Meet set by default, written down as settings.

Facts with the place they were read at, in our own words; none of the files themselves. Each
peer's settings reach the audit as the files they end up in.
"""

from dataclasses import dataclass

DOMAIN = "meet.example.org"
THEIR_STUN = "meet-jit-si-turnrelay.jitsi.net:443"


@dataclass(frozen=True)
class Peer:
    """``found``: controls that must fail. ``kept``: what the peer does set, so must not."""

    name: str
    source: str
    files: dict[str, str]
    found: frozenset[str]
    kept: frozenset[str]


def web(*more: str) -> str:
    """A ``config.js`` of the usual shape with these lines."""
    lines = "\n".join(f"    {line}," for line in more)
    return f"var config = {{\n    hosts: {{ domain: '{DOMAIN}' }},\n{lines}\n}};\n"


STUN = f"p2p: {{ enabled: true, stunServers: [ {{ urls: 'stun:{THEIR_STUN}' }} ] }}"

#: What none of them sets in the client.
OPEN_CLIENT = frozenset(
    {"web-stun", "web-local-recording", "web-third-party-requests", "web-gravatar"}
    | {"web-analytics-disabled", "web-recent-list"}
)

DOCKER = Peer(
    "docker-jitsi-meet",
    "jitsi/docker-jitsi-meet: env.example and gen-passwords.sh, 2026-08-20",
    {
        "docker.environment": "CONFIG=~/.jitsi-meet-cfg\nHTTP_PORT=8000\nHTTPS_PORT=8443\nTZ=UTC\n"
        "JICOFO_AUTH_PASSWORD=a\nJVB_AUTH_PASSWORD=b\nJIGASI_XMPP_PASSWORD=c\n"
        "JIGASI_TRANSCRIBER_PASSWORD=d\nJIBRI_RECORDER_PASSWORD=e\nJIBRI_XMPP_PASSWORD=f\n"
    },
    frozenset(
        {"docker-local-recording", "docker-browser-stun", "docker-bridge-stun"}
        | {"docker-open-rooms", "docker-content-security-policy", "docker-recorder-accounts"}
    ),
    frozenset(
        {"docker-recording", "docker-live-streaming", "docker-transcription", "docker-jaas"}
        | {"docker-telemetry", "docker-audio-translation", "docker-third-party-services"}
    ),
)

DEBIAN = Peer(
    "Debian packages",
    "jitsi/jitsi-videobridge, jitsi/jicofo: debian/postinst; jitsi/jitsi-meet: config.js and "
    "doc/debian, 2026-07",
    {
        "web.config": web(STUN, f"bosh: 'https://{DOMAIN}/http-bind'", "analytics: {}"),
        "videobridge.config": "ice4j.harvest.mapping { aws.enabled = false\n"
        f'stun.addresses = ["{THEIR_STUN}"] }}\n',
        "jicofo.config": f'jicofo.xmpp.trusted-domains = ["recorder.{DOMAIN}"]\n'
        f'jicofo.bridge.brewery-jid = "JvbBrewery@internal.auth.{DOMAIN}"\n',
        "nginx.files": f"server {{ listen 443 ssl; server_name {DOMAIN};\n"
        "root /usr/share/jitsi-meet;\nlocation = /http-bind { proxy_pass http://127.0.0.1:5280; }\n"
        "}\n",
    },
    OPEN_CLIENT
    | {"videobridge-stun", "videobridge-ice-addresses-logged", "jicofo-auto-owner"}
    | {"jicofo-trusted-domains", "nginx-access-log", "nginx-content-security-policy"},
    frozenset(
        {"videobridge-cloud-lookup", "web-foreign-signalling", "nginx-foreign-proxy"}
        | {"web-recording-service", "web-live-streaming", "web-transcription"}
        | {"jicofo-jibri-brewery", "jicofo-transcription-url", "jicofo-translation-url"}
    ),
)

SYSTEMLI = Peer(
    "systemli role",
    "systemli/ansible-role-jitsi-meet: defaults/main.yml and templates, 2026-08-12",
    {
        "web.config": web(STUN, "disableThirdPartyRequests: true", "analytics: { disabled: true }"),
        "videobridge.config": "videobridge { apis { rest { enabled = true } } }\n",
        "videobridge.legacy": "org.ice4j.ice.harvest.DISABLE_AWS_HARVESTER=true\n"
        f"org.ice4j.ice.harvest.STUN_MAPPING_HARVESTER_ADDRESSES={THEIR_STUN}\n",
        "nginx.files": f"server {{ listen 443 ssl; server_name {DOMAIN};\n"
        "root /usr/share/jitsi-meet; access_log off;\n}\n",
    },
    frozenset(
        {"web-stun", "web-local-recording", "videobridge-stun", "videobridge-colibri-rest"}
        | {"nginx-content-security-policy"}
    ),
    frozenset(
        {"web-third-party-requests", "web-analytics-disabled", "nginx-access-log"}
        | {"videobridge-cloud-lookup"}
    ),
)

MASH = Peer(
    "MASH role",
    "mother-of-all-self-hosting/ansible-role-jitsi: defaults/main.yml, 2026-08-21",
    {
        "docker.environment": "PUBLIC_URL=https://meet.example.org\nENABLE_AUTH=0\n"
        "ENABLE_GUESTS=0\nENABLE_RECORDING=0\nENABLE_TRANSCRIPTIONS=0\n"
        f"P2P_STUN_SERVERS=stun:{THEIR_STUN}\nJVB_STUN_SERVERS={THEIR_STUN}\n"
    },
    frozenset(
        {"docker-open-rooms", "docker-browser-stun", "docker-bridge-stun"}
        | {"docker-local-recording"}
    ),
    frozenset({"docker-recording", "docker-transcription", "docker-recorder-accounts"}),
)

HELM = Peer(
    "jitsi-helm",
    "jitsi-contrib/jitsi-helm: values.yaml, 2026-08-22 (as the variables that it renders)",
    {
        "docker.environment": "PUBLIC_URL=https://meet.example.org\nENABLE_AUTH=0\n"
        f"JVB_STUN_SERVERS={THEIR_STUN}\n"
    },
    frozenset(
        {"docker-open-rooms", "docker-browser-stun", "docker-bridge-stun"}
        | {"docker-local-recording"}
    ),
    frozenset({"docker-recording", "docker-live-streaming", "docker-transcription"}),
)

YUNOHOST = Peer(
    "YunoHost jitsi_ynh",
    "YunoHost-Apps/jitsi_ynh: conf/, 2026-06-14",
    {
        "web.config": web(STUN, "localRecording: {}", "analytics: {}"),
        "videobridge.legacy": "org.ice4j.ice.harvest.DISABLE_AWS_HARVESTER=true\n"
        f"org.ice4j.ice.harvest.STUN_MAPPING_HARVESTER_ADDRESSES={THEIR_STUN}\n",
        "jicofo.config": "jicofo { authentication { enabled: true, type: XMPP }\n"
        f'xmpp {{ trusted-domains: [ "recorder.{DOMAIN}" ] }} }}\n',
    },
    OPEN_CLIENT | {"videobridge-stun", "jicofo-trusted-domains", "jicofo-auto-owner"},
    frozenset({"videobridge-cloud-lookup", "web-recording-service", "jicofo-jibri-brewery"}),
)

FREEDOM = Peer(
    "freedomofpress role",
    "freedomofpress/ansible-role-jitsi-meet: defaults/main.yml, 2017-02-21",
    {"web.config": web("disableThirdPartyRequests: true")},
    frozenset({"web-stun", "web-local-recording", "web-gravatar"}),
    frozenset({"web-third-party-requests", "web-recording-service"}),
)

UDELAR = Peer(
    "UdelaR role",
    "UdelaRInterior/ansible-role-jitsi-meet: defaults/main.yml and templates, 2020-05-25",
    {
        "web.config": web(
            STUN, "disableThirdPartyRequests: false", "useStunTurn: false", "analytics: {}"
        ),
        "videobridge.legacy": "org.ice4j.ice.harvest.DISABLE_AWS_HARVESTER=true\n"
        "org.jitsi.videobridge.ENABLE_STATISTICS=true\n"
        "org.jitsi.videobridge.STATISTICS_TRANSPORT=muc\n",
        "jicofo.legacy": "org.jitsi.jicofo.ALWAYS_TRUST_MODE_ENABLED=true\n",
        "nginx.files": f"server {{ listen 443 ssl; server_name {DOMAIN};\n"
        "root /usr/share/jitsi-meet;\n"
        "location ~ ^/(libs|css)/(.*)$ { add_header 'Access-Control-Allow-Origin' '*'; }\n}\n",
    },
    OPEN_CLIENT
    | {"jicofo-certificate-check", "nginx-access-log", "nginx-content-security-policy"}
    | {"nginx-cross-origin"},
    # The bridge asks a STUN server only where useStunTurn is set, which it is not.
    frozenset({"videobridge-cloud-lookup", "web-recording-service", "web-live-streaming"}),
)

UDIMA = Peer(
    "udima role",
    "udima-university/ansible-jitsi-meet: group_vars/meet/main.yml and roles, 2022-07-13 "
    "(without recorders)",
    {
        "web.config": web(
            STUN, "fileRecordingsEnabled: false", "fileRecordingsServiceSharingEnabled: false"
        ),
        "videobridge.config": "videobridge { http-servers.public.port = 9090\n"
        f'websockets {{ enabled = true, domain = "{DOMAIN}:443" }} }}\n',
        "videobridge.legacy": "org.ice4j.ice.harvest.DISABLE_AWS_HARVESTER=true\n"
        f"org.ice4j.ice.harvest.STUN_MAPPING_HARVESTER_ADDRESSES={THEIR_STUN}\n",
        "jicofo.config": "jicofo.xmpp.client {\n"
        f'domain = "auth.{DOMAIN}", disable-certificate-verification = true }}\n',
        "prosody.config": f'VirtualHost "{DOMAIN}"\n'
        '    authentication = "anonymous"\n'
        "    c2s_require_encryption = false\n"
        '    modules_enabled = { "bosh"; "speakerstats"; "muc_lobby_rooms"; }\n'
        f'Component "conference.{DOMAIN}" "muc"\n'
        '    modules_enabled = { "muc_meeting_id"; "muc_domain_mapper"; }\n',
    },
    OPEN_CLIENT
    | {"videobridge-stun", "jicofo-certificate-check", "jicofo-auto-owner"}
    | {"prosody-open-rooms", "prosody-plain-clients"},
    frozenset(
        {"web-recording-service", "web-live-streaming", "videobridge-cloud-lookup"}
        | {"jicofo-jibri-brewery", "jicofo-trusted-domains", "prosody-message-archive"}
    ),
)

NIXOS = Peer(
    "NixOS module",
    "NixOS/nixpkgs: nixos/modules/services/web-apps/jitsi-meet.nix and "
    "networking/jitsi-videobridge.nix, a copy older than PR #227588",
    {
        # Upstream's config.js as JSON, with these keys of the module's own over it.
        "web.config": web(
            STUN,
            "analytics: {}",
            "fileRecordingsEnabled: true",
            "liveStreamingEnabled: true",
            f"hiddenDomain: 'recorder.{DOMAIN}'",
        ),
        "videobridge.config": '{"videobridge":{"ice":{"tcp":{"enabled":true,"port":4443}},'
        '"stats":{"enabled":true},"apis":{"xmpp-client":{"configs":{"localhost":'
        '{"hostname":"localhost","disable_certificate_verification":true}}}}}}\n',
        "jicofo.legacy": "org.jitsi.jicofo.ALWAYS_TRUST_MODE_ENABLED=true\n",
        "prosody.config": f'VirtualHost "{DOMAIN}"\n'
        '    authentication = "anonymous"\n'
        "    c2s_require_encryption = false\n"
        f'VirtualHost "recorder.{DOMAIN}"\n'
        '    authentication = "internal_plain"\n'
        "    c2s_require_encryption = false\n",
        "nginx.files": f"server {{ listen 443 ssl; server_name {DOMAIN};\n"
        "root /nix/store/x-jitsi-meet; ssi on;\n"
        "location = /http-bind { proxy_pass http://localhost:5280/http-bind; }\n}\n",
    },
    OPEN_CLIENT
    | {"web-recording-service", "web-live-streaming", "web-hidden-domain"}
    | {"videobridge-cloud-lookup", "jicofo-certificate-check"}
    | {"prosody-plain-clients", "nginx-access-log", "nginx-content-security-policy"},
    frozenset({"videobridge-stun", "videobridge-colibri-rest", "web-transcription"}),
)

PEERS = (DOCKER, DEBIAN, SYSTEMLI, MASH, HELM, YUNOHOST, UDELAR, UDIMA, NIXOS, FREEDOM)
