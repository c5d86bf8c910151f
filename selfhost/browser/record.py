"""What the browser's events say, put together: one entry for each thing that was done."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

#: Entries of one kind. More of them are counted, not kept.
MAX_ENTRIES = 600
_MAX_REQUESTS = 20_000
_FRAME = re.compile(r"(https?://[^\s()<>]+?):(\d+):\d+")
#: Reasons by which a request was stopped before it left the browser.
_STOPPED = {"csp": "Content-Security-Policy", "mixed-content": "mixed content"}
#: A host that a page's header announces: what is looked up or connected to in advance.
_ANNOUNCED = re.compile(
    r"<([^<>]*)>[^,<]*;\s*rel\s*=\s*\"?[^\";,<]*\b(dns-prefetch|preconnect)\b", re.I
)
_MADE_UP = ("data:", "blob:", "about:", "chrome:", "chrome-extension:", "javascript:", "devtools:")

Entry = dict[str, Any]


def address(url: str) -> str:
    """A URL without what may name a person: no query, fragment or login; shortened."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return url[:60]
    if not host:
        return url.partition("?")[0].partition("#")[0][:200]
    return f"{parts.scheme}://{host}{parts.path}"[:200]


def host_of(url: str) -> str:
    """The host in lower case; empty where there is none."""
    stun = re.match(r"(?:stuns?|turns?):(?://)?(\[[^\]]+\]|[^:?/]+)", url, re.I)
    if stun:
        return stun[1].lower().strip("[]")
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


class Record:
    """``requests``, ``webrtc`` and ``kept``, in the order in which they were first seen.

    ``own`` tells own hosts: of those only the host is noted. ``watched`` counts the documents in
    which the script of ``hook`` runs.
    """

    def __init__(self, own: Callable[[str], bool]) -> None:
        self.stage = ""
        self.dropped = 0
        self.watched = 0
        self._own = own
        self._entries: dict[str, dict[tuple[Any, ...], Entry]] = {
            "requests": {},
            "webrtc": {},
            "kept": {},
        }
        self._by_id: dict[tuple[str, str], tuple[tuple[Any, ...], Entry]] = {}

    @property
    def requests(self) -> list[Entry]:
        """Requests, WebSockets and announced connections."""
        return list(self._entries["requests"].values())

    @property
    def webrtc(self) -> list[Entry]:
        """ICE servers, candidates of others, chosen pairs, packets."""
        return list(self._entries["webrtc"].values())

    @property
    def kept(self) -> list[Entry]:
        """What was written to storage, recorded, and asked of the user."""
        return list(self._entries["kept"].values())

    def event(self, method: str, params: dict[str, Any], session: str) -> None:
        """An event of the DevTools protocol. What does not have its form is passed over."""
        take = _EVENTS.get(method)
        if take is not None:
            try:
                take(self, params, session)
            except (KeyError, TypeError, AttributeError, ValueError):
                self.dropped += 1

    def hooked(self, payload: str) -> None:
        """What the script in the page told. The page can tell such things itself."""
        try:
            said = json.loads(payload[:20_000])
            take = _HOOKED[said["what"]]
            take(self, said, _asker(said.get("stack", ""), str(said.get("page", ""))))
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
            self.dropped += 1

    def contact(self, url: str, kind: str, who: str) -> None:
        """A request that only the network's own log shows."""
        host = host_of(url)
        known = any(e["host"] == host for e in self._entries["requests"].values())
        if host and not known:
            self._request(url, kind, who)

    def packets(self, what: str, peer: str, port: int) -> None:
        """Packets that were sent."""
        self._add("webrtc", (what, peer, port), {"what": what, "address": peer, "port": port})

    def cookies(self, cookies: Iterable[dict[str, Any]]) -> None:
        """Cookies that there are at the end."""
        for cookie in cookies:
            name, domain = str(cookie.get("name"))[:100], str(cookie.get("domain"))[:100]
            self._keep("cookie", name, domain.lstrip("."))

    # -- from the protocol ------------------------------------------------------------------------

    def _sent(self, params: dict[str, Any], session: str) -> None:
        url = str(params["request"]["url"])
        who = _initiator(params.get("initiator") or {}, str(params.get("documentURL", "")))
        kept = self._request(url, str(params.get("type", "Other")), who)
        if kept is not None and len(self._by_id) < _MAX_REQUESTS:
            self._by_id[session, str(params["requestId"])] = kept

    def _received(self, params: dict[str, Any], session: str) -> None:
        response = params["response"]
        for name, value in response["headers"].items():
            if str(name).lower() == "link" and params.get("type") == "Document":
                for found in _ANNOUNCED.finditer(str(value)[:20_000]):
                    url = urljoin(str(response["url"]), found[1])
                    self._request(url, found[2].lower(), f"a header of {address(response['url'])}")

    def _socket(self, params: dict[str, Any], session: str) -> None:
        who = _initiator(params.get("initiator") or {}, "")
        self._request(str(params["url"]), "WebSocket", who)

    def _failed(self, params: dict[str, Any], session: str) -> None:
        by = _STOPPED.get(str(params.get("blockedReason", "")))
        found = self._by_id.pop((session, str(params["requestId"])), None)
        if by and found is not None:
            key, entry = found
            entry["count"] -= 1
            if entry["count"] <= 0:
                self._entries["requests"].pop(key, None)
            self._request(entry["url"], entry["kind"], entry["who"], by)

    def _stored(self, params: dict[str, Any], session: str) -> None:
        storage = params["storageId"]
        origin = storage.get("securityOrigin") or storage.get("storageKey") or ""
        kind = "local-storage" if storage.get("isLocalStorage") else "session-storage"
        self._keep(kind, str(params["key"])[:100], host_of(str(origin)))

    def _navigates(self, params: dict[str, Any], session: str) -> None:
        self._request(str(params["url"]), "Navigation", "the page")

    def _downloads(self, params: dict[str, Any], session: str) -> None:
        self._keep("download", address(str(params.get("url", ""))), "")

    def _binding(self, params: dict[str, Any], session: str) -> None:
        self.hooked(str(params["payload"]))

    # -- from the script in the page --------------------------------------------------------------

    def _here(self, said: Entry, who: str) -> None:
        self.watched += 1

    def _policy(self, said: Entry, who: str) -> None:
        url = str(said["url"])
        if host_of(url):
            source = str(said.get("source", ""))
            who = f"{address(source)}:{int(said.get('line') or 0)}" if source else who
            self._request(url, f"{said['by']}", who, _STOPPED["csp"])

    def _ice(self, said: Entry, who: str) -> None:
        url, host = str(said["url"])[:200], host_of(str(said["url"]))
        entry = {"what": "ice", "url": url, "host": host, "who": who, "stage": self.stage}
        self._add("webrtc", ("ice", url, who), entry)

    def _peer(self, said: Entry, who: str) -> None:
        self._add("webrtc", ("peer", who), {"what": "peer", "who": who, "stage": self.stage})

    def _candidate(self, said: Entry, who: str) -> None:
        peer, port = str(said["address"])[:100], int(said["port"])
        entry = {
            "what": "candidate",
            "kind": str(said["kind"])[:20],
            "address": peer,
            "port": port,
        }
        self._add("webrtc", ("candidate", peer, port), entry)

    def _pair(self, said: Entry, who: str) -> None:
        local, remote = str(said["local"])[:100], str(said["remote"])[:100]
        entry = {"what": "pair", "local": local, "remote": remote}
        self._add("webrtc", ("pair", local, remote), {**entry, "address": said["address"]})

    def _hint(self, said: Entry, who: str) -> None:
        self._request(str(said["url"]), str(said["kind"])[:30], address(str(said.get("page", ""))))

    def _asks(self, said: Entry, who: str) -> None:
        self._keep("permission", str(said["permission"])[:50], "", who)

    def _recorder(self, said: Entry, who: str) -> None:
        self._keep("recorder", str(said["kind"])[:50], "", who)

    def _keeps(self, said: Entry, who: str) -> None:
        self._keep(str(said["kind"])[:30], address(str(said["key"]))[:100], "", who)

    # -- entries ----------------------------------------------------------------------------------

    def _request(
        self, url: str, kind: str, who: str, by: str = ""
    ) -> tuple[tuple[Any, ...], Entry] | None:
        host = host_of(url)
        if not host or url.lower().startswith(_MADE_UP):
            return None
        outcome = "stopped" if by else "let through"
        own = self._own(host)
        shown = "" if own else address(url)
        who = "" if own else who
        kind = "" if own else kind
        key = (host, shown, kind, who, outcome, "" if own else self.stage)
        # A request that the policy stopped is told twice: by the network and by the page.
        if by and any(
            e["url"] == shown and e["outcome"] == "stopped" and e["stage"] == self.stage
            for e in self._entries["requests"].values()
        ):
            return None
        entry = {
            "what": "request",
            "host": host,
            "url": shown,
            "kind": kind,
            "who": who,
            "outcome": outcome,
            "by": by,
            "stage": self.stage,
        }
        return key, self._add("requests", key, entry)

    def _keep(self, kind: str, key: str, host: str, who: str = "") -> None:
        entry = {"what": kind, "key": key, "host": host, "who": who, "stage": self.stage}
        self._add("kept", (kind, key, host), entry)

    def _add(self, where: str, key: tuple[Any, ...], entry: Entry) -> Entry:
        entries = self._entries[where]
        if key in entries:
            entries[key]["count"] += 1
            return entries[key]
        entry["count"] = 1
        if len(entries) < MAX_ENTRIES:
            entries[key] = entry
        else:
            self.dropped += 1
        return entry


def _initiator(initiator: dict[str, Any], page: str) -> str:
    frames = (initiator.get("stack") or {}).get("callFrames") or []
    for frame in frames:
        if frame.get("url"):
            return f"script {address(frame['url'])}:{int(frame.get('lineNumber', 0)) + 1}"
    if initiator.get("url"):
        return f"page {address(initiator['url'])}:{int(initiator.get('lineNumber') or 0) + 1}"
    return f"page {address(page)}" if page else "the page"


def _asker(stack: str, page: str) -> str:
    """The first place of a stack that is a file; the hook itself is none."""
    found = _FRAME.search(stack)
    return f"script {address(found[1])}:{found[2]}" if found else f"page {address(page)}"


_EVENTS: dict[str, Callable[[Record, dict[str, Any], str], None]] = {
    "Network.requestWillBeSent": Record._sent,
    "Network.responseReceived": Record._received,
    "Network.webSocketCreated": Record._socket,
    "Network.webTransportCreated": Record._socket,
    "Network.loadingFailed": Record._failed,
    "DOMStorage.domStorageItemAdded": Record._stored,
    "DOMStorage.domStorageItemUpdated": Record._stored,
    "Page.windowOpen": Record._navigates,
    "Page.downloadWillBegin": Record._downloads,
    "Runtime.bindingCalled": Record._binding,
}
_HOOKED: dict[str, Callable[[Record, Entry, str], None]] = {
    "here": Record._here,
    "stopped": Record._policy,
    "ice": Record._ice,
    "peer": Record._peer,
    "candidate": Record._candidate,
    "pair": Record._pair,
    "hint": Record._hint,
    "asks": Record._asks,
    "recorder": Record._recorder,
    "keeps": Record._keeps,
}
