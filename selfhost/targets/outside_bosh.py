"""XMPP through BOSH: stanzas in HTTP requests (XEP-0124, XEP-0206)."""

import secrets
from urllib.parse import urlencode
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from selfhost.targets.outside_http import NoResponseError, Place, request
from selfhost.targets.outside_xmpp import MAX_XML, RefusedError, parsed

HTTPBIND = "http://jabber.org/protocol/httpbind"


class Bosh:
    """A session at ``url`` with the XMPP host ``host``."""

    def __init__(self, url: str, host: str, place: Place) -> None:
        self.url = url
        self._address = f"{url}?{urlencode({'room': 'audit'})}"
        self._host, self._place = host, place
        self._rid = secrets.randbelow(10**9)
        self._sid = ""

    def open(self) -> list[Element]:
        """Begin, or begin anew after the login."""
        restart = "xmlns:xmpp='urn:xmpp:xbosh'"
        to = f"to={quoteattr(self._host)}"
        if self._sid:
            return list(self._post(f"xmpp:restart='true' {restart} {to}"))
        root = self._post(
            f"{to} wait='3' hold='1' ver='1.6' xmpp:version='1.0' {restart} xml:lang='en'"
        )
        self._sid = root.get("sid", "")
        return list(root)

    def send(self, stanza: str) -> list[Element]:
        """Send it, and what came meanwhile."""
        return list(self._post(inside=stanza))

    def wait(self) -> list[Element]:
        """What has come, or comes within some seconds."""
        return list(self._post())

    def close(self) -> None:
        """Leave."""
        try:
            if self._sid:
                self._post("type='terminate'")
        except (RefusedError, NoResponseError):
            return

    def _post(self, attributes: str = "", inside: str = "") -> Element:
        self._rid += 1
        sid = f" sid={quoteattr(self._sid)}" if self._sid else ""
        body = f"<body rid='{self._rid}'{sid} xmlns='{HTTPBIND}' {attributes}>{inside}</body>"
        answer = request("POST", self._address, self._place, body.encode())
        if answer.status != 200 or len(answer.body) > MAX_XML:
            raise NoResponseError(f"BOSH answers with HTTP status {answer.status}")
        root = parsed(answer.body)
        if root.get("type") == "terminate" and "type='terminate'" not in attributes:
            raise RefusedError(root.get("condition", "ended")[:80])
        return root
