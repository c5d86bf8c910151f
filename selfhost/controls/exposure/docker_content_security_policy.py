from collections.abc import Iterator

from selfhost.controls.docker_predicates import default_on
from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.effective.server import Server

MISSING = "nothing keeps browsers from other hosts or the page out of frames"


def check(server: Server) -> Iterator[Verdict]:
    """Set, with sources and framing limited."""
    yield from default_on(server, "CSP_HEADER", _weak, MISSING, "web")


def _weak(value: object) -> str | None:
    parts = [part.split() for part in str(value or "").lower().split(";")]
    policy = {words[0]: words[1:] for words in parts if words}
    if not policy:
        return MISSING
    sources = policy.get("connect-src", policy.get("default-src"))
    if sources is None:
        return "neither connect-src nor default-src is limited"
    if {"*", "https:", "http:", "wss:", "ws:"} & set(sources):
        return "connections to any host are allowed"
    return None if "frame-ancestors" in policy else "frame-ancestors is missing"


CONTROL = Control(
    id="docker-content-security-policy",
    title="The pages carry a Content-Security-Policy",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="docker",
    needs=("docker.environment",),
    risk="Settings in config.js can be set again by a link, and any site may embed "
    "the meeting. Only this header stops the browser from contacting others "
    "and from being framed; none is sent unless it is set.",
    upstream_default="unset",
    fix=Fix(
        by_hand="Set CSP_HEADER in .env, with default-src, connect-src and frame-ancestors "
        "limited to your own hosts."
    ),
    references=("jitsi/docker-jitsi-meet: web/rootfs/defaults/meet.conf",),
    surfaces=(
        "iframe-api-open",
        "iframe-transcript-forwarding",
        "iframe-api-recording-consent",
        "default-outbound-hosts-browser",
    ),
    check=check,
    bad=(
        env("TZ=UTC\n", note="unset"),
        env("TZ=UTC\nCSP_HEADER=\"default-src * 'unsafe-inline'; frame-ancestors 'self'\"\n", at=2),
        env("CSP_HEADER=\"default-src 'self'\"\n", at=1, note="may be framed"),
        env("#CSP_HEADER=\"default-src 'self'; frame-ancestors 'none'\"\n", note="a comment"),
    ),
    good=(
        env(
            "CSP_HEADER=\"default-src 'self'; connect-src 'self' "
            "wss://meet.example.org; frame-ancestors 'none'\"\n"
        ),
        NO_ENV,
        Example(
            {
                "docker.environment": (
                    "CSP_HEADER=\"default-src 'self'; connect-src 'self'; "
                    "frame-ancestors 'none'\"\n"
                    "# CSP_HEADER=\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(env("CSP_HEADER=${CSP}\n"),),
)
