"""A target as the user names it."""

import getpass
import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selfhost.errors import UsageError
from selfhost.evidence.archive import is_archive
from selfhost.evidence.bundle import is_bundle
from selfhost.targets.bundle import BundleTarget
from selfhost.targets.directory import DirectoryTarget
from selfhost.targets.file import FileTarget
from selfhost.targets.local import LocalTarget
from selfhost.targets.model import Target
from selfhost.targets.recognise import by_kind

if TYPE_CHECKING:
    from selfhost.settings.site import Site

FORMS = (
    "ssh://user@host:port, https://HOST, local, podman:NAME, docker:NAME, compose:PROJECT, "
    "a folder, a tar, a file, or a saved evidence bundle"
)
_CONTAINER = re.compile(r"(podman|docker|compose):(?://)?(.*)", re.S)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}", re.ASCII)
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.%@-]{0,252}|[0-9A-Fa-f:.]+(?:%\w+)?", re.ASCII)
_HOST = re.compile(r"(?:[\w.-]+@)?(?:[\w-]+\.)+[\w-]+(?::\d+)?", re.ASCII)


def parse_target(text: str, *, kind: str | None = None, ports: bool = False) -> Target:
    """The target that ``text`` names; ``kind`` says what a single file is, ``ports`` that a server
    looked at from outside is to be tried on further ports.

    Raises UsageError when it names nothing, or something that is not supported yet.
    """
    target = _target(text, kind)
    if kind is not None and not isinstance(target, FileTarget):
        raise UsageError(
            f"--kind is for a single file, and {text} is none", hint="leave --kind away"
        )
    if ports:
        from selfhost.targets.outside import OutsideTarget

        if not isinstance(target, OutsideTarget):
            raise UsageError(
                f"--ports is for a server looked at from outside, and {text} is none",
                hint="leave --ports away, or give https://HOST",
            )
        return OutsideTarget(target.url, ports=True)
    return target


def with_browser(target: Target, room: str, links: bool) -> Target:
    """A server looked at from outside, with a browser. Raises UsageError for any other target."""
    from selfhost.catalog.hostile_links import overrides
    from selfhost.targets.browser import ROOM, BrowserTarget
    from selfhost.targets.outside import OutsideTarget

    if not isinstance(target, OutsideTarget):
        raise UsageError(
            f"--browser is for a server looked at from outside, and {target.name} is none",
            hint="leave --browser away, or give https://HOST",
        )
    if room and not ROOM.fullmatch(room):
        raise UsageError(
            f"{room!r} cannot be a room", hint="letters, digits, hyphens, underscores; 200 at most"
        )
    return BrowserTarget(target, room, overrides() if links else ())


def from_site(site: "Site") -> tuple[Target, ...]:
    """The inventory's hosts."""
    from selfhost.targets.ssh import SshTarget
    from selfhost.targets.ssh_connection import Endpoint, user_known_hosts

    return tuple(
        LocalTarget(host.name)
        if host.connection == "local"
        else SshTarget(
            Endpoint(
                host.address,
                host.port,
                host.user,
                host.identity_file,
                (site.known_hosts, user_known_hosts()),
            ),
            host.name,
            host.become and host.user != "root",
        )
        for host in site.hosts
    )


def _target(text: str, kind: str | None) -> Target:
    if text == "local":
        return LocalTarget()
    container = _CONTAINER.fullmatch(text)
    if container is not None:
        return _container(text, container[1], container[2])
    scheme = _SCHEME.match(text)
    if scheme is not None:
        return _url(text, scheme[1].lower())
    path = Path(text).expanduser()
    try:
        if path.is_dir():
            return DirectoryTarget(path, text)
        if not path.exists():
            raise _missing(text, path)
        return _file(path, text, kind)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a path"
        raise UsageError(f"{text[:200]!r} cannot be a target: {reason}") from None


def _file(path: Path, text: str, kind: str | None) -> Target:
    if kind is not None:
        by_kind(kind)
        return FileTarget(path, kind, text)
    if not path.is_file():
        raise UsageError(f"{text} is neither a file nor a folder", hint=f"a target is {FORMS}")
    try:
        if not is_archive(path):
            return FileTarget(path, None, text)
    except PermissionError:
        return FileTarget(path, None, text)  # which says so when it is read
    if is_bundle(path):
        return BundleTarget(path)
    from selfhost.targets.archive import ArchiveTarget

    return ArchiveTarget(path, text)


def _url(text: str, scheme: str) -> Target:
    if scheme in ("https", "http"):
        return _outside(text, scheme)
    if scheme != "ssh":
        near = get_close_matches(scheme, ["ssh", "https"], n=1)
        raise UsageError(
            f"{text}: there are no targets of the kind {scheme}://",
            hint=f"did you mean {near[0]}://?" if near else f"a target is {FORMS}",
        )
    from selfhost.targets.ssh import SshTarget
    from selfhost.targets.ssh_connection import Endpoint

    try:
        parts = urlsplit(text)
        host, port, user = parts.hostname or "", parts.port, parts.username
    except ValueError:
        host, port, user = "", None, None
    form = "it looks like ssh://user@host or ssh://user@host:2222"
    if not _WORD.fullmatch(host) or port == 0:
        raise UsageError(f"{text} does not name a server", hint=form)
    if parts.password is not None:
        raise UsageError("a password in a target is never used", hint="log in with a key; " + form)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageError(f"{text} has more than user, host and port", hint=form)
    if user is not None and not _WORD.fullmatch(user):
        raise UsageError(f"{text}: {user!r} cannot be a user", hint=form)
    return SshTarget(Endpoint(host, port or 22, user or getpass.getuser()))


def _container(text: str, kind: str, name: str) -> Target:
    from selfhost.targets.container import ComposeTarget, ContainerTarget
    from selfhost.targets.engine import Engine

    if not _NAME.fullmatch(name):
        shown = text if text.isprintable() else repr(text)
        what = "compose:PROJECT" if kind == "compose" else f"{kind}:NAME or {kind}:ID"
        raise UsageError(
            f"{shown[:300]} names no {'project' if kind == 'compose' else 'container'}",
            hint=f"it looks like {what}",
        )
    return ComposeTarget(name) if kind == "compose" else ContainerTarget(Engine(kind), name)


def _outside(text: str, scheme: str) -> Target:
    from selfhost.targets.outside import OutsideTarget

    form = "it looks like https://meet.example.org"
    if scheme == "http":
        raise UsageError(f"{text}: a meeting is only looked at over TLS", hint=form)
    try:
        parts = urlsplit(text)
        host, port, user = parts.hostname or "", parts.port, parts.username
    except ValueError:
        host, port, user = "", None, None
    if not _WORD.fullmatch(host) or port == 0 or user is not None:
        raise UsageError(f"{text} does not name a server", hint=form)
    if parts.query or parts.fragment:
        raise UsageError(f"{text} has more than host, port and tenant", hint=form)
    return OutsideTarget(text)


def _missing(text: str, path: Path) -> UsageError:
    near = get_close_matches(text.lower(), ["local"], n=1, cutoff=0.7)
    start, colon, name = text.partition(":")
    kinds = get_close_matches(start.lower(), ["podman", "docker", "compose"], n=1, cutoff=0.7)
    if colon and kinds and not name.startswith("/"):
        near = [f"{kinds[0]}:{name}"]
    if not near and path.parent.is_dir():
        names = [child.name for child in path.parent.iterdir()][:5000]
        near = [str(path.parent / n) for n in get_close_matches(path.name, names, n=1, cutoff=0.7)]
    if near:
        hint = f"did you mean {near[0]}?"
    elif _HOST.fullmatch(text):
        hint = f"for a server, say ssh://{text}"
    else:
        hint = f"a target is {FORMS}"
    shown = text if text.isprintable() else repr(text)
    return UsageError(f"{shown[:500]} does not exist", hint=hint)
