"""What an admin may write into the settings of the focus and of the bridge."""

from selfhost.lab.switches.model import Switch, switch

_JICOFO = "/etc/jitsi/jicofo"
_BRIDGE = "/etc/jitsi/videobridge"


def _focus(control: str, what: str, lines: str, *also: str) -> Switch:
    return switch(control, what, f"cat >> {_JICOFO}/jicofo.conf <<'END'\n\n{lines}\nEND", *also)


def _bridge(control: str, what: str, lines: str, *also: str) -> Switch:
    return switch(control, what, f"cat >> {_BRIDGE}/jvb.conf <<'END'\n\n{lines}\nEND", *also)


TRANSCRIPTION = switch(
    "jicofo-transcription-url",
    "bridge-based transcription by a third party's AI (jicofo: transcription.url-template)",
    f"""cat >> {_JICOFO}/jicofo.conf <<'END'

jicofo {{
  transcription {{
    url-template = "wss://speech.ai-vendor.example/v1/{{{{MEETING_ID}}}}"
  }}
}}
END
systemctl restart jicofo""",
    off="systemctl restart jicofo",
)

JAVA = (
    TRANSCRIPTION,
    _focus(
        "jicofo-translation-url",
        "voices sent to a translator",
        'jicofo.translation.url-template = "wss://translate.example.com/{{MEETING_ID}}"',
    ),
    _focus(
        "jicofo-ai-credentials",
        "a key of a speech service",
        'jicofo.transcription.http-headers { Authorization = "Bearer 0123456789abcdef" }',
    ),
    _focus(
        "jicofo-jibri-brewery",
        "a recorder's meeting place",
        'jicofo.jibri.brewery-jid = "JibriBrewery@internal.auth.meet.example.test"',
        "prosody-token-features",
    ),
    _focus(
        "jicofo-jigasi-brewery",
        "a transcriber's meeting place",
        'jicofo.jigasi.brewery-jid = "JigasiBrewery@internal.auth.meet.example.test"',
        "prosody-token-features",
    ),
    _focus(
        "jicofo-trusted-domains",
        "trust in a recorder's domain",
        'jicofo.xmpp.trusted-domains = [ "recorder.meet.example.test" ]',
    ),
    _focus(
        "jicofo-certificate-check",
        "any XMPP server",
        "jicofo.xmpp.client.disable-certificate-verification = true",
    ),
    _focus("jicofo-rest-public", "the focus answers everybody", 'jicofo.rest.host = "0.0.0.0"'),
    _focus("jicofo-visitors", "visitors on other servers", "jicofo.visitors.enabled = true"),
    _focus("jicofo-tracing", "traces", "tracing.enabled = true"),
    switch(
        "jvm-packet-log",
        "every stanza in the log",
        "sed -i 's/^handlers *=.*/&,org.jitsi.utils.logging2.XmppPacketsFileHandler/' "
        f"{_JICOFO}/logging.properties",
    ),
    switch(
        "jvm-error-reporting",
        "errors to a vendor",
        f"sed -i 's/^handlers *=.*/&,io.sentry.jul.SentryHandler/' {_JICOFO}/logging.properties",
    ),
    switch(
        "jvm-legacy-settings",
        "settings of an old release, which win",
        "echo 'org.ice4j.ice.harvest.STUN_MAPPING_HARVESTER_ADDRESSES=stun.example.com:443' "
        f"> {_BRIDGE}/sip-communicator.properties",
        "videobridge-stun",
    ),
    _bridge("videobridge-colibri-rest", "orders over HTTP", "videobridge.apis.rest.enabled = true"),
    _bridge(
        "videobridge-private-api-public",
        "the bridge's inner interface for everybody",
        'videobridge.http-servers.private.host = "0.0.0.0"',
    ),
    _bridge(
        "videobridge-remote-shutdown",
        "an end over HTTP",
        "videobridge.rest.shutdown.enabled = true",
    ),
    _bridge("videobridge-packet-capture", "media in a file", "jmt.debug.pcap.enabled = true"),
    _bridge(
        "videobridge-ice-addresses-logged",
        "addresses of participants in the log",
        "ice4j.redact-remote-addresses = false",
    ),
    _bridge(
        "videobridge-redaction",
        "addresses of participants in the log",
        "videobridge.redact-remote-addresses = false",
    ),
    _bridge("videobridge-tracing", "traces", "tracing.enabled = true"),
    _bridge(
        "videobridge-cloud-lookup",
        "a cloud vendor asked for addresses",
        "ice4j.harvest.mapping.aws.enabled = true",
    ),
    _bridge(
        "videobridge-stun",
        "a third party's STUN server",
        'ice4j.harvest.mapping.stun.addresses = [ "meet-jit-si-turnrelay.jitsi.net:443" ]',
    ),
    switch(
        "jicofo-metadata-log",
        "metadata of rooms in the log",
        f"sed -i 's/^.level=.*/.level=INFO/' {_JICOFO}/logging.properties",
    ),
    _focus(
        "jicofo-moderator-checks",
        "recording for everybody",
        "jicofo.conference.enable-moderator-checks = false",
    ),
    _focus(
        "jicofo-unknown-keys",
        "something new in the focus",
        'jicofo.assistant.target = "https://api.openai.com/v1"',
    ),
    _focus(
        "jvm-foreign-xmpp",
        "somebody else's chat server",
        'jicofo.xmpp.service { enabled = true, hostname = "xmpp.example.com", domain = "example.com" }',
    ),
    _bridge(
        "videobridge-packet-debug",
        "notes about single packets",
        "jmt.debug.packet-timeline.enabled = true",
    ),
    _bridge(
        "videobridge-unknown-keys",
        "something new in the bridge",
        'videobridge.insight.target = "https://api.openai.com/v1"',
    ),
)
