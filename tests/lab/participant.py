"""What a participant's browser gets of a site: pages, and the line in meetings."""

import re
import socket
import ssl

from tests.lab.conftest import Site

#: Seconds for which nginx's former workers may still answer after a reload.
RELOADED = 2


def get(site: Site, path: str, language: str = "en") -> tuple[int, dict[str, str], str]:
    """Status, headers (lower case) and body, as a browser gets them over HTTPS."""
    domain = site.server.hostname
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((site.server.address, 443), 20) as plain,
        context.wrap_socket(plain, server_hostname=domain) as tls,
    ):
        tls.sendall(
            f"GET {path} HTTP/1.0\r\nHost: {domain}\r\nAccept-Language: {language}\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: tls.recv(65536), b"")).decode()
    head, _, body = answer.partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, body


def notice(site: Site, language: str = "en") -> str:
    """The line that a browser shows in meetings, from the settings inside the page of a room."""
    status, _, body = get(site, "/garden", language)
    assert status == 200
    (line,) = re.findall(r"^config\.noticeMessage = '([^']*)';$", body, re.MULTILINE)
    return str(line)
