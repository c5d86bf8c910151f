"""Which domain a rename goes from and to, kept beside the inventory until it has ended."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from selfhost.attest import source
from selfhost.errors import UsageError
from selfhost.readers.certificates import read_certificates
from selfhost.readers.tree import Source
from selfhost.settings import edit
from selfhost.settings.addresses import domain_problem
from selfhost.settings.document import read_text
from selfhost.settings.site import Host

_PENDING = "rename.json"
_NEW_PAIR = (
    "have tls_certificate and tls_private_key name a pair for the new domain, or change tls_mode, "
    "then run this again; nothing was changed"
)


@dataclass(frozen=True, slots=True)
class Rename:
    """From one domain to another."""

    old: str
    new: str


def planned(inventory: Path, now: str, new: str) -> Rename:
    """The rename to carry out; also one that was interrupted, onwards or back.

    Raises UsageError when ``new`` is no domain, is the domain already, or another rename has to
    be finished first.
    """
    if wrong := domain_problem(new):
        raise UsageError(f"'{new}' {wrong[0]}", hint=wrong[1])
    pending = _pending(inventory)
    if pending is None:
        if new == now:
            raise UsageError(f"the server's domain is {new} already")
        return Rename(now, new)
    if new == pending.new:
        return pending
    if new == pending.old:
        return Rename(pending.new, pending.old)
    raise UsageError(
        f"a rename from {pending.old} to {pending.new} has not ended",
        hint=f"finish it: selfhost rename {pending.new}; or go back: selfhost rename {pending.old}",
    )


def check_certificate(host: Host, domain: str) -> None:
    """Raises UsageError when a host with ``tls_mode: own`` has no certificate for ``domain``: the
    role tls would find out when the old domain is gone already."""
    settings = host.settings
    path = settings.get("tls_certificate")
    if settings.get("tls_mode") != "own" or not isinstance(path, str) or "{{" in path:
        return
    names = [domain] if "jitsi_web" in host.groups else []
    if "jitsi_turn" in host.groups:
        names.append(str(settings.get("turn_domain") or domain))
    names = [name for name in names if "{{" not in name]
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    found, _ = read_certificates(Source(path, text))
    if not found:
        raise UsageError(f"{path} holds no certificate", hint=_NEW_PAIR)
    own = found[0]
    if own.expires < datetime.now(UTC):
        raise UsageError(f"the certificate in {path} has expired", hint=_NEW_PAIR)
    missing = [name for name in dict.fromkeys(names) if not _is_for(own.names, name)]
    if missing:
        raise UsageError(
            f"the certificate in {path} is for {', '.join(own.names) or 'no name'}, "
            f"not for {' and '.join(missing)}",
            hint=_NEW_PAIR,
        )


def _is_for(names: tuple[str, ...], domain: str) -> bool:
    parent = domain.partition(".")[2]
    return any(name.lower() in (domain, f"*.{parent}") for name in names)


def begin(inventory: Path, rename: Rename) -> None:
    """Note it down, so that it can be finished after an interruption."""
    text = json.dumps({"from": rename.old, "to": rename.new}) + "\n"
    edit.write_text(inventory / _PENDING, text, 0o644)


def end(inventory: Path, rename: Rename) -> tuple[Path, Path | None]:
    """Put the new domain into the settings; return the file, and where the old domain's chain of
    statements is now, if there is one. Raises SettingsError."""
    changed = edit.set_value(inventory, "site_domain", rename.new)
    kept = _exchange_chains(inventory, rename)
    (inventory / _PENDING).unlink(missing_ok=True)
    return changed, kept


def _exchange_chains(inventory: Path, rename: Rename) -> Path | None:
    """A chain is one domain's: it waits under another name until its domain comes back."""
    chain = inventory / source.NAME
    kept, waited = (
        inventory / f"statements-{domain}.intoto.jsonl" for domain in (rename.old, rename.new)
    )
    if chain.exists() and not kept.exists():
        chain.rename(kept)
    if waited.exists() and not chain.exists():
        waited.rename(chain)
    return kept if kept.exists() else None


def mentions(inventory: Path, domain: str) -> Iterator[str]:
    """Where else the settings name a domain, as ``path:line``: nobody but the admin can tell
    whether that is to change."""
    form = re.compile(rf"(?<![\w.-]){re.escape(domain)}(?![\w-])")
    for folder in ("group_vars", "host_vars"):
        for path in sorted((inventory / folder).rglob("*.y*ml")):
            for number, line in enumerate(read_text(path).splitlines(), start=1):
                told = line.lstrip()
                if told.startswith(("#", "site_domain:")):
                    continue
                if form.search(line):
                    yield f"{path}:{number}"


def _pending(inventory: Path) -> Rename | None:
    path = inventory / _PENDING
    try:
        found = json.loads(path.read_text("utf-8"))
        return Rename(str(found["from"]), str(found["to"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"{path} is not understood", hint="remove it if no rename was interrupted"
        ) from None
