from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    not_applicable,
    passed,
    unknown,
)
from selfhost.controls.nginx_predicates import cited, hole, jitsi_servers, text
from selfhost.effective.server import Server
from selfhost.readers.nginx_syntax import Directive


def _check(server: Server) -> Iterator[Verdict]:
    config = server.nginx
    found = False
    for _, block in jitsi_servers(config):
        found = True
        first: str | None = None
        for alias in _aliases(block):
            path = _resolved(block, alias.arguments[0])
            if "$" in path:
                yield unknown(f"which file is {path} depends on the address", cited(alias))
            elif first is None:
                first = path
            elif path != first:
                yield fail(f"some addresses get {path} instead of {first}", cited(alias))
    gap = hole(config)
    if gap is not None:
        yield gap
    places = [cited(directive) for directive in config.directives[:1]]
    if found:
        yield passed("every address gets the same config.js", *places)
    else:
        yield not_applicable("nginx serves no Jitsi Meet here", *places)


def _aliases(block: Directive) -> Iterator[Directive]:
    """What is served as ``config.js``, anywhere below a server."""
    for child in block.block or ():
        if child.name != "location":
            continue
        address = text(child)
        if "config.js" in address.replace("\\", "") and "interface_config" not in address:
            yield from (d for d in child.block or () if d.name == "alias" and d.arguments)
        yield from _aliases(child)


def _resolved(block: Directive, path: str) -> str:
    for child in block.block or ():
        if child.name == "set" and len(child.arguments) == 2:
            name, value = child.arguments
            path = path.replace(name, value) if name.startswith("$") else path
    return path


def _site(*lines: str, at: int = 0, note: str = "") -> Example:
    inside = "".join(f"    {line}\n" for line in lines)
    text = f"http {{\n  server {{\n    root /usr/share/jitsi-meet;\n{inside}  }}\n}}\n"
    return Example({"nginx.effective": text}, at, note)


_MAIN = "location = /config.js { alias /etc/jitsi/meet/a-config.js; }"
_TENANT = "location ~ ^/([^/?&:]+)/config.js$ {{ alias {}; }}"

CONTROL = Control(
    id="nginx-tenant-configuration",
    title="Every address of the site gets the same config.js",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="nginx",
    needs=("nginx.effective",),
    risk="A tenant's path may deliver another configuration, with recording or statistics on, "
    "while everybody looks at /config.js.",
    upstream_default="one file for all",
    fix=Fix(by_hand="Serve one file under every address, and reload nginx."),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet/jitsi-meet.example",),
    surfaces=("nginx-sub-domain-config",),
    check=_check,
    bad=(
        _site(_MAIN, _TENANT.format("/etc/jitsi/meet/b-config.js"), at=5),
        _site(_MAIN, "location /acme/config.js { alias /srv/acme.js; }", at=5),
    ),
    good=(
        _site(_MAIN, _TENANT.format("/etc/jitsi/meet/a-config.js")),
        _site(
            "set $config_js_location /etc/jitsi/meet/a-config.js;",
            "location = /config.js { alias $config_js_location; }",
            _TENANT.format("$config_js_location"),
            note="upstream's own way",
        ),
        _site(_MAIN, "location = /interface_config.js { alias /x.js; }", note="another file"),
        _site(_MAIN, "# " + _TENANT.format("/x.js"), note="a comment"),
        Example({}, absent=("nginx.effective",), note="not installed"),
    ),
    unclear=(_site(_MAIN, _TENANT.format("/etc/jitsi/meet/$1-config.js"), at=5),),
)
