import re
from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict, fail, passed
from selfhost.controls.nginx_predicates import cited, hole, text
from selfhost.effective.server import Server

#: The focus's REST interface. Its one public address is the request for a conference.
FOCUS = re.compile(r"^https?://[^/]+:8888(?P<path>/.*)?$", re.IGNORECASE)
ALLOWED = "conference-request"


def _check(server: Server) -> Iterator[Verdict]:
    for ancestors, directive in server.nginx.walk():
        if directive.name != "proxy_pass" or not directive.arguments:
            continue
        target = FOCUS.match(directive.arguments[0])
        if target is None:
            continue
        place = next((text(d) for d in reversed(ancestors) if d.name == "location"), "")
        # Without a path of its own, the request's goes through as it is.
        path = target["path"] if target["path"] else place
        if f"/{ALLOWED}" not in path:
            yield fail(
                f"{place or 'the server'} leads to the focus's own interface", cited(directive)
            )
    gap = hole(server.nginx)
    if gap is not None:
        yield gap
    places = [cited(directive) for directive in server.nginx.directives[:1]]
    yield passed("of the focus, only requests for a conference are public", *places)


def _site(location: str, at: int = 0, note: str = "") -> Example:
    return Example(
        {"nginx.effective": f"http {{\n  server {{\n    {location}\n  }}\n}}\n"}, at, note
    )


CONTROL = Control(
    id="nginx-focus-proxy",
    title="The focus's interface is not public",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="nginx",
    needs=("nginx.effective",),
    risk="Statistics, lists of rooms and debug data of the focus answer on the same port as the "
    "request for a conference; a location that is too wide makes them public.",
    upstream_default="/conference-request/v1 only",
    fix=Fix(by_hand="Pass on /conference-request/v1 only, and reload nginx."),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet/jitsi-meet.example",),
    surfaces=("nginx-conference-request-proxy",),
    check=_check,
    bad=(
        _site("location /focus/ { proxy_pass http://127.0.0.1:8888/; }", at=3),
        _site("location / { proxy_pass http://localhost:8888; }", at=3),
        _site("location /x { proxy_pass http://jicofo:8888/debug; }", at=3),
    ),
    good=(
        _site(
            "location ~ ^/conference-request/v1(\\/.*)?$ "
            "{ proxy_pass http://127.0.0.1:8888/conference-request/v1$1; }"
        ),
        _site("location /conference-request/ { proxy_pass http://127.0.0.1:8888; }"),
        _site("location / { proxy_pass http://127.0.0.1:5280; }", note="another program"),
        _site("# location / { proxy_pass http://127.0.0.1:8888; }", note="a comment"),
        Example({}, absent=("nginx.effective",), note="not installed"),
    ),
    unclear=(Example({"nginx.effective": "nonsense\n"}, note="not understood"),),
)
