"""Rules that a single option's type cannot say: each a pure function on one host's settings."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selfhost.settings.access import access_problems
from selfhost.settings.addresses import address_problem, domain_problem, is_private
from selfhost.settings.problems import Problem
from selfhost.settings.secrets import MIN_LENGTH
from selfhost.settings.specs import Option
from selfhost.settings.watching import watching_problems

EXAMPLE_DOMAIN = "meet.example.org"
EXAMPLE_SECRET = "ExampleOnly"  # noqa: S105 - how the example's secrets begin

#: Programs without root's rights may listen from here on.
FIRST_FREE_PORT = 1024
#: The smallest range of ports that is worth relaying from.
RELAYS = 100

_LETS_ENCRYPT = "letsencrypt.org"
# Names that no public CA issues for: RFC 2606, 6761, 6762, 8375 and what ICANN keeps for networks.
_NEVER_PUBLIC = (
    ".test",
    ".example",
    ".invalid",
    ".internal",
    ".lan",
    ".home.arpa",
    ".onion",
    "example.com",
    "example.net",
    "example.org",
)
_PEM_HERE = "name the PEM file on this machine"
_Settings = Mapping[str, Any]


def check_rules(settings: _Settings, options: Mapping[str, Option]) -> Iterator[Problem]:
    """All that is wrong between and within settings whose types are right."""
    yield from _domain(settings)
    yield from _addresses(settings)
    yield from _secrets(settings, options)
    yield from _own_certificate(settings)
    yield from _acme(settings)
    yield from _ports(settings, options)
    yield from _browser_ports(settings)
    yield from _relay(settings)
    yield from _ssh_sources(settings)
    yield from _memory(settings)
    yield from _backup(settings)
    yield from access_problems(settings)
    yield from watching_problems(settings)


def _domain(settings: _Settings) -> Iterator[Problem]:
    domain = settings.get("site_domain")
    if isinstance(domain, str) and (wrong := domain_problem(domain)):
        yield Problem("site_domain", f"'{domain}' {wrong[0]}", wrong[1])


def _addresses(settings: _Settings) -> Iterator[Problem]:
    good: dict[str, str] = {}
    for key, version in (
        ("site_public_address", 4),
        ("site_public_address_v6", 6),
        ("site_private_address", 4),
    ):
        text = settings.get(key)
        if not isinstance(text, str) or not text:
            continue
        if wrong := address_problem(text, version):
            yield Problem(key, f"'{text}' {wrong[0]}", wrong[1])
        else:
            good[key] = text
    public, private = good.get("site_public_address"), good.get("site_private_address")
    if public and is_private(public) and public != private:
        yield Problem(
            "site_public_address",
            f"'{public}' is a private address, which participants outside cannot reach",
            "give the address that the Internet sees; for a server inside one network only, "
            f"say so with site_private_address: {public}",
        )


def _secrets(settings: _Settings, options: Mapping[str, Option]) -> Iterator[Problem]:
    example = settings.get("site_domain") == EXAMPLE_DOMAIN
    for name, option in options.items():
        value = settings.get(name)
        # Those that are not required are others' passwords, which are what they are.
        if not (option.secret and option.required) or not isinstance(value, str) or not value:
            continue
        hint = f"use at least {MIN_LENGTH} letters and digits, or let selfhost init generate it"
        if not value.isascii() or not value.isalnum():
            yield Problem(
                name,
                "may hold letters and digits only: other characters break Jitsi's files",
                hint,
            )
        elif len(value) < MIN_LENGTH:
            yield Problem(name, f"is too short ({len(value)} characters)", hint)
        elif value.startswith(EXAMPLE_SECRET) and not example:
            yield Problem(name, "is the example's secret, which everybody knows", hint)


def _own_certificate(settings: _Settings) -> Iterator[Problem]:
    if settings.get("tls_mode") != "own":
        return
    for key in ("tls_certificate", "tls_private_key"):
        path = settings.get(key)
        if not path:
            yield Problem(key, "is required with tls_mode: own", _PEM_HERE)
        elif isinstance(path, str) and "{{" not in path and not Path(path).expanduser().is_file():
            yield Problem(key, f"there is no file {path}", _PEM_HERE)


def _acme(settings: _Settings) -> Iterator[Problem]:
    if settings.get("tls_mode") != "acme":
        return
    if settings.get("tls_acme_agree_terms") is not True:
        yield Problem(
            "tls_acme_agree_terms",
            "is required with tls_mode: acme, which agrees to the ACME server's terms of service",
            "read them, then set tls_acme_agree_terms: true",
        )
    directory = str(settings.get("tls_acme_directory") or "")
    staging = settings.get("tls_acme_staging") is True
    public = urlsplit(directory).hostname or ""
    if "{{" not in directory and not re.fullmatch(r"https://[^\s/]+(/\S*)?", directory):
        yield Problem(
            "tls_acme_directory",
            f"'{directory}' is not the URL of an ACME directory",
            "write one such as https://acme-v02.api.letsencrypt.org/directory",
        )
    elif staging and not public.endswith(_LETS_ENCRYPT):
        yield Problem(
            "tls_acme_staging",
            "is for Let's Encrypt only, and tls_acme_directory names another ACME server",
            "remove one of the two",
        )
    elif public.endswith(_LETS_ENCRYPT):
        yield from _publicly_issued(settings)
    yield from _acme_contact(settings)


def _publicly_issued(settings: _Settings) -> Iterator[Problem]:
    """What keeps Let's Encrypt from issuing a certificate, whatever the server does."""
    hint = "use tls_mode: own or self-signed, or an ACME server of your own (tls_acme_directory)"
    for key in ("site_domain", "turn_domain"):
        name = str(settings.get(key) or "")
        if name.endswith(_NEVER_PUBLIC):
            yield Problem(key, f"Let's Encrypt gives no certificate for '{name}'", hint)
    address = settings.get("site_public_address")
    if isinstance(address, str) and not address_problem(address, 4) and is_private(address):
        yield Problem(
            "site_public_address",
            f"Let's Encrypt cannot reach '{address}', a private address, to check the domain",
            hint,
        )


def _acme_contact(settings: _Settings) -> Iterator[Problem]:
    email = settings.get("tls_acme_email")
    if isinstance(email, str) and email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        yield Problem(
            "tls_acme_email",
            f"'{email}' is not an e-mail address",
            "leave it out: none is needed",
        )
    path = settings.get("tls_acme_ca")
    if isinstance(path, str) and path and "{{" not in path:
        file = Path(path).expanduser()
        if not file.is_file():
            yield Problem("tls_acme_ca", f"there is no file {path}", _PEM_HERE)


def _ports(settings: _Settings, options: Mapping[str, Option]) -> Iterator[Problem]:
    """Ports are in range, and two services of one host do not share one."""
    taken: dict[tuple[str, int], str] = {}
    for name, value in settings.items():
        option = options.get(name)
        if option is None or not name.endswith(("_port", "_ports")):
            continue
        given = value if isinstance(value, list) else [value]
        numbers = [n for n in given if isinstance(n, int) and not isinstance(n, bool)]
        for port in numbers:
            if not 1 <= port <= 65535:
                yield Problem(name, f"{port} is not a port", "use a number from 1 to 65535")
        if name.endswith("_port") and numbers:
            other = taken.setdefault((_protocol(option), numbers[0]), name)
            if other != name:
                yield Problem(
                    name, f"{numbers[0]} is taken by {other} already", "give one another port"
                )


def _browser_ports(settings: _Settings) -> Iterator[Problem]:
    """Chromium's WebRTC drops candidates below 1024 but for 80 and 443 (``webrtc``:
    ``p2p/base/p2p_transport_channel.cc``), and so media would not flow."""
    port = settings.get("videobridge_udp_port")
    if isinstance(port, int) and 0 < port < FIRST_FREE_PORT and port not in (80, 443):
        yield Problem(
            "videobridge_udp_port",
            f"browsers do not send media to port {port}",
            "use 10000, another from 1024 on, or 443",
        )


def _relay(settings: _Settings) -> Iterator[Problem]:
    """The TURN server's range of ports, and its own name where two servers share one port."""
    first, last = settings.get("turn_min_port"), settings.get("turn_max_port")
    media = settings.get("videobridge_udp_port")
    if isinstance(first, int) and isinstance(last, int):
        if first < FIRST_FREE_PORT or last - first < RELAYS - 1:
            yield Problem(
                "turn_max_port" if first >= FIRST_FREE_PORT else "turn_min_port",
                f"{first} to {last} is no range to relay from",
                f"take {RELAYS} ports or more from 1024 on, such as 49152 to 65535",
            )
        elif isinstance(media, int) and first <= media <= last:
            yield Problem(
                "videobridge_udp_port",
                f"{media} is among the TURN server's ports ({first} to {last})",
                "give the bridge one outside of turn_min_port to turn_max_port",
            )
    name = settings.get("turn_domain")
    if isinstance(name, str) and name and (wrong := domain_problem(name)):
        yield Problem("turn_domain", f"'{name}' {wrong[0]}", wrong[1])
    elif settings.get("turn_tls_on_443") is True and name in ("", settings.get("site_domain")):
        yield Problem(
            "turn_domain",
            "is needed with turn_tls_on_443: web and TURN are told apart by name",
            "give the server a second name in DNS, such as turn.example.org, and write it here",
        )


def _backup(settings: _Settings) -> Iterator[Problem]:
    """Backups are closed with keys or with a passphrase; both would open with either."""
    keys = settings.get("site_backup_recipients")
    for text in keys if isinstance(keys, list) else []:
        if isinstance(text, str) and not text.strip().startswith(("age1", "ssh-", "{{")):
            yield Problem(
                "site_backup_recipients",
                "holds what is no public key of age or SSH",
                "write one that begins with age1, ssh-ed25519 or ssh-rsa",
            )
    if keys and settings.get("site_backup_passphrase_file"):
        yield Problem(
            "site_backup_passphrase_file",
            "stands beside site_backup_recipients",
            "keep one of them: backups are made for keys, or with a passphrase",
        )
    keep = settings.get("site_backup_keep")
    if isinstance(keep, int) and keep < 0:
        yield Problem("site_backup_keep", f"{keep} is no number of backups", "write 0 for all")


def _ssh_sources(settings: _Settings) -> Iterator[Problem]:
    given = settings.get("firewall_ssh_sources")
    for text in given if isinstance(given, list) else []:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            yield Problem(
                "firewall_ssh_sources",
                f"'{text}' is no network",
                "write one such as 198.51.100.0/24, or an address alone",
            )


def _memory(settings: _Settings) -> Iterator[Problem]:
    """Sizes that Java is told."""
    for name, value in settings.items():
        if not name.endswith("_max_memory") or not isinstance(value, str) or "{{" in value:
            continue
        if value and not re.fullmatch(r"[1-9][0-9]{0,6}[mMgG]", value):
            yield Problem(name, f"'{value}' is not a size", "write one such as 1024m or 2g")


def _protocol(option: Option) -> str:
    text = " ".join((option.name, *option.description)).lower()
    return "udp" if re.search(r"\budp\b|_udp_|_media_", text) else "tcp"
