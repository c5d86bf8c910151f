"""What the audit asks of a provisioned server, as an ordinary engineer would ask it by testinfra.

One line for each control that passes on a provisioned server: the control, testinfra's way to
ask, the place, the pattern. A line asks testinfra once, and so far less than its control: one key
of several, one program of twenty, a match in the text instead of the value that holds, no reason.
That favours testinfra. ``plain.py`` runs them.

    has, lacks            host.file(place).contains(pattern)
    nowhere               host.run("grep -rqsE pattern place"): not there
    closed                host.file(place).mode leaves out other accounts
    no-package            host.package(place).is_installed is false
    no-process            host.process.filter(comm=place) is empty
    no-file               host.file(place).exists is false
    local                 host.socket(place).is_listening, on the machine only
    does                  host.run(place) ends with 0
"""

CONFIG = "/etc/jitsi/meet/meet.example.test-config.js"
CERTIFICATE = "/etc/jitsi/meet/meet.example.test.crt"
INTERFACE = "/etc/jitsi/meet/meet.example.test-interface_config.js"
JICOFO = "/etc/jitsi/jicofo/jicofo.conf"
BRIDGE = "/etc/jitsi/videobridge/jvb.conf"
PROSODY = "/etc/prosody/prosody.cfg.lua /etc/prosody/conf.d"
OWN = "/etc/prosody/conf.d/selfhost.cfg.lua"
HOSTS = "/etc/prosody/conf.d/meet.example.test.cfg.lua"
TURN = "/etc/turnserver.conf"
SITE = "/etc/nginx/sites-enabled/meet.example.test.conf"


def _set(name: str, value: str) -> tuple[str, str, str]:
    return "has", CONFIG, rf"^config\.{name} = {value};"


def _unset(name: str) -> tuple[str, str, str]:
    return "lacks", CONFIG, rf"^[^/*]*\b{name}\b *[:=]"


def _module(names: str) -> tuple[str, str, str]:
    return "nowhere", PROSODY, rf'^[^-]*"({names})"'


CHECKS: dict[str, tuple[str, str, str]] = {
    # recorders, transcribers, AI
    "host-ai-credentials": ("nowhere", "/etc/environment /etc/default", "OPENAI|DEEPGRAM|_API_KEY"),
    "host-ai-programs": ("no-process", "whisper", ""),
    "jicofo-ai-credentials": ("lacks", JICOFO, "http-headers"),
    "jicofo-transcription-url": ("lacks", JICOFO, "transcription"),
    "jicofo-translation-url": ("lacks", JICOFO, "translation"),
    "prosody-audio-translation": _module("audio_translation(_component)?"),
    "web-audio-translation": _set("audioTranslation.enabled", "false"),
    "web-face-expressions": _set("faceLandmarks.enableFaceExpressionsDetection", "false"),
    "web-noise-suppression-krisp": _set("noiseSuppression.krisp", "{ enabled: false }"),
    "container-switches": ("no-package", "docker-ce", ""),
    "host-capture-programs": ("no-process", "ffmpeg", ""),
    "host-loopback-sound": ("does", "! grep -qs snd_aloop /proc/modules", ""),
    "host-recorder": ("no-package", "jibri", ""),
    "host-recorder-browser": ("no-package", "google-chrome-stable", ""),
    "host-recordings": ("no-file", "/srv/recordings", ""),
    "host-remote-folders": ("lacks", "/proc/mounts", "nfs"),
    "host-stray-recordings": (
        "does", "! find /home /srv /var /tmp -xdev -name '*.mp4' -size +256k | grep -q .", "",
    ),
    "host-transcriber": ("no-package", "jigasi", ""),
    "jicofo-auto-owner": ("has", JICOFO, "enable-auto-owner: true"),
    "jicofo-jibri-brewery": ("lacks", JICOFO, "jibri"),
    "jicofo-jigasi-brewery": ("lacks", JICOFO, "jigasi"),
    "jicofo-moderator-checks": ("has", JICOFO, "enable-moderator-checks: true"),
    "jicofo-trusted-domains": ("has", JICOFO, r"trusted-domains: \[\]"),
    "prosody-auto-record": _module("jibri_autostart|jibri_session|jibri_queue_component"),
    "prosody-bot-accounts": (
        "does", "! ls /var/lib/prosody/*/accounts | grep -E 'recorder|transcriber|jigasi'", "",
    ),
    "prosody-default-permissions": ("has", OWN, "recording = false"),
    "prosody-forced-transcription": _module("(force_)?async_transcription|muc_transcription"),
    "prosody-lobby-bypass": ("nowhere", PROSODY, "^ *muc_lobby_whitelist"),
    "prosody-password-bypass": ("nowhere", PROSODY, '^ *muc_password_whitelist.*recorder'),
    "prosody-recorder-prefixes": ("nowhere", PROSODY, "^ *(recorder|transcriber)_prefixes"),
    "prosody-token-features": ("nowhere", PROSODY, '^ *authentication = "token"'),
    "videobridge-packet-capture": ("lacks", BRIDGE, "pcap"),
    "web-captions-for-all": _set("transcription.autoCaptionOnTranscribe", "false"),
    "web-client-is-recorder": _unset("iAmRecorder"),
    "web-hidden-domain": _unset("hiddenDomain"),
    "web-local-recording": _set("localRecording.disable", "true"),
    "web-local-recording-silent": _set("localRecording.notifyAllParticipants", "true"),
    "web-recording-consent": _set("recordings.suggestRecording", "false"),
    "web-recording-hidden": _unset("hideRecordingLabel"),
    "web-recording-service": _set("recordingService.enabled", "false"),
    "web-recording-shared-by-link": _set("recordingService.sharingEnabled", "false"),
    "web-screenshot-capture": _unset("screenshotCapture"),
    "web-live-streaming": _set("liveStreamingEnabled", "false"),
    "web-transcript-dump": _unset("dumpTranscript"),
    "web-transcription": _set("transcribingEnabled", "false"),
    "web-transcription-with-recording": _set("autoCaptionOnRecord", "false"),
    "web-translation-languages": _set("transcription.translationEnabled", "false"),
    # who gets in
    "certificate-expiry": (
        "does", f"openssl x509 -checkend 1209600 -noout -in {CERTIFICATE}", "",
    ),
    "container-engine-access": ("no-file", "/var/run/docker.sock", ""),
    "coturn-console": ("has", TURN, "^no-cli"),
    "coturn-open-relay": ("has", TURN, "^use-auth-secret"),
    "coturn-secret-readable": ("closed", TURN, ""),
    "host-confinement": ("does", "nft list ruleset | grep -q 'goto out-prosody'", ""),
    "host-firewall": ("does", "nft list ruleset | grep -q 'policy drop'", ""),
    "host-listeners": (
        "does", "! ss -Hltn | grep -vE ':(22|80|443|5349|5222|5280|8080|8888) '", "",
    ),
    "host-root-accounts": ("does", "test \"$(awk -F: '$3 == 0' /etc/passwd | wc -l)\" = 1", ""),
    "jicofo-certificate-check": ("has", JICOFO, "disable-certificate-verification: false"),
    "jicofo-rest-public": ("local", "8888", ""),
    "jicofo-shared-document": ("has", JICOFO, "use-random-name: true"),
    "jicofo-visitors": ("lacks", JICOFO, "visitors"),
    "jvm-agents": ("lacks", "/etc/jitsi/videobridge/config", "[-]javaagent"),
    "jvm-foreign-xmpp": ("has", BRIDGE, 'HOSTNAME: "localhost"'),
    "nginx-cross-origin": ("nowhere", "/etc/nginx", "^[^#]*Access-Control-Allow-Origin"),
    "nginx-focus-proxy": ("lacks", SITE, r"proxy_pass http://127\.0\.0\.1:8888/[^c]"),
    "prosody-federation": ("has", OWN, '^ *"s2s";'),
    "prosody-open-registration": ("has", OWN, "^allow_registration = false"),
    "prosody-open-rooms": ("has", HOSTS, 'authentication = "internal_hashed"'),
    "prosody-plain-clients": ("local", "5222", ""),
    "prosody-remote-console": _module("admin_telnet|admin_web|admin_rest|http_admin_api"),
    "prosody-removed-modules": _module("muc_call|poltergeist|muc_poltergeist|turncredentials"),
    "prosody-room-list": ("has", HOSTS, '"muc_hide_all"'),
    "prosody-room-spies": _module("muc_size|muc_census|test_observer|muc_jigasi_invite"),
    "prosody-side-doors": _module("short_lived_token|presence_identity|jiconop"),
    "videobridge-colibri-rest": ("lacks", BRIDGE, "rest.enabled = true"),
    "videobridge-private-api-public": ("local", "8080", ""),
    "videobridge-remote-shutdown": ("lacks", BRIDGE, "shutdown.enabled = true"),
    "web-display-jids": _unset("displayJids"),
    "web-e2ee-disabled": _unset("disableE2EE"),
    "web-foreign-signalling": ("has", CONFIG, "^ *bosh: 'https://meet.example.test/'"),
    "web-host-page-storage": _unset("useHostPageLocalStorage"),
    "web-public-folder": ("no-file", "/etc/jitsi/meet/public", ""),
    "web-secrets-in-configuration": _unset("appSecret"),
    "web-session-options": _unset("startScreenSharing"),
    # what runs, and what is unknown
    "host-containers-unseen": ("no-package", "podman", ""),
    "host-never-packages": ("has", "/etc/apt/preferences.d/selfhost-never", "jibri"),
    "host-package-sources": ("nowhere", "/etc/apt/sources.list.d", "ppa.launchpad|trusted=yes"),
    "jicofo-unknown-keys": ("lacks", JICOFO, "record"),
    "jvm-legacy-settings": ("no-file", "/etc/jitsi/videobridge/sip-communicator.properties", ""),
    "nginx-tenant-configuration": ("has", SITE, "alias $config_js_location;"),
    "prosody-plugin-paths": ("has", HOSTS, "^plugin_paths = { \"/usr/share/jitsi-meet"),
    "prosody-unknown-modules": ("no-file", "/usr/local/lib/prosody/modules", ""),
    "videobridge-unknown-keys": ("lacks", BRIDGE, "record"),
    "web-config-stops": ("lacks", CONFIG, "^throw"),
    "web-false-safeguards": _unset("disableRecording"),
    "web-misplaced-hardening": _unset("disableLocalRecording"),
    "web-unclassified-keys": _unset("aiSummary"),
    # what is kept
    "coturn-verbose-log": ("lacks", TURN, "^verbose"),
    "host-backups": ("nowhere", "/etc/cron.d /etc/cron.daily", "restic|borgbackup"),
    "host-content-servers": ("no-process", "etherpad", ""),
    "host-journal-retention": (
        "has", "/etc/systemd/journald.conf.d/selfhost.conf", "^MaxRetentionSec=3day",
    ),
    "host-log-rotation": ("has", "/etc/logrotate.d/jicofo", "rotate 3"),
    "host-memory-dumps": ("does", "! ls /tmp/heap-*.bin", ""),
    "host-memory-images": ("lacks", "/proc/sys/kernel/core_pattern", "apport"),
    "jicofo-metadata-log": ("has", "/etc/jitsi/jicofo/logging.properties", r"^\.level=WARNING"),
    "jvm-packet-log": ("lacks", "/etc/jitsi/jicofo/logging.properties", "smack.*level=ALL"),
    "nginx-access-log": ("has", "/etc/nginx/snippets/selfhost-log.conf", "^access_log off;"),
    "prosody-account-data": ("has", OWN, '^ *"private";'),
    "prosody-file-share": _module("http_file_share|http_upload(_external)?"),
    "prosody-log": ("has", OWN, '^ *warn = "/var/log/prosody/prosody.log"'),
    "prosody-message-archive": _module("mam|muc_mam|muc_log|message_logging"),
    "prosody-persistent-rooms": ("nowhere", PROSODY, "^ *muc_room_default_persistent = true"),
    "prosody-room-history": ("has", OWN, "^max_history_messages = 0"),
    "prosody-shared-files": _module("filesharing(_component)?"),
    "prosody-stanza-logging": _module("stanza_debug|raw_log|log_messages"),
    "videobridge-ice-addresses-logged": ("has", BRIDGE, "^  redact-remote-addresses: true"),
    "videobridge-packet-debug": ("lacks", BRIDGE, "payload-verification"),
    "videobridge-redaction": ("has", BRIDGE, "redact-colibri-http-headers: true"),
    "web-client-logs": _set("enableSaveLogs", "false"),
    "web-file-sharing": _unset("apiUrl"),
    "web-recent-list": _set("doNotStoreRoom", "true"),
    # what is measured
    "coturn-metrics": ("lacks", TURN, "^prometheus"),
    "host-address-reports": ("no-package", "fail2ban", ""),
    "jicofo-tracing": ("lacks", JICOFO, "tracing"),
    "prosody-message-counts": _module("measure_message_count"),
    "prosody-metrics": _module("measure_stanza_counts|statistics_statsd|http_openmetrics"),
    "videobridge-tracing": ("lacks", BRIDGE, "tracing"),
    "web-analytics-disabled": _set("analytics.disabled", "true"),
    "web-analytics-scripts": _unset("scriptURLs"),
    "web-analytics-services": _unset("amplitudeAPPKey"),
    "web-callstats": _unset("callStatsID"),
    "web-connection-statistics": _set("gatherStats", "false"),
    "web-deployment-labels": _unset("deploymentInfo"),
    "web-feedback": _set("feedbackPercentage", "0"),
    "web-names-in-statistics": _set("enableDisplayNameInStats", "false"),
    "web-rtcstats": _set("analytics.rtcstatsEnabled", "false"),
    "web-watchrtc": _set("analytics.watchRTCEnabled", "false"),
    # who else is asked
    "host-log-forwarding": ("no-package", "rsyslog", ""),
    "host-monitoring-agents": ("no-package", "datadog-agent", ""),
    "host-other-web-servers": ("no-process", "haproxy", ""),
    "host-outbound": ("does", "! ss -Hntp state established | grep -E 'java|lua|turnserver' "
                      "| grep -vE '127.0.0.1|::1'", ""),
    "host-upload-integrations": ("no-file", "/usr/bin/jitsi_uploader.sh", ""),
    "host-upload-jobs": ("nowhere", "/etc/cron.d /etc/cron.daily", "ffmpeg|rclone"),
    "jigasi-error-reporting": ("no-file", "/etc/jitsi/jigasi/logging.properties", ""),
    "jvm-error-reporting": ("lacks", "/etc/jitsi/jicofo/logging.properties", "sentry"),
    "nginx-content-injection": ("nowhere", "/etc/nginx", "^[^#]*(sub_filter|mirror) "),
    "nginx-content-security-policy": (
        "has", "/etc/nginx/snippets/selfhost-headers.conf", "Content-Security-Policy",
    ),
    "nginx-foreign-proxy": ("nowhere", "/etc/nginx/sites-enabled", "proxy_pass https"),
    "nginx-provider-proxy": ("nowhere", "/etc/nginx", "^[^#]*set_real_ip_from"),
    "prosody-directories": ("nowhere", PROSODY, '^ *authentication = "ldap'),
    "prosody-event-export": _module("event_sync(_component)?|reservations|webhook"),
    "prosody-key-servers": ("nowhere", PROSODY, "^ *asap_key_server"),
    "prosody-push-notifications": ("has", OWN, '^ *"cloud_notify";'),
    "prosody-turn-services": ("has", HOSTS, 'type = "turn", host = "meet.example.test"'),
    "prosody-visitors": _module("visitors|fmuc|visitors_component|vnodes"),
    "videobridge-cloud-lookup": ("has", BRIDGE, "aws"),
    "videobridge-stun": ("has", BRIDGE, r"addresses = \[\]"),
    "web-app-promotion": _set("deeplinking.disabled", "true"),
    "web-branding-url": _unset("dynamicBrandingUrl"),
    "web-calendar": _set("enableCalendarIntegration", "false"),
    "web-embedding": ("has", "/etc/nginx/snippets/selfhost-headers.conf", "frame-ancestors 'self'"),
    "web-dropbox": _unset("appKey"),
    "web-etherpad": _unset("etherpad_base"),
    "web-giphy": _set("giphy.enabled", "false"),
    "web-gravatar": _set("gravatar.disabled", "true"),
    "web-interface-links": ("has", INTERFACE, r"^interfaceConfig\.MOBILE_APP_PROMO = false;"),
    "web-invite-services": _unset("inviteServiceUrl"),
    "web-jaas": _unset("jaasActuatorUrl"),
    "web-page-third-party": (
        "nowhere", "/usr/share/jitsi-meet/index.html", '<script[^>]*src="https?://',
    ),
    "web-phone-services": _unset("dialOutAuthUrl"),
    "web-precall-test": _unset("preCallTestICEUrl"),
    "web-remote-pictures": _unset("defaultLogoUrl"),
    "web-shared-video": _set("sharedVideoAllowedURLDomains", r"\[\]"),
    "web-stun": ("has", CONFIG, r"^config\.p2p\.stunServers = \["),
    "web-third-party-requests": _set("disableThirdPartyRequests", "true"),
    "web-token-service": _unset("tokenAuthUrl"),
    "web-vendor-links": ("has", CONFIG, r"^config\.legalUrls = .*meet\.example\.test"),
    "web-whiteboard": _set("whiteboard.enabled", "false"),
}  # fmt: skip
