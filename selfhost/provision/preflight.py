"""Ask a server, through one SSH session, whether it is ready to be provisioned."""

import os
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfhost.errors import TargetError, UsageError
from selfhost.provision import network
from selfhost.provision.checks import Check, Status
from selfhost.provision.facts import MAX_OUTPUT, ServerFacts, parse_probe
from selfhost.provision.lookup import Lookup
from selfhost.provision.readiness import judge
from selfhost.settings.site import Host, Site
from selfhost.targets import ssh_connection
from selfhost.targets.known_hosts import HostKey, host_name, known_keys

PROBE = Path(__file__).with_name("probe.sh")
_RUN_SECONDS = 30.0
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True)
class Trust:
    """Which unknown host keys to accept: the one with this fingerprint, any, or (default) none."""

    fingerprint: str | None = None
    any_new: bool = False

    def __post_init__(self) -> None:
        if self.fingerprint is not None and not _FINGERPRINT.fullmatch(self.fingerprint):
            raise UsageError(
                f"'{self.fingerprint}' is not a fingerprint of a host key",
                hint="it looks like SHA256: and 43 letters and digits, as ssh-keygen -l shows",
            )

    def accepts(self, key: HostKey) -> bool:
        """Whether to go on with a server that presents this key and is not known."""
        self.compare(key)
        return self.any_new or (
            self.fingerprint is not None and self.fingerprint == key.fingerprint
        )

    def compare(self, key: HostKey) -> None:
        """Raise TargetError when a fingerprint is given and this key has another."""
        if self.fingerprint is not None and key.fingerprint != self.fingerprint:
            raise TargetError(
                f"the host key of {key.name} is {key.fingerprint}, not {self.fingerprint}",
                hint="do not go on unless you know why: this may be another server",
            )


@dataclass(frozen=True, slots=True)
class HostReport:
    """All checks of one host. When it was not reached, the only one says why."""

    host: str
    reached: bool
    checks: tuple[Check, ...]


def check_host(site: Site, host: Host, trust: Trust) -> HostReport:
    """Run the probe on a host and judge what it says; an unreachable host is a report as well.

    A key that is trusted is stored in the site's ``known_hosts``, which Ansible reads.
    """
    names = network.names(host.settings, host.groups).values()
    lookups = {name: Lookup(name) for name in names}
    try:
        if host.connection == "local":
            greeting = Check("connection", Status.OK, "this machine itself")
            output, offset_of = _run_here()
        else:
            greeting, output, offset_of = _run_over_ssh(site, host, trust)
    except TargetError as error:
        failed = Check("connection", Status.FAILED, error.message, error.hint)
        return HostReport(host.name, False, (failed,))
    facts = parse_probe(output)
    if not facts.complete:
        odd = Check(
            "connection",
            Status.FAILED,
            "the server's answer is cut off or not understood",
            "does its shell print something at login, or limit what may run?",
        )
        return HostReport(host.name, False, (odd,))
    offset = None if facts.clock is None else facts.clock - offset_of
    dns = {name: lookup.answer() for name, lookup in lookups.items()}
    checks = judge(facts, host.settings, dns, groups=host.groups, clock_offset=offset)
    return HostReport(host.name, True, (greeting, *checks))


def ask(site: Site, host: Host) -> ServerFacts:
    """What a host that is known says about itself. Raises TargetError when it does not answer."""
    if host.connection == "local":
        output, _ = _run_here()
    else:
        _, output, _ = _run_over_ssh(site, host, Trust())
    facts = parse_probe(output)
    if not facts.complete:
        raise TargetError(f"the answer of {host.name} is cut off or not understood")
    return facts


def endpoint(site: Site, host: Host) -> ssh_connection.Endpoint:
    """How to reach a host of a site, with the site's own known keys first."""
    return ssh_connection.Endpoint(
        host=host.address,
        port=host.port,
        user=host.user,
        identity_file=host.identity_file,
        known_hosts=(site.known_hosts, ssh_connection.user_known_hosts()),
    )


def remember_keys(site: Site) -> None:
    """Bring the keys of a site's servers, where the user trusts them, to the site's own file.

    Raises UsageError when the key of a server is not known at all.
    """
    for host in site.hosts:
        if host.connection == "local":
            continue
        name = host_name(host.address, host.port)
        files = (site.known_hosts, ssh_connection.user_known_hosts())
        entries = [entry for entry in known_keys(name, files) if not entry.revoked]
        if not entries:
            raise UsageError(
                f"the host key of {name} is not known yet",
                hint="run selfhost check first: it shows the key and stores it when you agree",
            )
        if not any(entry.path == site.known_hosts for entry in entries):
            for entry in entries:
                _store(HostKey(name, entry.type, entry.base64), site.known_hosts)


def _run_over_ssh(site: Site, host: Host, trust: Trust) -> tuple[Check, bytes, float]:
    target = endpoint(site, host)
    with ssh_connection.connect(target, trust_unknown=trust.accepts) as connection:
        key = connection.host_key
        trust.compare(key)
        stored = _store(key, site.known_hosts)
        before = time.time()
        done = connection.run_script(
            PROBE.read_bytes(),
            interpreter=ssh_connection.Interpreter.SHELL,
            become=False,
            timeout=_RUN_SECONDS,
            max_output=MAX_OUTPUT,
        )
        middle = (before + time.time()) / 2
    message = f"{target}, host key {key.fingerprint}"
    return (
        Check("connection", Status.OK, message + (", now stored" if stored else "")),
        (done.stdout),
        middle,
    )


def _run_here() -> tuple[bytes, float]:
    before = time.time()
    try:
        done = subprocess.run(
            ["sh", "-s"],
            input=PROBE.read_bytes(),
            capture_output=True,
            timeout=_RUN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TargetError("this machine did not answer in time") from None
    return done.stdout, (before + time.time()) / 2


def _store(key: HostKey, path: Path) -> bool:
    """Append a trusted key to the site's file, unless it is there."""
    if any(entry.base64 == key.base64 for entry in known_keys(key.name, [path])):
        return False
    try:
        with path.open("a+b") as stream:
            end = stream.seek(0, os.SEEK_END)
            if end:
                stream.seek(end - 1)
            newline = b"\n" if end and stream.read(1) != b"\n" else b""
            stream.write(newline + key.line.encode() + b"\n")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}",
            hint="the host's key is stored there; make the inventory writable for your user",
        ) from None
    return True


def as_json(reports: tuple[HostReport, ...]) -> Mapping[str, Any]:
    """The machine form, ``selfhost.check/1``."""
    return {
        "schema": "selfhost.check/1",
        "verdict": verdict(reports),
        "hosts": [
            {
                "host": report.host,
                "reached": report.reached,
                "checks": [
                    {"id": c.id, "status": c.status.value, "message": c.message, "fix": c.fix}
                    for c in report.checks
                ],
            }
            for report in reports
        ],
    }


def verdict(reports: tuple[HostReport, ...]) -> str:
    """``not-ready`` when a check failed on a host that was reached; else ``unreachable``,
    ``unknown`` (a check could not be answered) or ``ready``."""
    reached = [check for report in reports if report.reached for check in report.checks]
    if any(check.status is Status.FAILED for check in reached):
        return "not-ready"
    if not all(report.reached for report in reports):
        return "unreachable"
    if any(check.status is Status.UNKNOWN for check in reached):
        return "unknown"
    return "ready"
