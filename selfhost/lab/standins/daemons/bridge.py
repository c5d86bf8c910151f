"""The bridge: STUN on the media port, HTTP on loopback, one XMPP login per configured account."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import httpd, stun
from .arguments import Arguments, parse_arguments
from .bridge_health import Health, judge, mapped_addresses
from .journal import log
from .process import FatalError, run
from .settings import Settings, load, load_properties
from .truststore import trust
from .xmpp import (
    CLIENT,
    HEALTH,
    PING,
    Connection,
    Login,
    XmppError,
    connect,
    error_of,
    escape,
    prepare,
)

COLIBRI = "http://jitsi.org/protocol/colibri"
_RETRY = 3.0
_LEGACY_ACCOUNTS = "org.jitsi.videobridge.xmpp.user."


@dataclass(frozen=True)
class Account:
    """A complete entry of ``apis.xmpp-client.configs``."""

    name: str
    login: Login
    rooms: tuple[str, ...]
    nickname: str
    verify: bool


def accounts(settings: Settings, legacy: Mapping[str, str]) -> list[Account]:
    """The accounts to log in with. Incomplete ones are passed over in silence, as in reality.

    Legacy ``org.jitsi.videobridge.xmpp.user.NAME.KEY`` properties replace the file's entries.
    """
    entries: dict[str, dict[str, object]] = {}
    for key, value in legacy.items():
        if key.startswith(_LEGACY_ACCOUNTS):
            name, _, setting = key.removeprefix(_LEGACY_ACCOUNTS).partition(".")
            entries.setdefault(name, {})[setting] = value
    if not entries:
        configured = settings.objects("videobridge.apis.xmpp-client.configs")
        entries = {name: dict(entry) for name, entry in configured.items()}
    found = []
    for name, entry in entries.items():
        option = {key.upper(): str(given) for key, given in entry.items()}
        needed = ("HOSTNAME", "DOMAIN", "USERNAME", "PASSWORD", "MUC_JIDS", "MUC_NICKNAME")
        if not all(option.get(key) for key in needed) or not option.get("PORT", "5222").isdigit():
            continue
        found.append(
            Account(
                name,
                Login(
                    option["HOSTNAME"],
                    int(option.get("PORT", "5222")),
                    option["DOMAIN"],
                    option["USERNAME"],
                    option["PASSWORD"],
                    option["MUC_NICKNAME"],
                ),
                tuple(prepare(room) for room in option["MUC_JIDS"].split(",")),
                option["MUC_NICKNAME"],
                option.get("DISABLE_CERTIFICATE_VERIFICATION", "").lower() != "true",
            )
        )
    return found


class Bridge:
    """State shared by the interfaces."""

    def __init__(self, settings: Settings, legacy: Mapping[str, str], version: str):
        self.settings, self.legacy, self.version = settings, legacy, version
        self.health = Health("not checked yet")
        self.listening = False
        self.drain = False
        self.connected: set[str] = set()
        self._mapped: list[str] = []

    async def watch_health(self) -> None:
        """Learn the addresses once, then judge at every interval."""
        self._mapped = await asyncio.to_thread(mapped_addresses, self.settings, self.legacy)
        while True:
            health = judge(self.settings, self._mapped)
            if not self.listening:
                health = Health("the media port is not open")
            if health != self.health:
                log("SEVERE" if health.problem else "INFO", f"health: {health.problem or 'good'}")
            self.health = health
            await asyncio.sleep(self.settings.seconds("videobridge.health.interval", 60.0))

    def stats(self) -> dict[str, object]:
        """What presence and the REST interface tell."""
        relay = self.settings.flag("videobridge.relay.enabled", False)
        found: dict[str, object] = {
            "conferences": 0,
            "current_timestamp": time.strftime("%Y-%m-%d %H:%M:%S.000", time.gmtime()),
            "drain": str(self.drain).lower(),
            "healthy": "false" if self.health.problem else "true",
            "largest_conference": 0,
            "participants": 0,
            "shutting_down": "false",
            "stress_level": "0.0",
            "version": self.version,
        }
        if relay:
            found["region"] = self.settings.text("videobridge.relay.region")
            found["relay_id"] = self.settings.text("videobridge.relay.relay-id")
        return found

    def presence(self) -> str:
        """The statistics element of the bridge's presence."""
        inside = "".join(
            f"<stat name='{name}' value='{escape(str(value))}'/>"
            for name, value in self.stats().items()
        )
        return f"<stats xmlns='{COLIBRI}'>{inside}</stats>"

    def routes(self) -> dict[str, httpd.Handler]:
        """The private HTTP interface, as far as it is switched on."""
        on = self.settings.flag
        found: dict[str, httpd.Handler] = {}
        if on("videobridge.rest.health.enabled", True):
            found["/about/health"] = self._health
        if on("videobridge.rest.version.enabled", True):
            about = {"name": "JVB", "version": self.version, "os": "Linux"}
            found["/about/version"] = lambda _: httpd.as_json(about)
        if on("videobridge.rest.prometheus.enabled", True):
            found["/metrics"] = lambda _: self._metrics()
        if on("videobridge.rest.debug.enabled", True):
            found["/debug"] = lambda _: httpd.as_json({"conferences": {}, "drain": self.drain})
        if on("videobridge.rest.rtcstats.enabled", True):
            found["/stats"] = found["/rtcstats"] = lambda _: httpd.as_json({"conferences": {}})
        if on("videobridge.rest.drain.enabled", True):
            found["/colibri/drain"] = lambda _: httpd.as_json({"drain": self.drain})
            found["/colibri/drain/enable"] = lambda request: self._set_drain(request, True)
            found["/colibri/drain/disable"] = lambda request: self._set_drain(request, False)
        if on("videobridge.apis.rest.enabled", False):
            found["/colibri/stats"] = lambda _: httpd.as_json(self.stats())
            found["/colibri/conferences"] = lambda _: httpd.as_json([])
            if on("videobridge.rest.shutdown.enabled", False):
                found["/colibri/shutdown"] = lambda _: httpd.Answer(200)
        return found

    def _health(self, _: httpd.Request) -> httpd.Answer:
        if self.health.problem:
            return httpd.Answer(500, self.health.problem + "\n")
        return httpd.Answer(200)

    def _set_drain(self, request: httpd.Request, value: bool) -> httpd.Answer:
        if request.method != "POST":
            return httpd.Answer(405)
        self.drain = value
        return httpd.Answer(200)

    def _metrics(self) -> httpd.Answer:
        return httpd.metrics(
            {
                "jitsi_jvb_conferences": 0,
                "jitsi_jvb_current_endpoints": 0,
                "jitsi_jvb_healthy": 0 if self.health.problem else 1,
                "jitsi_jvb_participants_current": 0,
                "jitsi_jvb_stress": 0,
                "jitsi_jvb_xmpp_connected": len(self.connected),
            }
        )


async def session(bridge: Bridge, account: Account, connection: Connection) -> None:
    """Join, tell the statistics, answer health checks. Ends only with an ``XmppError``."""
    for room in account.rooms:
        await connection.join(room, account.nickname, bridge.presence())

    async def tell() -> None:
        interval = bridge.settings.seconds("videobridge.stats.interval", 5.0)
        while True:
            await asyncio.sleep(interval)
            for room in account.rooms:
                await connection.presence(f"{room}/{account.nickname}", bridge.presence())

    async def listen() -> None:
        async for stanza in connection.stanzas():
            if stanza.tag == f"{CLIENT}presence":
                _entered(
                    bridge, account, stanza.get("from", ""), stanza.get("type"), error_of(stanza)
                )
            elif stanza.tag == f"{CLIENT}iq" and stanza.get("type") in {"get", "set"}:
                if stanza.find(f"{HEALTH}healthcheck") is not None:
                    error = "internal-server-error" if bridge.health.problem else ""
                    await connection.answer(stanza, error=error)
                elif stanza.find(f"{PING}ping") is not None:
                    await connection.answer(stanza)
                else:
                    await connection.answer(stanza, error="feature-not-implemented")

    tasks = [asyncio.ensure_future(tell()), asyncio.ensure_future(listen())]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _entered(bridge: Bridge, account: Account, origin: str, kind: str | None, error: str) -> None:
    room, _, nickname = origin.partition("/")
    if room not in account.rooms:
        return
    if kind == "error":
        raise XmppError(f"cannot enter {room}: {error}")
    if nickname == account.nickname.lower() or nickname == account.nickname:
        if kind == "unavailable":
            raise XmppError(f"left {room}")
        if account.name not in bridge.connected:
            bridge.connected.add(account.name)
            log("INFO", f"[{account.name}] joined {room} as {account.nickname}")


async def keep_connected(bridge: Bridge, account: Account) -> None:
    """Log in again and again; the process stays up whatever happens."""
    context, origin = trust(verify=account.verify)
    log("INFO", f"[{account.name}] {origin}")
    while True:
        try:
            connection = await connect(account.login, context)
            log("INFO", f"[{account.name}] logged in as {connection.jid}")
            try:
                await session(bridge, account, connection)
            finally:
                await connection.close()
        except XmppError as problem:
            log("WARNING", f"[{account.name}] {problem}")
        bridge.connected.discard(account.name)
        await asyncio.sleep(_RETRY)


def legacy_file(arguments: Arguments) -> Path:
    """The old settings' place, made of two properties."""
    home = arguments.properties.get("net.java.sip.communicator.SC_HOME_DIR_LOCATION", "/etc/jitsi")
    name = arguments.properties.get("net.java.sip.communicator.SC_HOME_DIR_NAME", "videobridge")
    return Path(home) / name / "sip-communicator.properties"


def release() -> str:
    """The package's version, left beside the program when it was built."""
    with contextlib.suppress(OSError):
        return (Path(__file__).parent / "VERSION").read_text(encoding="ascii").strip()
    return "0"


async def main(arguments: Arguments, settings: Settings) -> None:
    """Everything at once, until the process is told to end."""
    legacy = load_properties(legacy_file(arguments))
    bridge = Bridge(settings, legacy, release())
    log("INFO", f"bridge {bridge.version}, settings {arguments.config}, heap {arguments.heap}")

    old_port = legacy.get("org.jitsi.videobridge.SINGLE_PORT_HARVESTER_PORT", "")
    port = (
        int(old_port) if old_port.isdigit() else settings.number("videobridge.ice.udp.port", 10000)
    )
    try:
        await stun.listen(port)
        bridge.listening = True
    except OSError as problem:
        log("SEVERE", f"cannot listen on udp/{port}: {problem}")

    host = settings.text("videobridge.http-servers.private.host", "127.0.0.1")
    number = settings.number("videobridge.http-servers.private.port", 8080)
    try:
        servers = [await httpd.serve(host, number, bridge.routes())]
        public = settings.number("videobridge.http-servers.public.port", -1)
        if public >= 0:
            outside = settings.text("videobridge.http-servers.public.host", "0.0.0.0")  # noqa: S104
            servers.append(await httpd.serve(outside, public, {}))
    except OSError as problem:
        raise FatalError(f"cannot listen: {problem}") from problem

    found = accounts(settings, legacy)
    if not found:
        log("WARNING", "no complete XMPP account is configured")
    try:
        await asyncio.gather(
            bridge.watch_health(), *(keep_connected(bridge, account) for account in found)
        )
    finally:
        for server in servers:
            server.close()


if __name__ == "__main__":
    _arguments = parse_arguments(sys.argv[1:])
    _settings = load(_arguments.config, _arguments.overrides)
    run(lambda: main(_arguments, _settings))
