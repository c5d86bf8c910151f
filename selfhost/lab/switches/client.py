"""Lines that an admin may add to the web client's settings."""

from selfhost.lab.switches.model import Switch, switch

_MEET = "/etc/jitsi/meet/meet.example.test"


def _client(control: str, what: str, line: str, *also: str, unclear: str = "") -> Switch:
    script = f"cat >> {_MEET}-config.js <<'END'\n{line}\nEND"
    return switch(control, what, script, *also, unclear=unclear)


CLIENT = (
    _client(
        "web-transcription",
        "captions",
        "config.transcribingEnabled = true;",
        "web-false-safeguards",
    ),
    _client(
        "web-transcription-with-recording",
        "captions as soon as somebody records",
        "config.autoCaptionOnRecord = true;",
    ),
    _client(
        "web-captions-for-all",
        "captions for everybody",
        "config.transcription.autoCaptionOnTranscribe = true;",
    ),
    _client(
        "web-transcript-dump", "a transcript to save", "config.testing = {dumpTranscript: true};"
    ),
    _client(
        "web-translation-languages",
        "machine translation",
        "config.transcription.translationLanguages = ['en', 'fr'];",
    ),
    _client(
        "web-audio-translation",
        "speech translation",
        "config.audioTranslation = {enabled: true};",
        "web-false-safeguards",
    ),
    _client(
        "web-face-expressions",
        "recognition of faces",
        "config.faceLandmarks = {enableFaceExpressionsDetection: true};",
    ),
    _client(
        "web-noise-suppression-krisp",
        "a vendor's voice model",
        "config.noiseSuppression = {krisp: {enabled: true}};",
    ),
    _client("web-live-streaming", "streaming", "config.liveStreamingEnabled = true;"),
    _client("web-recording-service", "recording", "config.recordingService.enabled = true;"),
    _client(
        "web-recording-shared-by-link",
        "recordings shared by link",
        "config.recordingService.sharingEnabled = true;",
    ),
    _client(
        "web-recording-hidden", "recording without its label", "config.hideRecordingLabel = true;"
    ),
    _client(
        "web-recording-consent",
        "recording without asking",
        "config.recordingService.enabled = true;\nconfig.recordings = {requireConsent: false};",
        "web-recording-service",
    ),
    _client(
        "web-local-recording", "recording in the browser", "config.localRecording.disable = false;"
    ),
    _client(
        "web-local-recording-silent",
        "recording in the browser that nobody hears of",
        "config.localRecording.disable = false;\nconfig.localRecording.notifyAllParticipants = false;",
        "web-local-recording",
    ),
    _client("web-client-is-recorder", "every client as a recorder", "config.iAmRecorder = true;"),
    _client(
        "web-hidden-domain",
        "participants that nobody sees",
        "config.hiddenDomain = 'recorder.meet.example.test';",
    ),
    _client(
        "web-screenshot-capture",
        "pictures of shared screens",
        "config.screenshotCapture = {enabled: true, mode: 'always'};",
    ),
    _client("web-display-jids", "internal addresses as names", "config.displayJids = true;"),
    _client("web-e2ee-disabled", "end-to-end encryption off", "config.e2ee = {disabled: true};"),
    _client(
        "web-foreign-signalling",
        "signalling through somebody else",
        "config.bosh = 'https://signal.example.com/http-bind';",
    ),
    _client(
        "web-host-page-storage",
        "memory for the embedding page",
        "config.useHostPageLocalStorage = true;",
    ),
    _client(
        "web-config-stops",
        "settings that end halfway",
        "config.someSection.key = true;",
    ),
    _client("web-client-logs", "logs to save", "config.enableSaveLogs = true;"),
    _client(
        "web-file-sharing",
        "files kept by a server",
        "config.fileSharing = {enabled: true, apiUrl: 'https://meet.example.test/files'};",
    ),
    _client("web-recent-list", "a list of past rooms", "config.doNotStoreRoom = false;"),
    _client("web-analytics-disabled", "statistics allowed", "config.analytics.disabled = false;"),
    _client(
        "web-analytics-scripts",
        "a tracker of one's own",
        "config.analytics.scriptURLs = ['https://stats.example.com/my.js'];",
    ),
    _client(
        "web-analytics-services",
        "a tracker",
        'config.analytics.amplitudeAPPKey = "0123456789abcdef";',
    ),
    _client(
        "web-callstats",
        "statistics by a vendor",
        "config.callStatsID = '12345'; config.callStatsSecret = 'x';",
        "web-secrets-in-configuration",
    ),
    _client(
        "web-connection-statistics", "measured round trips", "config.e2eping = {enabled: true};"
    ),
    _client(
        "web-deployment-labels",
        "labels in statistics",
        "config.deploymentInfo = {shard: 'shard1', region: 'europe'};",
    ),
    _client("web-feedback", "marks for each call", "config.feedbackPercentage = 100;"),
    _client(
        "web-names-in-statistics", "names in statistics", "config.enableDisplayNameInStats = true;"
    ),
    _client(
        "web-rtcstats",
        "traces of each call",
        "config.analytics.rtcstatsEnabled = true;\n"
        "config.analytics.rtcstatsEndpoint = 'wss://rtcstats.example.com/';",
    ),
    _client(
        "web-watchrtc", "call statistics to a vendor", "config.analytics.watchRTCEnabled = true;"
    ),
    _client(
        "web-app-promotion", "stores' pages for the app", "config.deeplinking.disabled = false;"
    ),
    _client(
        "web-branding-url",
        "branding from elsewhere",
        "config.dynamicBrandingUrl = 'https://brand.example.com/meet.json';",
    ),
    _client("web-calendar", "calendars", "config.enableCalendarIntegration = true;"),
    _client("web-dropbox", "a vendor's storage", "config.dropbox = {appKey: 'abc123'};"),
    _client(
        "web-etherpad", "a pad elsewhere", "config.etherpad_base = 'https://pad.example.com/p/';"
    ),
    _client("web-giphy", "pictures of a vendor", "config.giphy = {enabled: true, sdkKey: 'abc'};"),
    _client("web-gravatar", "pictures by mail address", "config.gravatar = {disabled: false};"),
    switch(
        "web-interface-links",
        "links to apps",
        f"echo 'interfaceConfig.MOBILE_APP_PROMO = true;' >> {_MEET}-interface_config.js",
    ),
    _client(
        "web-invite-services",
        "invitations by somebody else",
        "config.inviteServiceUrl = 'https://invite.example.com/api';",
    ),
    _client(
        "web-jaas",
        "a vendor's service",
        "config.jaasActuatorUrl = 'https://8x8.vc/v1/_jaas/jaas-actuator';",
    ),
    _client(
        "web-phone-services",
        "numbers for telephones",
        "config.dialInConfCodeUrl = 'https://conference-mapper.jitsi.net/v1/access';",
    ),
    _client(
        "web-precall-test",
        "a test of the line elsewhere",
        "config.prejoinConfig = {preCallTestICEUrl: 'https://ice.example.com/'};",
    ),
    _client(
        "web-remote-pictures",
        "a logo from elsewhere",
        "config.defaultLogoUrl = 'https://cdn.example.com/logo.svg';",
    ),
    _client(
        "web-shared-video",
        "videos from anywhere",
        "config.disableThirdPartyRequests = false;\nconfig.sharedVideoAllowedURLDomains = ['*'];",
        "web-third-party-requests",
    ),
    _client(
        "web-stun",
        "a third party's STUN server",
        'config.p2p.stunServers = [{urls: "stun:stun.l.google.com:19302"}];',
    ),
    _client(
        "web-third-party-requests",
        "requests to third parties",
        "config.disableThirdPartyRequests = false;",
    ),
    _client(
        "web-token-service",
        "a login elsewhere",
        "config.tokenAuthUrl = 'https://login.example.com/{room}';",
    ),
    _client(
        "web-vendor-links",
        "a vendor's links",
        "config.legalUrls = {privacy: 'https://jitsi.org/meet/privacy'};",
    ),
    _client(
        "web-whiteboard",
        "a whiteboard elsewhere",
        "config.whiteboard = {enabled: true, collabServerBaseUrl: 'https://draw.example.com'};",
    ),
    switch(
        "web-page-third-party",
        "a tracker in the page",
        "sed -i 's#</head>#<script src=\"https://www.googletagmanager.com/gtag/js\"></script></head>#'"
        " /usr/share/jitsi-meet/index.html",
    ),
    _client(
        "web-false-safeguards",
        "a setting that nobody reads",
        "config.transcription.disableStartForAll = true;",
    ),
    _client(
        "web-misplaced-hardening",
        "hardening that is misspelt",
        "config.disableThirdpartyRequests = true;",
    ),
    _client("web-session-options", "a mirrored session", "config.secondScreen = {enabled: true};"),
    _client(
        "web-secrets-in-configuration",
        "a secret that every visitor gets",
        "config.app_secret = '0123456789abcdef0123';",
        unclear="web-unclassified-keys",
    ),
    _client(
        "web-unclassified-keys",
        "something new that nobody knows",
        "config.aiAssistant = {enabled: true, endpoint: 'https://api.openai.com/v1/'};",
    ),
    switch(
        "web-public-folder",
        "a file in the public folder",
        "mkdir -p /etc/jitsi/meet/public && echo '{}' > /etc/jitsi/meet/public/rooms.json",
    ),
)
