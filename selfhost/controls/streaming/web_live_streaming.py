from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, either, falsy

CONTROL = Control(
    id="web-live-streaming",
    title="The live stream button is not offered",
    category=Category.STREAMING,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk=(
        "The button sends the meeting to any streaming address that a moderator "
        "types in, as a rule a public platform. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(
        variable="web_live_streaming",
        value="false",
        by_hand="Remove liveStreaming.enabled and liveStreamingEnabled from config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/base/config/reducer.ts",
    ),
    gdpr="Art. 6",
    surfaces=(
        "web-livestreaming",
        "web-livestreaming-destination-filter",
        "url-hash-streaming-keys",
    ),
    check=either(
        "liveStreaming.enabled",
        wins=True,
        old="liveStreamingEnabled",
        judge=falsy("the meeting can be streamed to the public"),
    ),
    bad=(
        served("var config = {\n  liveStreaming: {\n    enabled: true,\n  },\n};\n", at=3),
        served(
            "var config = { liveStreaming: { enabled: false } };\n"
            "config.liveStreamingEnabled = true;\n",
            at=2,
            note="the old key wins",
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = { liveStreaming: { helpLink: 'https://jitsi.org/live' } };\n",
            note="a link alone does nothing",
        ),
        served(
            "var config = { liveStreaming: { enabled: true } };\n"
            "config.liveStreamingEnabled = false;\n",
            note="the old key wins",
        ),
        served(
            "var interfaceConfig = { liveStreaming: { enabled: true } };\nvar config = {};\n",
            note="another object",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { liveStreaming: { enabled: subdomain === 'tv' } };\n"),
        BROKEN,
    ),
)
