"""The image of a bare VPS, built from the distribution's own packages."""

import hashlib
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from selfhost.errors import LabError
from selfhost.lab import state
from selfhost.lab.runtime import Runtime

RELEASES = ("bookworm", "trixie")
#: What a bare VPS has. What the roles need beyond it, they install.
PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "openssh-server", "python3", "sudo", "iproute2",
    "ca-certificates", "apt-utils",
)  # fmt: skip
MAX_AGE = 30 * 24 * 3600.0
SOURCES = Path("/etc/apt")

#: Run in the image's root: no identity is shared, downloads are kept, an admin may use sudo.
FINISH = r"""
rm -f "$1"/etc/ssh/ssh_host_* "$1"/var/lib/dbus/machine-id
: > "$1"/etc/machine-id
chroot "$1" useradd --create-home --shell /bin/bash admin
install -d -m 0700 "$1"/home/admin/.ssh
chroot "$1" chown -R admin:admin /home/admin
echo 'admin ALL=(ALL) NOPASSWD: ALL' > "$1"/etc/sudoers.d/admin
chmod 0440 "$1"/etc/sudoers.d/admin
printf 'PasswordAuthentication no\n' > "$1"/etc/ssh/sshd_config.d/lab.conf
printf '%s\n' '[Unit]' 'Before=ssh.service' '[Service]' 'Type=oneshot' \
  'ExecStart=/usr/bin/ssh-keygen -A' '[Install]' 'WantedBy=multi-user.target' \
  > "$1"/etc/systemd/system/ssh-host-keys.service
chroot "$1" systemctl enable -q ssh-host-keys.service
chroot "$1" systemctl mask -q systemd-resolved.service systemd-timesyncd.service apt-daily.timer \
  apt-daily-upgrade.timer 2>/dev/null || true
printf '%s "true";\n' Binary::apt::APT::Keep-Downloaded-Packages APT::Keep-Downloaded-Packages \
  > "$1"/etc/apt/apt.conf.d/90keep-downloads
"""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where a distribution's packages come from on this machine."""

    uri: str
    security_uri: str
    keyring: str


def read_mirror(texts: Iterable[str]) -> Mirror:
    """From apt's sources, one-line or deb822. Raises ``LabError`` when none names a mirror."""
    main = security = keyring = ""
    for text in texts:
        for stanza in re.split(r"\n\s*\n", text):
            plain = "\n".join(line for line in stanza.splitlines() if not line.startswith("#"))
            uri = re.search(r"^URIs:\s*(\S+)", plain, re.MULTILINE)
            signed = re.search(r"^Signed-By:\s*(\S+)", plain, re.MULTILINE)
            lines = re.findall(r"^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+\S+", plain, re.MULTILINE)
            keyring = keyring or (signed[1] if signed else "")
            for found in ([uri[1]] if uri else []) + lines:
                if "security" in found:
                    security = security or found
                else:
                    main = main or found
    if not main:
        raise LabError(
            "apt's configuration on this machine names no mirror.",
            hint="The lab builds its image from Debian's packages.",
        )
    return Mirror(main, security, keyring)


def machine_mirror() -> Mirror:
    """The mirror that this machine's own apt uses."""
    files = [SOURCES / "sources.list", *sorted((SOURCES / "sources.list.d").glob("*"))]
    texts = [f.read_text("utf-8", "replace") for f in files if f.is_file()]
    return read_mirror(texts)


def sources_list(mirror: Mirror, release: str) -> str:
    """apt's one-line sources for a release."""
    lines = [f"deb {mirror.uri} {release} main", f"deb {mirror.uri} {release}-updates main"]
    if mirror.security_uri:
        lines.append(f"deb {mirror.security_uri} {release}-security main")
    return "\n".join(lines) + "\n"


def tag(release: str) -> str:
    """The image's name: it changes with its recipe, so that an old one is not taken for it."""
    recipe = "\n".join([release, *PACKAGES, FINISH, sources_list(machine_mirror(), release)])
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    return f"localhost/{state.PREFIX}-{state.lab_id()}:{release}-{digest}"


def ensure(engine: Runtime, release: str, progress: Callable[[str], None]) -> str:
    """The image of a release, built if there is none or it is older than 30 days."""
    if release not in RELEASES:
        raise LabError(f"No image for {release!r}.", hint=f"One of: {', '.join(RELEASES)}.")
    name = tag(release)
    stamp = state.folder() / "images" / name.rpartition(":")[2]
    fresh = stamp.exists() and time.time() - stamp.stat().st_mtime < MAX_AGE
    if fresh and engine.call("image", "inspect", name, check=False).returncode == 0:
        return name
    progress(f"building the image of a bare Debian {release} (once; about a minute)")
    with tempfile.TemporaryDirectory(prefix="selfhost-image-") as scratch:
        archive = Path(scratch) / "root.tar"
        _bootstrap(release, archive)
        change = ("--change", f"LABEL {state.LABEL}={state.lab_id()}")
        engine.call("import", *change, str(archive), name, timeout=600)
    stamp.parent.mkdir(exist_ok=True)
    stamp.touch()
    return name


def _bootstrap(release: str, archive: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise LabError("mmdebstrap is not installed.", hint="apt-get install mmdebstrap")
    mirror = machine_mirror()
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as hook:
        hook.write(f"#!/bin/sh\nset -e\n{FINISH}")
        hook.flush()
        Path(hook.name).chmod(0o755)
        command = [
            "mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}",
            f"--customize-hook=sh {hook.name} \"$1\"",
        ]  # fmt: skip
        if mirror.keyring:
            command.append(f"--keyring={mirror.keyring}")
        done = subprocess.run(
            [*command, release, str(archive), "-"],
            input=sources_list(mirror, release).encode(),
            capture_output=True,
        )
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = next((line for line in reversed(lines) if line.startswith("E:")), "see apt")
        raise LabError(f"The image of {release} could not be built: {why}")
