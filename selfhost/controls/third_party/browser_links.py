from collections.abc import Iterator

from selfhost.controls.browser_examples import link, visit
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.controls.web_predicates import Owner, host_of, whose
from selfhost.effective.server import Server
from selfhost.readers.outside import Seen


def check(server: Server) -> Iterator[Verdict]:
    """What came of each override that was put into a link."""
    tried = [e for e in server.outside("browser.links") if e.text("what") == "link"]
    if not tried:
        yield unknown("no link was tried", *looked_at(server, "browser.links"))
        return
    bad = False
    for entry in tried:
        reason = _why(server, entry)
        if reason:
            bad = True
            yield fail(f"{entry.text('override')}: {reason}", Cited(entry.origin))
    if bad:
        return
    shut = [entry.text("override") for entry in tried if not entry.true("entered")]
    if shut:
        yield unknown(
            f"by {len(shut)} of {len(tried)} links the room was not entered ({shut[0]})",
            *looked_at(server, "browser.links"),
        )
        return
    cannot = [entry.text("override") for entry in tried if entry.text("acts") == "browser"]
    yield passed(
        f"by {len(tried)} links nobody else is contacted and nothing is recorded"
        + (f"; what no server can stop: {', '.join(cannot)}" if cannot else ""),
        *looked_at(server, "browser.links"),
    )


def _why(server: Server, entry: Seen) -> str:
    for url in (*entry.texts("let_through"), *entry.texts("ice")):
        try:
            host = host_of(url)
        except ValueError:
            host = url
        if host is not None and whose(server, host).owner is not Owner.OWN:
            return f"the browser contacts {url}"
    recorders = entry.texts("recorders")
    return f"the page starts a recorder ({recorders[0]})" if recorders else ""


CONTROL = Control(
    id="browser-hostile-links",
    title="No meeting link makes a browser leave the deployment or record",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("browser.links",),
    risk="A link sets many keys of config.js for whoever opens it (#config.…), against what the "
    "operator decided. The Content-Security-Policy and the services that a server does not have "
    "are what is left; WebRTC is stopped by neither.",
    upstream_default="links set about 190 keys, and no policy is served",
    fix=Fix(
        variable="web_content_security_policy",
        by_hand="Serve a Content-Security-Policy that names own hosts only, and no service that a "
        "link could reopen.",
    ),
    references=(
        "jitsi/jitsi-meet: react/features/base/config/configWhitelist.ts",
        "docs/browser.md",
    ),
    surfaces=(
        "url-hash-recording-keys",
        "url-hash-telemetry-keys",
        "url-hash-thirdparty-keys",
    ),
    check=check,
    bad=(
        visit(
            "browser.links",
            link("config.giphy"),
            link("config.gravatar.disabled", let_through=["https://www.gravatar.com/avatar/0"]),
            at=2,
        ),
        visit(
            "browser.links",
            link("config.p2p.stunServers", "refused", ice=["stun:stun.example.com:3478"]),
            at=1,
            note="a changed build",
        ),
        visit("browser.links", link("config.iAmRecorder", recorders=["MediaRecorder"]), at=1),
    ),
    good=(
        visit("browser.links", link("config.giphy")),
        visit(
            "browser.links",
            link("config.gravatar.disabled", stopped=["https://www.gravatar.com/avatar/0"]),
            note="the policy stopped it",
        ),
        visit("browser.links", link("config.giphy", ice=["turn:turn.example.org:3478"])),
    ),
    unclear=(
        visit("browser.links", link("config.giphy", entered=False)),
        visit("browser.links", note="none was tried"),
        Example({}, note="nothing was seen"),
    ),
)
