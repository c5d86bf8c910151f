from collections.abc import Iterator

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
from selfhost.controls.outside_examples import seen
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

OLD = ("SSLv3", "TLSv1", "TLSv1.1")


def check(server: Server) -> Iterator[Verdict]:
    """What a browser would say of the connection."""
    for answer in server.outside("outside.tls"):
        cited = Cited(answer.origin)
        version = answer.text("version")
        if not answer.true("trusted"):
            yield fail(f"a browser warns: {answer.text('why') or 'not trusted'}", cited)
        elif version in OLD or not version:
            yield fail(f"the connection is of the old version {version or 'unknown'}", cited)
        else:
            yield passed(f"the certificate is trusted, the connection is {version}", cited)
    if not server.outside("outside.tls"):
        yield unknown("the connection was not seen", *looked_at(server, "outside.tls"))


CONTROL = Control(
    id="outside-certificate",
    title="Browsers trust the server's certificate",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="web",
    needs=("outside.tls",),
    risk="Without a certificate that browsers trust, nobody can tell the server from somebody in "
    "between who listens in; people learn to click the warning away.",
    upstream_default="self-signed until Let's Encrypt is chosen",
    fix=Fix(
        variable="tls_mode", by_hand="Ask the operator for a certificate of a public authority."
    ),
    references=("https://www.rfc-editor.org/rfc/rfc9325",),
    check=check,
    bad=(
        seen("outside.tls", {"trusted": False, "why": "self-signed certificate"}, at=1),
        seen("outside.tls", {"trusted": True, "version": "TLSv1.1"}, at=1),
    ),
    good=(
        seen("outside.tls", {"trusted": True, "version": "TLSv1.3", "why": ""}),
        seen(
            "outside.tls", {"trusted": True, "version": "TLSv1.2", "why": ""}, note="not the newest"
        ),
    ),
    unclear=(
        seen("outside.tls"),
        Example({}, note="nothing was seen"),
    ),
)
