from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.nginx_predicates import cited, hole, text
from selfhost.effective.server import Server

CHANGING = ("sub_filter", "add_before_body", "add_after_body", "mirror", "body_filter_by_lua_block")
PROGRAMS = ("js_import", "js_content", "js_body_filter", "perl", "perl_require")


def check(server: Server) -> Iterator[Verdict]:
    config = server.nginx
    for _, directive in config.walk():
        if directive.name == "mirror" and directive.arguments == ("off",):
            continue
        if directive.name in CHANGING:
            yield fail(f"{text(directive)} changes pages or copies requests", cited(directive))
        elif directive.name in PROGRAMS or "_by_lua" in directive.name:
            yield unknown(f"{directive.name} runs a program that was not read", cited(directive))
    unseen = hole(config)
    if unseen is not None:
        yield unseen
        return
    places = [cited(directive) for directive in config.directives[:1]]
    yield passed("pages are served as they are", *places)


def site(line: str) -> dict[str, str]:
    return {"nginx.effective": f"http {{\nserver {{\nlocation / {{\n{line}\n}}\n}}\n}}\n"}


CONTROL = Control(
    id="nginx-content-injection",
    title="The web server adds nothing to pages and copies no requests",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="nginx",
    needs=("nginx.effective",),
    risk="A line in an included file can put a foreign script into every page, or send a copy of "
    "every request elsewhere, without touching any file of Jitsi.",
    upstream_default="absent; several include folders are read",
    fix=Fix(by_hand="Remove the directive and reload nginx."),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet/jitsi-meet.example",),
    surfaces=("nginx-custom-includes", "sys-web-analytics-in-proxy"),
    check=check,
    bad=(
        Example(
            site("sub_filter '</head>' '<script src=//t.example.com/x.js></script></head>';"), at=4
        ),
        Example(site("mirror /copy;"), at=4),
    ),
    good=(
        Example(site("try_files $uri =404;")),
        Example(site("mirror off;"), note="switched off"),
        Example(site("# sub_filter '</head>' 'x';"), note="a comment is not a setting"),
        Example({}, absent=("nginx.effective",), note="not installed"),
    ),
    unclear=(Example(site("content_by_lua_block { ngx.say(1) }"), at=4),),
)
