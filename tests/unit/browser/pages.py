"""A page with the names of upstream's parts, which does besides what a test wants."""

PAGE = """<!doctype html><html><head>%(head)s</head><body><div id="react"></div><script>
var config = {hosts: {domain: 'localhost'}};
const root = document.getElementById('react');
const button = (label, act) => {
    const made = document.createElement('button');
    made.textContent = label;
    made.setAttribute('aria-label', label);
    made.onclick = act;
    root.append(made);
    return made;
};
let joined = false;
window.APP = {conference: {isJoined: () => joined}};
button('Join', () => {
    joined = true;
    new RTCPeerConnection({iceServers: []});
    button('Open chat', () => {
        root.append(document.createElement('textarea'));
        %(chat)s
    });
    button('Start sharing your screen',
        () => navigator.mediaDevices.getDisplayMedia({video: true}));
    button('Open settings', () => { %(settings)s });
    button('Leave the meeting', () => undefined);
    %(join)s
}).setAttribute('data-testid', 'prejoin.joinMeeting');
%(load)s
</script></body></html>
"""


def page(**does: str) -> str:
    """``head`` is HTML; ``load``, ``join``, ``chat`` and ``settings`` are scripts."""
    nothing = dict.fromkeys(("head", "load", "join", "chat", "settings"), "")
    return PAGE % {**nothing, **does}
