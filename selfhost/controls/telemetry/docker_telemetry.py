from selfhost.controls.docker_predicates import switched_off
from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.controls.web_predicates import every

CONTROL = Control(
    id="docker-telemetry",
    title="The deployment reports to no statistics service",
    category=Category.TELEMETRY,
    severity=Severity.CRITICAL,
    component="docker",
    needs=("docker.environment",),
    risk="Traces of calls, usage events, error reports or foreign scripts in the "
    "page: each of these variables switches one on.",
    upstream_default="off",
    fix=Fix(
        by_hand="Remove the RTCSTATS_…, AMPLITUDE_…, MATOMO_…, ANALYTICS_…, "
        "GOOGLE_ANALYTICS_ID, …_SENTRY_DSN and AUTOSCALER_URL variables from .env."
    ),
    references=(
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",
        "jitsi/docker-jitsi-meet: docker-compose.yml",
    ),
    surfaces=(
        "web-rtcstats",
        "web-rtcstats-logs-sdp",
        "web-amplitude",
        "web-matomo",
        "web-analytics-scripts",
        "web-google-analytics",
        "docker-sentry-quoting",
    ),
    check=every(
        switched_off(
            "traces of calls are kept",
            "RTCSTATS_ENABLED",
            "RTCSTATS_STORE_LOGS",
            "RTCSTATS_SEND_SDP",
        ),
        switched_off(
            "usage is reported",
            "AMPLITUDE_ID",
            "MATOMO_ENDPOINT",
            "MATOMO_SITE_ID",
            "GOOGLE_ANALYTICS_ID",
            "CALLSTATS_ID",
        ),
        switched_off("foreign code runs in the page", "ANALYTICS_SCRIPT_URLS"),
        switched_off(
            "errors are reported", "JICOFO_SENTRY_DSN", "JVB_SENTRY_DSN", "JIGASI_SENTRY_DSN"
        ),
        switched_off("a sidecar reports to it", "AUTOSCALER_URL"),
    ),
    bad=(
        env("TZ=UTC\nRTCSTATS_ENABLED=true\n", at=2),
        env("MATOMO_ENDPOINT=https://stats.example.org/\n", at=1),
        env("JVB_SENTRY_DSN=https://k@o1.ingest.sentry.io/1\n", at=1),
    ),
    good=(
        env("TZ=UTC\n"),
        env("#AMPLITUDE_ID=abc\n", note="a comment"),
        env("RTCSTATS_ENABLED=false\nRTCSTATS_POLL_INTERVAL=10000\nJVB_SENTRY_DSN=0\n"),
        NO_ENV,
    ),
    unclear=(env("AMPLITUDE_ID=${AMP}\n"),),
)
