"""A new inventory directory: planned, validated, then written without losing anything."""

import contextlib
import ipaddress
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from selfhost import whole_file
from selfhost.errors import SettingsError, UsageError
from selfhost.provision import content
from selfhost.settings import render, secrets
from selfhost.settings.addresses import domain_problem, is_private
from selfhost.settings.release import ACKNOWLEDGED, load_release
from selfhost.settings.site import load_site
from selfhost.settings.specs import load_specs

_SECRETS = "group_vars/all/secrets.yml"
_GITIGNORE = (
    "# What must not leave this machine, or is of no use elsewhere.\n"
    "runs/\nbackups/\nhistory.sqlite\n.statements.lock\n.policy.lock\nwatch.json\n.watch.lock\n"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``selfhost init`` was asked for."""

    domain: str
    host: render.HostEntry
    public_address: str
    private_address: str | None = None


def public_address(given: str | None, host: str) -> str:
    """The address that participants will see: the one given, or the host's own.

    Raises UsageError when a name has no address, or the host's own is a private one.
    """
    if given:
        return given
    try:
        ipaddress.ip_address(host)
        found = host
    except ValueError:
        try:
            found = str(socket.getaddrinfo(host, None, socket.AF_INET)[0][4][0])
        except (OSError, UnicodeError):
            raise UsageError(
                f"no such host: {host}", hint="give the server's address with --host"
            ) from None
    if is_private(found):
        raise UsageError(
            f"{found} is not an address that participants on the Internet can reach",
            hint="add --public-address with the one they can reach (behind NAT, also "
            "--private-address with the server's own)",
        )
    return found


def create(
    directory: Path,
    plan: Plan,
    *,
    force: bool = False,
    vault_password_file: Path | None = None,
) -> list[Path]:
    """Write an inventory directory and return the files written.

    With ``force``, existing files are first copied beside themselves as ``<name>.<time>.bak``,
    and existing secrets stay as they are, so that a running server goes on working.

    Raises UsageError (SettingsError) before anything is written when a value is not valid, a
    file exists and ``force`` is not given, or the directory cannot be written.
    """
    directory = directory.expanduser()
    if wrong := domain_problem(plan.domain):
        raise UsageError(f"'{plan.domain}' {wrong[0]}", hint=wrong[1])
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file, not a directory", hint="name another with -i")
    texts = _texts(plan)
    present = [directory / name for name in texts if (directory / name).exists()]
    if present and not force:
        raise UsageError(
            f"{present[0]} exists already; nothing was written",
            hint="edit it, name another directory with -i, or write anew with --force "
            "(old files are kept as .bak, secrets stay)",
        )
    password_file = secrets.vault_password_file(vault_password_file)
    _validate(texts)
    if (directory / _SECRETS).exists():
        del texts[_SECRETS]
    elif password_file is not None:
        texts[_SECRETS] = secrets.seal(texts[_SECRETS], password_file)
    ignored = _GITIGNORE if password_file else _GITIGNORE + _SECRETS + "\n"
    if not (directory / ".gitignore").exists():
        texts[".gitignore"] = ignored
    return write_files(directory, texts)


def _texts(plan: Plan) -> dict[str, str]:
    specs = load_specs(content.roles())
    settings = {
        "site_domain": plan.domain,
        "site_public_address": plan.public_address,
        ACKNOWLEDGED: load_release(content.roles()).number,
    }
    if plan.private_address:
        settings["site_private_address"] = plan.private_address
    generated = {option.name: secrets.generate() for option in render.secret_options(specs)}
    return {
        "hosts.yml": render.hosts_text(plan.host),
        "group_vars/all/settings.yml": render.settings_text(specs, settings),
        _SECRETS: render.secrets_text(specs, generated),
    }


def _validate(texts: Mapping[str, str]) -> None:
    """Read the files as ``check`` and ``apply`` will, in a private directory."""
    with tempfile.TemporaryDirectory(prefix="selfhost-") as name:
        write_files(Path(name), texts)
        try:
            load_site(Path(name))
        except SettingsError as error:
            message = error.message.replace(f"{name}/", "")
            raise SettingsError(f"nothing was written: {message}", hint=error.hint) from None


def write_files(directory: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write files of an inventory, all or none; a former one is kept as ``<name>.<time>.bak``.

    Files of secrets are for their owner only. Raises UsageError when one cannot be written.
    """
    written: list[Path] = []
    backups: dict[Path, Path] = {}
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        for name, text in texts.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                backups[path] = path.with_name(f"{path.name}.{stamp}.bak")
                shutil.copy2(path, backups[path])
            whole_file.put(path, text.encode(), 0o600 if name.endswith("secrets.yml") else 0o644)
            written.append(path)
    except OSError as error:
        for path in written:
            with contextlib.suppress(OSError):
                if path in backups:
                    backups[path].replace(path)
                else:
                    path.unlink()
        raise UsageError(
            f"{error.filename or directory} cannot be written: {error.strerror}",
            hint="nothing was changed; name a directory of yours with -i",
        ) from None
    return written
