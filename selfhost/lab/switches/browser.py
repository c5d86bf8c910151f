"""Leaks of the web client that a browser shows: settings and pages that make it contact somebody.

Each is all that it takes, so that the page truly tries. Its control is that of the visit: what the
server's Content-Security-Policy stops is `browser-stopped-requests`.
"""

from selfhost.lab.switches.model import Switch, switch

_MEET = "/etc/jitsi/meet/meet.example.test"
_SHARE = "/usr/share/jitsi-meet"
_STOPPED = "browser-stopped-requests"
_OPEN = "config.disableThirdPartyRequests = false;"
_MEASURED = f"{_OPEN} config.analytics.disabled = false;"


def _client(what: str, line: str, control: str = _STOPPED) -> Switch:
    return switch(control, what, f"cat >> {_MEET}-config.js <<'END'\n{line}\nEND")


def _page(what: str, html: str, control: str = _STOPPED) -> Switch:
    return switch(control, what, f"cat > {_SHARE}/plugin.head.html <<'END'\n{html}\nEND")


BROWSER = (
    _client(
        "a tracker of one's own",
        f"{_MEASURED} config.analytics.scriptURLs = ['https://stats.example.com/my.js'];",
    ),
    _client("Amplitude", f"{_MEASURED} config.analytics.amplitudeAPPKey = '0123456789abcdef';"),
    _client("Matomo", f"{_MEASURED} config.analytics.matomoEndpoint = 'https://m.example.com/';"),
    _client("callstats", f"{_MEASURED} config.callStatsID = '1'; config.callStatsSecret = 'x';"),
    _client(
        "traces of each call",
        "config.analytics.rtcstatsEnabled = true;\n"
        "config.analytics.rtcstatsEndpoint = 'wss://rtcstats.example.com/';",
    ),
    _client(
        "call statistics to a vendor",
        "config.analytics.watchRTCEnabled = true; config.watchRTCConfigParams = {rtcApiKey: 'k'};",
    ),
    _client(
        "branding from elsewhere",
        "config.dynamicBrandingUrl = 'https://brand.example.com/meet.json';",
    ),
    _client(
        "calendars",
        "config.enableCalendarIntegration = true; config.googleApiApplicationClientID = 'id';",
    ),
    _client(
        "a pad elsewhere",
        "config.etherpad_base = 'https://pad.example.com/p/'; config.openSharedDocumentOnJoin = true;",
    ),
    _client("pictures of a vendor", f"{_OPEN} config.giphy = {{enabled: true, sdkKey: 'abc'}};"),
    _client("pictures by mail address", f"{_OPEN} config.gravatar = {{disabled: false}};"),
    _client(
        "a vendor's service", "config.jaasActuatorUrl = 'https://8x8.vc/v1/_jaas/jaas-actuator';"
    ),
    _client(
        "numbers for telephones",
        "config.dialInConfCodeUrl = 'https://conference-mapper.jitsi.net/v1/access';",
    ),
    _client(
        "a test of the line elsewhere",
        "config.prejoinConfig = {preCallTestICEUrl: 'https://ice.example.com/'};",
    ),
    _client("a logo from elsewhere", "config.defaultLogoUrl = 'https://cdn.example.com/logo.svg';"),
    _client(
        "a whiteboard elsewhere",
        "config.whiteboard = {enabled: true, collabServerBaseUrl: 'https://draw.example.com'};",
    ),
    _client(
        "a third party's STUN server",
        "config.p2p.stunServers = [{urls: 'stun:stun.l.google.com:19302'}];",
        "browser-stun-servers",
    ),
    _client(
        "upstream's own STUN server, for want of a list",
        "delete config.p2p.stunServers;",
        "browser-stun-servers",
    ),
    _client("a list of past rooms", "config.doNotStoreRoom = false;", "browser-kept"),
    _page(
        "a tracker in the page", "<script src='https://www.googletagmanager.com/gtag/js'></script>"
    ),
    _page(
        "a font from elsewhere", "<link rel=stylesheet href='https://fonts.googleapis.com/css2'>"
    ),
    _page(
        "a host that is looked up in advance",
        "<link rel=preconnect href='https://fonts.gstatic.com'>",
        "browser-requests",
    ),
    _page(
        "a page that records",
        "<script>navigator.mediaDevices.getUserMedia({audio: true})"
        ".then(stream => new MediaRecorder(stream).start());</script>",
        "browser-recorder",
    ),
    _page(
        "a page that asks where one is",
        "<script>navigator.geolocation.getCurrentPosition(() => 0, () => 0);</script>",
        "browser-permissions",
    ),
    _page(
        "a tracker's mark",
        "<script>document.cookie = '_ga=GA1.1.1; max-age=3600; path=/';</script>",
        "browser-kept",
    ),
)

#: No policy at all: then what is tried also gets out.
NO_POLICY = (
    "sed -i '/Content-Security-Policy/d' /etc/nginx/snippets/selfhost-headers.conf"
    " && nginx -s reload && sleep 1"
)
