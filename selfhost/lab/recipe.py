"""What is in the image of a bare server, apart from who builds it."""

import hashlib

from selfhost.errors import LabError

RELEASES = ("bookworm", "trixie")
USER = "admin"
#: What every Debian VPS has and a minimal root file system lacks. The roles install the rest.
PACKAGES = (
    "apt-utils", "ca-certificates", "dbus", "iproute2", "kmod", "logrotate", "netbase", "nftables",
    "openssh-server", "procps", "python3", "python3-apt", "sudo", "systemd", "systemd-sysv",
)  # fmt: skip

#: Run inside the new root. No identity is shared: machine id and host keys are made at first boot.
FINISH = rf"""set -e
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id
: > /etc/machine-id
: > /etc/hosts
useradd --create-home --shell /bin/bash {USER}
install -d -m 0700 -o {USER} -g {USER} /home/{USER}/.ssh
printf '%s ALL=(ALL) NOPASSWD: ALL\n' {USER} > /etc/sudoers.d/90-{USER}
chmod 0440 /etc/sudoers.d/90-{USER}
printf 'PasswordAuthentication no\n' > /etc/ssh/sshd_config.d/50-lab.conf
cat > /etc/systemd/system/ssh-host-keys.service <<'END'
[Unit]
Description=Host keys of this machine
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
Before=ssh.service
[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A
[Install]
WantedBy=multi-user.target
END
systemctl enable -q ssh-host-keys.service
systemctl mask -q apt-daily.timer apt-daily-upgrade.timer
cat > /etc/apt/apt.conf.d/90lab <<'END'
// Downloads are kept for the next server; no lists of translations; a crash may lose the lab.
Binary::apt::APT::Keep-Downloaded-Packages "true";
APT::Keep-Downloaded-Packages "true";
Acquire::Languages "none";
END
echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/90lab
rm -f /usr/sbin/policy-rc.d /etc/apt/apt.conf.d/docker-*
"""

BASE = "debian:"
#: For a machine without mmdebstrap that reaches a registry. ``sources`` and ``finish`` lie beside.
CONTAINERFILE = """\
FROM {base}
LABEL {label}
COPY lab.sources /etc/apt/sources.list.d/debian.sources
COPY finish.sh /root/finish.sh
RUN rm -f /etc/apt/sources.list && apt-get update -q \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends {packages} \\
 && sh /root/finish.sh && rm -rf /root/finish.sh /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
"""


def check_release(release: str) -> str:
    """The release itself. Raises ``LabError`` for one that the lab cannot build."""
    if release not in RELEASES:
        raise LabError(f"The lab has no {release!r}.", hint=f"One of: {', '.join(RELEASES)}.")
    return release


def containerfile(release: str, label: str) -> str:
    """How the official base image becomes the same server."""
    return CONTAINERFILE.format(base=BASE + release, packages=" ".join(PACKAGES), label=label)


def digest(release: str, sources: str, builder: str) -> str:
    """Twelve hexadecimal digits that change with whatever goes into the image."""
    parts = (release, sources, builder, FINISH, *PACKAGES, CONTAINERFILE)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
