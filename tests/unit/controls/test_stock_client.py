"""What the web controls say of files as the packages and images write them: no false alarm."""

from selfhost.audit.evaluate import judge
from selfhost.controls.model import Status, worst
from selfhost.controls.registry import controls
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State

#: The keys that the Debian package sets, in the form it sets them.
DEBIAN = """var subdir = '<!--# echo var="subdir" default="" -->';
var subdomain = '<!--# echo var="subdomain" default="" -->';
if (subdomain) {
    subdomain = subdomain.substr(0, subdomain.length - 1).split('.').join('_').toLowerCase() + '.';
}
if (subdir.startsWith('<!--')) { subdir = ''; }
if (subdomain.startsWith('<!--')) { subdomain = ''; }
var enableJaaS = false;
var config = {
    hosts: {
        domain: 'meet.example.org',
        // anonymousdomain: 'guest.example.com',
        muc: 'conference.' + subdomain + 'meet.example.org',
    },
    bosh: 'https://meet.example.org/' + subdir + 'http-bind',
    websocket: 'wss://meet.example.org/' + subdir + 'xmpp-websocket',
    bridgeChannel: {
        // preferSctp: false
    },
    testing: {},
    enableNoAudioDetection: true,
    enableNoisyMicDetection: true,
    channelLastN: -1,
    p2p: {
        enabled: true,
        stunServers: [
            { urls: 'stun:meet-jit-si-turnrelay.jitsi.net:443' },
        ],
    },
    analytics: {
        // rtcstatsEnabled: false,
    },
    mouseMoveCallbackInterval: 1000,
};
if (enableJaaS) {
    config.dialInNumbersUrl = 'https://conference-mapper.jitsi.net/v1/access/dids';
    config.dialInConfCodeUrl = 'https://conference-mapper.jitsi.net/v1/access';
    config.roomPasswordNumberOfDigits = 10;
}
"""

#: What is bad in it, as upstream's defaults are.
DEFAULTS = {
    "web-analytics-disabled",
    "web-app-promotion",
    "web-feedback",
    "web-gravatar",
    "web-local-recording",
    "web-local-recording-silent",
    "web-recent-list",
    "web-stun",
    "web-third-party-requests",
    "web-vendor-links",
}

PRIVATE = """
config.disableThirdPartyRequests = true;
config.gravatar = { disabled: true };
config.localRecording = { disable: true, notifyAllParticipants: true };
config.recordingService = { enabled: false };
config.liveStreaming = { enabled: false };
config.transcription = { enabled: false, autoTranscribeOnRecord: false };
config.audioTranslation = { enabled: false };
config.analytics = { disabled: true };
config.p2p.stunServers = [{ urls: 'stun:meet.example.org:3478' }];
config.doNotStoreRoom = true;
config.feedbackPercentage = 0;
config.deeplinking = { disabled: true };
config.hideEmailInSettings = true;
config.legalUrls = { helpCentre: '/help.html', privacy: '/privacy.html', terms: '/terms.html' };
"""


def statuses(script: str) -> dict[str, Status]:
    path = "/etc/jitsi/meet/meet.example.org-config.js"
    document = Document("web.config", path, State.PRESENT, script.encode())
    server = Server(Evidence("t", "2026-01-01T00:00:00Z", (document,), frozenset({"web.config"})))
    found = {}
    for control in controls():
        if control.needs == ("web.config",):
            said = judge(control, server)
            assert said is not None
            status = worst(said)
            assert status is not None
            found[control.id] = status
    return found


def test_stock_configuration() -> None:
    found = statuses(DEBIAN)
    assert {name for name, status in found.items() if status is Status.UNKNOWN} == set()
    assert {name for name, status in found.items() if status is Status.FAIL} == DEFAULTS


def test_private_settings_appended_to_it() -> None:
    found = statuses(DEBIAN + PRIVATE)
    assert {name for name, status in found.items() if status is not Status.PASS} == set()
    assert len(found) > 40
