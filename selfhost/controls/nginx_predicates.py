"""Questions that several controls ask of nginx's directives."""

import re
from collections.abc import Iterator

from selfhost.controls.model import Cited, Verdict, unknown
from selfhost.readers.nginx import NginxConfig
from selfhost.readers.nginx_syntax import Directive

_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")


#: Locations that answer with a program's own data rather than with a page.
_PASSING_ON = ("proxy_pass", "return", "fastcgi_pass", "internal")
_OF_JITSI = ("jitsi-meet", "http-bind", "config.js", "xmpp-websocket", "colibri-ws")


def cited(directive: Directive) -> Cited:
    """A directive as a place."""
    return Cited(directive.origin, directive.name)


def hole(config: NginxConfig, *, around: bool = False) -> Verdict | None:
    """Something of the configuration was not given: what is not there may be in it.

    ``around``: also where that is the blocks around what was given.
    """
    outer = (config.around,) if around and config.around is not None else ()
    for problem in (*config.problems, *outer):
        return unknown(f"{problem.origin}: {problem.message}", Cited(problem.origin))
    return None


def text(directive: Directive) -> str:
    """A directive as one line."""
    return " ".join((directive.name, *directive.arguments))


def jitsi_servers(config: NginxConfig) -> Iterator[tuple[tuple[Directive, ...], Directive]]:
    """The ``server`` blocks that serve Jitsi Meet, with their ancestors: those that name its
    folders, its BOSH, its WebSockets or its configuration."""
    for ancestors, directive in config.walk():
        if directive.name != "server" or directive.block is None:
            continue
        if not ancestors or ancestors[-1].name != "http":
            continue
        inside = " ".join(text(d) for d in _within(directive))
        if any(mark in inside for mark in _OF_JITSI):
            yield ancestors, directive


def page_blocks(config: NginxConfig) -> Iterator[tuple[Directive, ...]]:
    """Of every server block that serves Jitsi Meet over TLS: itself, and every location of it that
    sets headers of its own: there nginx drops the headers of the level above."""
    for ancestors, block in jitsi_servers(config):
        if not _is_secure(block):
            continue
        yield (*ancestors, block)
        for around, directive in config.walk():
            if directive.name not in ("location", "if") or block not in around:
                continue
            children = directive.block or ()
            own = any(child.name == "add_header" for child in children)
            if own and not any(child.name in _PASSING_ON for child in children):
                yield (*around, directive)


def _is_secure(block: Directive) -> bool:
    listens = [d for d in block.block or () if d.name == "listen"]
    return any("ssl" in d.arguments or "443" in d.arguments[0] for d in listens if d.arguments)


def _within(block: Directive) -> Iterator[Directive]:
    for child in block.block or ():
        yield child
        yield from _within(child)


def destinations(config: NginxConfig, target: str) -> tuple[str, ...] | None:
    """Hosts that a ``proxy_pass``-like target leads to, upstreams and maps followed.

    ``None`` when it depends on something that the configuration does not fix.
    """
    if target.startswith("unix:"):
        return ()
    address = re.sub(r"^[a-z][a-z0-9+.-]*://", "", target, flags=re.IGNORECASE)
    if address.startswith("unix:"):
        return ()
    authority = re.split(r"[/?]", address, maxsplit=1)[0]
    variables = _VARIABLE.findall(authority)
    if not variables:
        return _hosts(config, authority)
    if len(variables) > 1 or _VARIABLE.fullmatch(authority.split(":")[0]) is None:
        return None
    values = _mapped(config, variables[0])
    if not values:
        return None
    found: list[str] = []
    for value in values:
        hosts = _hosts(config, value) if "$" not in value else None
        if hosts is None:
            return None
        found.extend(hosts)
    return tuple(found)


def _hosts(config: NginxConfig, authority: str) -> tuple[str, ...]:
    name = _host(authority)
    for _, directive in config.walk():
        if directive.name == "upstream" and directive.arguments[:1] == (name,):
            servers = [d for d in directive.block or () if d.name == "server"]
            return tuple(
                _host(server.arguments[0])
                for server in servers
                if server.arguments and not server.arguments[0].startswith("unix:")
            )
    return (name,)


def _host(authority: str) -> str:
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return authority.partition(":")[0].lower()


def _mapped(config: NginxConfig, variable: str) -> list[str]:
    values: list[str] = []
    for _, directive in config.walk():
        if directive.name == "map" and directive.arguments[1:2] == (f"${variable}",):
            values += [
                entry.arguments[0]
                for entry in directive.block or ()
                if entry.arguments and entry.name not in ("volatile", "hostnames", "include")
            ]
        elif directive.name == "set" and directive.arguments[:1] == (f"${variable}",):
            values += directive.arguments[1:2]
    return values
