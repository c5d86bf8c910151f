"""What an admin may do to the chat server: modules, hosts, rights, logs."""

from selfhost.lab.switches.model import Switch, switch

_MAIN = "/etc/prosody/prosody.cfg.lua"
_SITE = "/etc/prosody/conf.avail/meet.example.test.cfg.lua"
_OURS = "/etc/prosody/conf.d/selfhost.cfg.lua"
_MUC = 'Component "conference.meet.example.test"'
_HOST = 'VirtualHost "meet.example.test"'


def _everywhere(module: str) -> str:
    return f"sed -i '0,/^modules_enabled = {{/s//modules_enabled = {{ \"{module}\";/' {_MAIN}"


def _below(section: str, line: str) -> str:
    """A line right below the head of a section."""
    return f"cat > /run/line <<'END'\n{line}\nEND\nsed -i '/^{section}/r /run/line' {_SITE}\nrm /run/line"


def _module(section: str, module: str) -> str:
    return (
        f"sed -i '/^{section}/,/modules_enabled = {{/"
        f's/modules_enabled = {{/modules_enabled = {{ "{module}";/\' {_SITE}'
    )


def _without(section: str, module: str) -> str:
    return f"sed -i '/^{section}/,/}}/{{/\"{module}\"/d}}' {_SITE}"


def _end(lines: str) -> str:
    return f"cat >> {_SITE} <<'END'\n{lines}\nEND"


CHAT: tuple[Switch, ...] = (
    switch(
        "prosody-federation",
        "federation with other chat servers",
        "sed -i '/\"s2s\";/d' $(grep -l modules_disabled /etc/prosody/conf.d/*)",
    ),
    switch(
        "prosody-open-registration",
        "accounts for everybody",
        _below(_HOST, "    allow_registration = true"),
    ),
    switch(
        "prosody-open-rooms",
        "rooms that everybody may open",
        f"sed -i '/^{_HOST}/,/authentication =/s/authentication = .*/authentication = \"jitsi-anonymous\"/' {_SITE}",
    ),
    switch(
        "prosody-remote-console",
        "a console on a port",
        _everywhere("admin_telnet"),
    ),
    switch("prosody-removed-modules", "a module of the past", _module(_HOST, "turncredentials")),
    switch("prosody-room-list", "a list of rooms", _without(_MUC, "muc_hide_all")),
    switch("prosody-room-spies", "rooms told to strangers", _module(_HOST, "muc_size")),
    switch("prosody-side-doors", "identities handed around", _module(_HOST, "presence_identity")),
    switch(
        "prosody-plugin-paths",
        "somebody's modules before Jitsi's",
        f'sed -i \'s#^plugin_paths = .*#plugin_paths = {{ "/opt/modules", "/usr/share/jitsi-meet/prosody-plugins/" }}#\' {_SITE}',
    ),
    switch("prosody-auto-record", "recording by itself", _module(_MUC, "jibri_autostart")),
    switch(
        "prosody-bot-accounts",
        "an account for a recorder",
        "prosodyctl register jibri auth.meet.example.test secret",
    ),
    switch(
        "prosody-default-permissions",
        "whoever comes first may record",
        f"sed -i 's/    recording = false;/    recording = true;/' {_OURS}",
        "jicofo-auto-owner",
    ),
    switch(
        "prosody-lobby-bypass",
        "a recorder that need not wait",
        _below(_HOST, '    muc_lobby_whitelist = { "recorder.meet.example.test" }'),
    ),
    switch(
        "prosody-password-bypass",
        "a recorder that needs no password",
        f"sed -i '/^{_MUC}/,/^Component/s/muc_password_whitelist = {{/&\\n        \"recorder@recorder.meet.example.test\",/' {_SITE}",
    ),
    switch(
        "prosody-recorder-prefixes",
        "names of recorders",
        _below(_HOST, '    recorder_prefixes = { "bot@" }'),
    ),
    switch("prosody-account-data", "address books and cards", f"sed -i '/vcard4/d' {_OURS}"),
    switch(
        "prosody-file-share",
        "files kept by the chat server",
        _end('Component "share.meet.example.test" "http_file_share"'),
    ),
    switch(
        "prosody-log", "every message in the log", f"sed -i 's#^    warn = #    debug = #' {_OURS}"
    ),
    switch("prosody-message-archive", "an archive of messages", _module(_MUC, "muc_mam")),
    switch(
        "prosody-persistent-rooms",
        "rooms that outlive their meeting",
        _below(_MUC, "    muc_room_default_persistent = true"),
    ),
    switch(
        "prosody-room-history",
        "messages told to who comes later",
        f"sed -i '/history/d' {_OURS}",
    ),
    switch(
        "prosody-shared-files",
        "files in rooms",
        _end('Component "filesharing.meet.example.test" "filesharing_component"'),
    ),
    switch("prosody-stanza-logging", "every stanza in the log", _everywhere("stanza_debug")),
    switch(
        "prosody-message-counts",
        "counted messages, told to a vendor",
        _module(_HOST, "measure_message_count")
        + "\n"
        + _below(_HOST, '    amplitude_api_key = "0123456789abcdef"'),
        "prosody-metrics",
    ),
    switch("prosody-metrics", "counted stanzas", _everywhere("measure_stanza_counts")),
    switch(
        "prosody-directories",
        "accounts in somebody's directory",
        f'sed -i \'/^{_HOST}/,/authentication =/s/authentication = .*/authentication = "ldap"\\n    ldap_server = "ldap.example.com"/\' {_SITE}',
    ),
    switch(
        "prosody-event-export",
        "events to somebody else",
        _end(
            'Component "event_sync.meet.example.test" "event_sync_component"\n    api_prefix = "https://events.example.com"'
        ),
    ),
    switch(
        "prosody-key-servers",
        "keys from somebody else",
        _below(_HOST, '    asap_key_server = "https://keys.example.com/asap"'),
    ),
    switch(
        "prosody-push-notifications",
        "messages to app vendors",
        f"sed -i '/cloud_notify/d' {_OURS}\n" + _everywhere("cloud_notify"),
    ),
    switch(
        "prosody-turn-services",
        "somebody else's relay",
        f'sed -i \'0,/{{ type = "turns", host = "meet.example.test"/s//{{ type = "turns", host = "turn.cloudflare.com"/\' {_SITE}',
    ),
    switch(
        "prosody-visitors",
        "visitors on other servers",
        _end('Component "visitors.meet.example.test" "visitors_component"'),
    ),
    switch(
        "prosody-audio-translation",
        "translation of voices",
        _end('Component "audiotranslation.meet.example.test" "audio_translation_component"'),
    ),
    switch(
        "prosody-forced-transcription",
        "transcription by force",
        _module(_MUC, "force_async_transcription"),
    ),
    switch(
        "jicofo-auto-owner",
        "whoever comes first may transcribe",
        f"sed -i 's/    transcription = false;/    transcription = true;/' {_OURS}",
        "prosody-default-permissions",
    ),
    switch(
        "prosody-plain-clients",
        "logins without TLS from anywhere",
        f'sed -i \'s/^c2s_interfaces = .*/c2s_interfaces = {{ "*" }}/; '
        f"s/^c2s_require_encryption = true/c2s_require_encryption = false/' {_OURS}",
    ),
)
