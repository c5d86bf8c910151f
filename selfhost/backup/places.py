"""Which files of a server belong into a backup, and which a restore may write. Pure.

The same rule holds both ways: a server that was taken over can put nothing else into a backup,
and a backup can put nothing else onto a server. Logs, media, rooms and chats match nothing here.
"""

import posixpath
import re
from enum import StrEnum
from functools import cache

_NAME = r"(?!\.)[A-Za-z0-9._:@ %+-]{1,200}"
#: Prosody's stores of who may log in, and as what.
_STORES = "accounts|account_roles|account_flags"


class Kind(StrEnum):
    """What a file is for."""

    ACCOUNT = "account"
    CERTIFICATE = "certificate"
    CUSTOMISATION = "customisation"


def encoded(domain: str) -> str:
    """A domain as Prosody writes it in names of folders."""
    return domain.replace(".", "%2e").replace("-", "%2d")


def kind_of(path: str, domain: str) -> Kind | None:
    """What a regular file of a server is; None when it has no place in a backup."""
    if not _plain(path):
        return None
    return next((kind for kind, form in _forms(domain) if form.fullmatch(path)), None)


def link_kind(path: str, target: str, domain: str) -> Kind | None:
    """The same for a symbolic link: certbot's to the newest version, nginx's to a site."""
    if not _plain(path):
        return None
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    certbot = re.fullmatch(rf"/etc/letsencrypt/live/({_NAME})/{_NAME}\.pem", path)
    if certbot and re.fullmatch(rf"/etc/letsencrypt/archive/{re.escape(certbot[1])}/{_NAME}", end):
        return Kind.CERTIFICATE
    site = re.fullmatch(rf"/etc/nginx/sites-enabled/({_NAME})", path)
    if site and end.startswith("/etc/nginx/sites-available/"):
        return kind_of(end, domain)
    return None


def owner_of(path: str) -> str:
    """Whose file and group it is; root's where that user is not there."""
    return "prosody" if path.startswith("/var/lib/prosody/") else "root"


def _plain(path: str) -> bool:
    return path.startswith("/") and posixpath.normpath(path) == path and path.isprintable()


@cache
def _forms(domain: str) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    name, host = re.escape(domain), re.escape(encoded(domain))
    below = rf"(?:{_NAME}/){{0,4}}{_NAME}"
    forms = (
        (Kind.ACCOUNT, rf"/var/lib/prosody/(?:[a-z0-9%]+%2e)?{host}/(?:{_STORES})/{_NAME}\.dat"),
        (Kind.CERTIFICATE, rf"/var/lib/prosody/(?:auth\.)?{name}\.(?:crt|key|cnf)"),
        (Kind.CERTIFICATE, rf"/etc/jitsi/meet/{_NAME}\.(?:crt|key|pem)"),
        (Kind.CERTIFICATE, rf"/etc/letsencrypt/(?:accounts|archive|live|renewal)/{below}"),
        # What the roles write anew is not the admin's.
        (
            Kind.CUSTOMISATION,
            rf"/etc/jitsi/meet/(?!{name}-(?:interface_config\.js$|about\.html$|privacy/)){below}",
        ),
        (
            Kind.CUSTOMISATION,
            rf"/etc/nginx/(?:conf\.d|snippets|sites-available)/(?!selfhost-)(?!{name}\.conf$){_NAME}",
        ),
    )
    return tuple((kind, re.compile(form)) for kind, form in forms)
