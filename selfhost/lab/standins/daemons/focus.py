"""The focus: one XMPP login, the bridges it sees in the brewery, HTTP on loopback."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from . import httpd
from .arguments import Arguments, parse_arguments
from .journal import log, third_party_call
from .process import FatalError, run
from .settings import Settings, load
from .truststore import trust
from .xmpp import CLIENT, PING, Connection, Login, XmppError, connect, error_of, prepare

COLIBRI = "{http://jitsi.org/protocol/colibri}"
FOCUS = "{http://jitsi.org/protocol/focus}"
_RETRY = 3.0
_CLIENT = "jicofo.xmpp.client"


@dataclass
class Focus:
    """State shared by XMPP and HTTP. ``bridges``: nickname in the brewery -> its statistics;
    ``rooms``: open room -> nicknames of those in it, but for the focus."""

    settings: Settings
    version: str
    bridges: dict[str, Mapping[str, str]] = field(default_factory=dict)
    connected: bool = False
    rooms: dict[str, set[str]] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """The domain that people use."""
        return self.settings.text(f"{_CLIENT}.xmpp-domain")

    @property
    def brewery(self) -> str:
        """The room where bridges wait."""
        return prepare(self.settings.text("jicofo.bridge.brewery-jid"))

    @property
    def operational(self) -> int:
        """How many bridges would be used."""
        return sum(
            1
            for stats in self.bridges.values()
            if stats.get("healthy") == "true" and stats.get("shutting_down") != "true"
        )

    def stats(self) -> dict[str, object]:
        """The body of ``/stats``."""
        versions = {stats.get("version", "") for stats in self.bridges.values()}
        return {
            "bridge_selector": {
                "bridge_count": len(self.bridges),
                "operational_bridge_count": self.operational,
                "in_shutdown_bridge_count": 0,
                "lost_bridges": 0,
                "bridge_version_count": len(versions),
            },
            "conferences": 0,
            "healthy": self.connected,
            "largest_conference": 0,
            "participants": 0,
            "jibri_detector": {"count": 0, "available": 0},
            "jigasi_detector": {"sip_count": 0, "transcriber_count": 0},
            "timestamp": int(time.time() * 1000),
            "xmpp": {"connected": self.connected},
        }

    def may_open(self, asker: str) -> bool:
        """Whether somebody may open rooms; ``asker`` is an address, empty when it is not known."""
        kind = self.settings.text("jicofo.authentication.type", "NONE").upper()
        if not self.settings.flag("jicofo.authentication.enabled", False) or kind == "NONE":
            return True
        domain = asker.partition("/")[0].rpartition("@")[2]
        return domain == self.settings.text("jicofo.authentication.login-url")

    def request_conference(self, room: str, asker: str = "") -> tuple[int, dict[str, object]]:
        """HTTP status and body for somebody who wants to meet in ``room``."""
        name, at, host = prepare(room).partition("@")
        conferences = (
            self.settings.text(f"{_CLIENT}.conference-muc-jid") or f"conference.{self.domain}"
        )
        if not name or not at:
            return 400, {"error": "room must be NAME@DOMAIN"}
        if prepare(room) not in self.rooms and not self.may_open(asker):
            return 403, {"error": "not-authorized"}
        known = host == conferences.lower() or host.endswith("." + self.domain.lower())
        ready = known and self.connected and self.operational > 0
        if ready:
            self.outside_services(name)
        user, domain = (
            self.settings.text(f"{_CLIENT}.username", "focus"),
            self.settings.text(f"{_CLIENT}.domain"),
        )
        return 200, {
            "ready": ready,
            "room": prepare(room),
            "focusJid": f"{user}@{domain}",
            "identity": None,
            "sessionId": None,
            "vnode": None,
            "properties": {
                "authentication": str(
                    self.settings.flag("jicofo.authentication.enabled", False)
                ).lower(),
                "sipGatewayEnabled": "false",
                "visitors-supported": "false",
            },
        }

    def outside_services(self, conference: str) -> None:
        """Write down where a conference's audio would go. Nothing is sent."""
        for kind in ("transcription", "translation"):
            template = self.settings.text(f"jicofo.{kind}.url-template")
            if template:
                url = template.replace("{{MEETING_ID}}", conference)
                third_party_call(f"would connect to {url} for {kind}")

    def routes(self) -> dict[str, httpd.Handler]:
        """The HTTP interface, as far as it is switched on."""
        on = self.settings.flag
        about = {"name": "Jicofo", "version": self.version, "os": "Linux"}
        found: dict[str, httpd.Handler] = {
            "/about/version": lambda _: httpd.as_json(about),
            "/stats": lambda _: httpd.as_json(self.stats()),
            "/rtcstats": lambda _: httpd.as_json({}),
        }
        if on("jicofo.health.enabled", False):
            found["/about/health"] = lambda _: self._health()
        if on("jicofo.rest.prometheus.enabled", True):
            found["/metrics"] = lambda _: self._metrics()
        if on("jicofo.rest.debug.enabled", True):
            found["/debug"] = lambda _: httpd.as_json({"bridges": sorted(self.bridges)})
        if on("jicofo.rest.conference-request.enabled", True):
            found["/conference-request/v1"] = self._conference
        return found

    def _health(self) -> httpd.Answer:
        if not self.connected:
            return httpd.Answer(500, "not connected to the XMPP server\n")
        if not self.operational:
            return httpd.Answer(500, "no operational bridge\n")
        return httpd.Answer(200)

    def _metrics(self) -> httpd.Answer:
        return httpd.metrics(
            {
                "jitsi_jicofo_bridge_selector_bridge_count": len(self.bridges),
                "jitsi_jicofo_bridge_selector_bridge_count_operational": self.operational,
                "jitsi_jicofo_conferences": 0,
                "jitsi_jicofo_participants_current": 0,
                "jitsi_jicofo_xmpp_connected": int(self.connected),
            }
        )

    def _conference(self, request: httpd.Request) -> httpd.Answer:
        if request.method != "POST":
            return httpd.Answer(405)
        try:
            body = json.loads(request.body)
            room = str(body["room"])
        except (ValueError, KeyError, TypeError):
            return httpd.as_json({"error": "expected a JSON object with a room"}, 400)
        status, answer = self.request_conference(room)
        return httpd.as_json(answer, status)


async def session(focus: Focus, connection: Connection, nickname: str) -> None:
    """Watch the brewery and answer requests. Ends only with an ``XmppError``."""
    if focus.brewery:
        await connection.join(focus.brewery, nickname)
    async for stanza in connection.stanzas():
        if stanza.tag == f"{CLIENT}presence":
            _occupant(focus, stanza, nickname)
            await _participant(focus, connection, stanza)
        elif stanza.tag == f"{CLIENT}iq" and stanza.get("type") in {"get", "set"}:
            request = stanza.find(f"{FOCUS}conference")
            if request is not None:
                await _asked(focus, connection, stanza, request.get("room", ""))
            elif stanza.find(f"{PING}ping") is not None:
                await connection.answer(stanza)
            else:
                await connection.answer(stanza, error="feature-not-implemented")


async def _asked(focus: Focus, connection: Connection, stanza: Element, room: str) -> None:
    """Somebody wants to meet: enter the room, which makes it, and say so."""
    proxy, _, asker = stanza.get("from", "").partition("/")
    if proxy != focus.settings.text(f"{_CLIENT}.client-proxy"):
        asker = stanza.get("from", "")
    status, answer = focus.request_conference(room, asker)
    if status != 200:
        error = "not-authorized" if status == 403 else "bad-request"
        await connection.answer(stanza, error=error)
        return
    name = str(answer["room"])
    if answer["ready"] and name not in focus.rooms:
        focus.rooms[name] = set()
        await connection.join(name, "focus")
    ready = str(bool(answer["ready"])).lower()
    await connection.answer(
        stanza, f"<conference xmlns='{FOCUS[1:-1]}' ready='{ready}' room={quoteattr(name)}/>"
    )


async def _participant(focus: Focus, connection: Connection, stanza: Element) -> None:
    """Somebody entered an open room or left it; the focus leaves after the last."""
    room, _, who = stanza.get("from", "").partition("/")
    if room not in focus.rooms or who == "focus":
        return
    if stanza.get("type") != "unavailable":
        focus.rooms[room].add(who)
        return
    focus.rooms[room].discard(who)
    if not focus.rooms[room]:
        del focus.rooms[room]
        await connection.send(f"<presence to={quoteattr(room + '/focus')} type='unavailable'/>")


def _occupant(focus: Focus, stanza: Element, nickname: str) -> None:
    room, _, who = stanza.get("from", "").partition("/")
    if room != focus.brewery:
        return
    if stanza.get("type") == "error":
        raise XmppError(f"cannot enter {room}: {error_of(stanza)}")
    if who == nickname:
        if stanza.get("type") == "unavailable":
            raise XmppError(f"left {room}")
        if not focus.connected:
            focus.connected = True
            log("INFO", f"joined {room}")
        return
    if stanza.get("type") == "unavailable":
        if focus.bridges.pop(who, None) is not None:
            log("INFO", f"bridge {who} is gone")
        return
    stats = stanza.find(f"{COLIBRI}stats")
    if stats is not None:
        if who not in focus.bridges:
            log("INFO", f"bridge {who} is here")
        focus.bridges[who] = {
            item.get("name", ""): item.get("value", "") for item in stats.iter(f"{COLIBRI}stat")
        }


async def keep_connected(focus: Focus) -> None:
    """Log in again and again; the process stays up whatever happens."""
    settings = focus.settings
    verify = not settings.flag(f"{_CLIENT}.disable-certificate-verification", False)
    context, origin = trust(verify=verify)
    log("INFO", origin)
    login = Login(
        settings.text(f"{_CLIENT}.hostname", "localhost"),
        settings.number(f"{_CLIENT}.port", 5222),
        settings.text(f"{_CLIENT}.domain") or focus.domain,
        settings.text(f"{_CLIENT}.username", "focus"),
        settings.text(f"{_CLIENT}.password"),
        "focus",
    )
    while True:
        try:
            connection = await connect(login, context)
            log("INFO", f"logged in as {connection.jid}")
            try:
                await session(focus, connection, "focus")
            finally:
                await connection.close()
        except XmppError as problem:
            log("WARNING", str(problem))
        focus.connected = False
        focus.bridges.clear()
        focus.rooms.clear()
        await asyncio.sleep(_RETRY)


def release() -> str:
    """The package's version, left beside the program when it was built."""
    with contextlib.suppress(OSError):
        return (Path(__file__).parent / "VERSION").read_text(encoding="ascii").strip()
    return "0"


async def main(arguments: Arguments, settings: Settings) -> None:
    """Everything at once, until the process is told to end."""
    focus = Focus(settings, release())
    log("INFO", f"focus {focus.version}, settings {arguments.config}, heap {arguments.heap}")
    if settings.flag("jicofo.rest.enabled", True):
        host = settings.text("jicofo.rest.host", "127.0.0.1")
        port = settings.number("jicofo.rest.port", 8888)
        try:
            # the start script's restart does not wait for the old process
            server = await httpd.serve_patiently(host, port, focus.routes())
        except OSError as problem:
            raise FatalError(f"cannot listen: {problem}") from problem
        async with server:
            await keep_connected(focus)
    else:
        await keep_connected(focus)


if __name__ == "__main__":
    _arguments = parse_arguments(sys.argv[1:])
    _settings = load(_arguments.config, _arguments.overrides)
    run(lambda: main(_arguments, _settings))
