"""A domain's addresses, as this machine's resolver knows them."""

import ipaddress
import socket
import threading
import time

from selfhost.provision.checks import DnsAnswer

_SECONDS = 5.0


class Lookup:
    """A domain's addresses, asked for in the background, as the resolver may take long."""

    def __init__(self, domain: str) -> None:
        self._domain = domain
        self._answer = DnsAnswer(failure=f"no answer within {_SECONDS:.0f} seconds")
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        try:
            found = socket.getaddrinfo(self._domain, None, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            nothing = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
            gone = error.errno in nothing
            self._answer = DnsAnswer() if gone else DnsAnswer(failure=error.strerror or "failed")
        except (OSError, UnicodeError):
            self._answer = DnsAnswer(failure="the name cannot be looked up")
        else:
            addresses = {
                str(ipaddress.ip_address(str(item[4][0]).partition("%")[0])) for item in found
            }
            self._answer = DnsAnswer(tuple(sorted(addresses)))

    def answer(self) -> DnsAnswer:
        """The answer; waits for it until five seconds after the question."""
        self._thread.join(max(0.0, self._started + _SECONDS - time.monotonic()))
        return self._answer
