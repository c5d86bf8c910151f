"""A failed run, told: which task, on which host, why, and what to do about it. Pure."""

import re

from selfhost.errors import ProvisionError, SelfhostError, TargetError
from selfhost.provision.events import Failure

_STDERR_LINES = 5

# What Ansible, apt and systemd say -> what to do. The first that is found counts.
_ADVICE = (
    (
        r"the acme server could not verify",
        "its domain must lead to this server in DNS, and port 80 must be open to the Internet "
        "(selfhost check says more); then apply again. Until then the old certificate is used",
    ),
    (
        r"the acme server .* cannot be reached",
        "see that the server reaches it, then apply again. Until then the old certificate is used",
    ),
    (
        r"the acme server .* refuses \(ratelimited\)",
        "wait as long as it says. For trials there is tls_acme_staging: true",
    ),
    (
        r"could not get lock|dpkg frontend lock|unable to acquire.*lock",
        "another apt runs on the server (perhaps unattended-upgrades): wait, then apply again",
    ),
    (
        r"no space left on device|not enough free space|you don't have enough free space"
        r"|disk quota exceeded|errno 28",
        "free disk space on the server (df -h), then apply again",
    ),
    (
        r"is not valid yet|is expired since|release file .* expired|certificate is not yet valid",
        "the server's clock and the package server's disagree: look at both (timedatectl; selfhost "
        "check compares the server's with yours), mend the wrong one, then apply again",
    ),
    (
        r"clearsigned file isn't valid|nosplit|does the network require authentication",
        "something else than a package repository answers there, such as a sign-in page or a "
        "proxy: open the address from the server (curl -I), mend it or jitsi_repository_url",
    ),
    (
        r"no_pubkey|badsig|expkeysig|revkeysig|invalid signature|couldn't be verified"
        r"|could not be verified|is not signed",
        "the repository is not signed by the key that is expected, so nothing of it was installed: "
        "find out why before you change jitsi_repository_key_fingerprint",
    ),
    (
        r"hash sum mismatch|file has unexpected size|mirror sync in progress",
        "the package server hands out damaged or half-updated files: apply again in some minutes",
    ),
    (
        r"does not have a release file|no longer has a release file|404 +not found|http error 404",
        "there is no such repository or file at that address: mend jitsi_repository_url, "
        "jitsi_repository_suite or the address in /etc/apt/sources.list.d",
    ),
    (
        r"temporary failure resolving|could not resolve|name or service not known",
        "the server cannot resolve names: mend /etc/resolv.conf there, then apply again",
    ),
    (
        r"no available installation candidate for \S+=|version '\S+' for '\S+' was not found",
        "the repository no longer has a version that group_vars/all/versions.yml names: selfhost "
        "upgrade brings the servers that run to newer ones, and records those for new hosts; to "
        "rebuild a server, remove that file: the next run records a new set",
    ),
    (
        r"unable to locate package|no package matching|is not available",
        "the package is in none of the server's repositories: look at /etc/apt, "
        "and whether the server reaches them",
    ),
    (
        r"dpkg was interrupted|dpkg --configure -a|unmet dependencies|sub-process /usr/bin/dpkg"
        r"|error processing package|held broken packages",
        "apply again: it finishes an installation that was cut short. If that fails, on the "
        "server: dpkg --configure -a && apt-get -f install shows why",
    ),
    (
        r"failed to fetch|connection timed out|connection refused|unable to connect|timed out"
        r"|network is unreachable|no route to host|could not connect|connection failed",
        "the server does not reach what it needs: check its network, and a firewall on the way; "
        "then apply again",
    ),
    (
        r"missing sudo password|sudo: a password is required|incorrect sudo password",
        "log in as root (ansible_user: root), or let the user run sudo without a password",
    ),
    (
        r"unable to (?:re)?start service|could not (?:re)?start|failed to start",
        "see why on the server: journalctl -u UNIT -n 50; then apply again",
    ),
    (
        r"argument_spec|validation of arguments failed",
        "a setting has a value that the role does not accept: mend group_vars/all/settings.yml",
    ),
    (
        r"is undefined|undefinederror",
        "a template in your settings names something that does not exist; if it is not yours, "
        "this is a bug in selfhost",
    ),
)


def told(failures: list[Failure], log: str) -> SelfhostError:
    """The error for a run that failed: of all failures, the first that is not a lost host."""
    failed = [failure for failure in failures if not failure.unreachable]
    if not failed:
        lost = failures[0]
        return TargetError(
            f"{lost.host} could not be reached{_because(lost.message)}",
            hint=f"selfhost check says why\nlog: {log}",
        )
    first = failed[0]
    lines = [f"{first.where}: failed on {first.host}{_because(_reason(first))}"]
    lines += [f"    {line}" for line in _stderr(first)]
    more = len({(f.host, f.where) for f in failed}) - 1
    if more:
        lines.append(f"  and {more} more failed")
    return ProvisionError("\n".join(lines), hint=f"{advice(first)}\nlog: {log}")


def advice(failure: Failure) -> str:
    """What to do about a failure."""
    if failure.hidden:
        return "the task handles secrets, so its output is hidden: selfhost check may say more"
    text = f"{failure.message}\n{failure.stderr}".lower()
    for pattern, words in _ADVICE:
        if re.search(pattern, text):
            return words
    return "mend that, then apply again: what is done already stays done"


def _reason(failure: Failure) -> str:
    if failure.hidden:
        return "hidden, as the task handles secrets"
    item = f" (at {failure.item})" if failure.item else ""
    message = failure.message.strip().split("\n")[0][:500]
    return f"{message}{item}".strip()


def _because(reason: str) -> str:
    reason = " ".join(reason.split())
    return f": {reason}" if reason else ""


def _stderr(failure: Failure) -> list[str]:
    """The first lines of what the program said, unless the message says the same."""
    lines = [line.strip()[:200] for line in failure.stderr.splitlines() if line.strip()]
    return [line for line in lines if line not in failure.message][:_STDERR_LINES]
