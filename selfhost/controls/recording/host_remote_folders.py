import re
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.text_predicates import lines, looked_at
from selfhost.effective.server import Server

#: File systems of other machines, and those of clouds, which are one purpose only.
NETWORK = re.compile(
    r"nfs4?|cifs|smb3|smbfs|ceph|fuse\.(sshfs|ceph|glusterfs|davfs2?)|glusterfs|davfs2?|afs|lustre"
)
CLOUD = re.compile(
    r"fuse\.(rclone|s3fs|gcsfuse|goofys|blobfuse2?|juicefs|onedriver|gdrive|dropbox\w*|google-\w+"
    r"|mount-s3|mountpoint-s3)|fuse\.geesefs"
)
#: Where recordings, transcripts, logs and accounts of a meeting server lie.
FOLDERS = (
    "/srv/recordings", "/var/lib/jibri", "/var/lib/jigasi-transcripts", "/tmp/recordings",  # noqa: S108
    "/tmp/transcripts", "/config", "/storage", "/recordings", "/var/log", "/var/lib/prosody",  # noqa: S108
    "/usr/share/jitsi-meet", "/etc/jitsi",
)  # fmt: skip
TELLING = re.compile(r"record|transcript|jibri|jigasi|jitsi", re.IGNORECASE)


NEEDS = ("host.mounts", "host.fstab")


def check(server: Server) -> Iterator[Verdict]:
    for line in (line for source in NEEDS for line in lines(server, source)):
        fields = line.text.split()
        if len(fields) < 3 or _only_by_hand(fields[3:4]):
            continue
        what, place, kind = (field.replace("\\040", " ") for field in fields[:3])
        if CLOUD.fullmatch(kind):
            yield fail(f"{place} is storage of a cloud ({kind})", Cited(line.origin))
        elif NETWORK.fullmatch(kind) and (_holds(place) or TELLING.search(what)):
            yield fail(f"{place} lies on another machine ({kind})", Cited(line.origin))
    yield passed("no such folder lies on another machine", *looked_at(server, *NEEDS))


def _only_by_hand(options: list[str]) -> bool:
    """An entry of fstab that nothing mounts by itself."""
    named = options[0].split(",") if options else []
    return "noauto" in named and "x-systemd.automount" not in named


def _holds(place: str) -> bool:
    """Whether a folder of a meeting server is at, below or above a mount."""
    if TELLING.search(place):
        return True
    here = place.rstrip("/") + "/"
    return any(f"{f}/".startswith(here) or here.startswith(f"{f}/") for f in FOLDERS)


CONTROL = Control(
    id="host-remote-folders",
    title="Folders of recordings, logs and accounts do not lie on another machine",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="host",
    needs=NEEDS,
    risk="Recordings, logs or accounts leave the server through a file system, and no program of "
    "it shows a connection.",
    upstream_default="none",
    fix=Fix(by_hand="Unmount it, remove it from /etc/fstab, and see what lies there already."),
    references=("https://manpages.debian.org/bookworm/mount/mount.8.en.html",),
    gdpr="Art. 28, 44",
    surfaces=("sys-recording-mounts",),
    check=check,
    bad=(
        Example({"host.mounts": "nas:/x /srv/recordings nfs4 rw 0 0\n"}, at=1),
        Example({"host.mounts": "//nas/x /var/lib/jibri/out cifs rw 0 0\n"}, at=1),
        Example({"host.mounts": "/dev/sda1 / ext4 rw 0 0\ngd: /mnt/x fuse.rclone rw 0 0\n"}, at=2),
        Example(
            {"host.fstab": "# disks\nnas:/x /srv/recordings nfs4 rw 0 0\n"},
            at=2,
            note="after the next start",
        ),
        Example({"host.fstab": "gd: /mnt/x fuse.rclone noauto,x-systemd.automount 0 0\n"}, at=1),
        Example({"host.mounts": "nas:/jitsi-recordings /mnt/x nfs rw 0 0\n"}, at=1),
    ),
    good=(
        Example({"host.fstab": "#nas:/x /srv/recordings nfs4 rw 0 0\n"}, note="commented out"),
        Example({"host.fstab": "nas:/x /srv/recordings nfs4 noauto,ro 0 0\n"}, note="by hand only"),
        Example({"host.fstab": "UUID=1-2 /srv/recordings ext4 defaults 0 2\n"}),
        Example({"host.mounts": "/dev/sda1 / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n"}),
        Example({"host.mounts": "nas:/x /mnt/backup nfs4 rw 0 0\n"}, note="another folder"),
        Example({"host.mounts": "lxcfs /proc/uptime fuse.lxcfs rw 0 0\n"}, note="of a container"),
        Example(
            {"host.mounts": "/dev/sdb1 /srv/recordings ext4 rw 0 0\n"}, note="a disk of its own"
        ),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.mounts": "\x00\n"}, note="not a text file"),),
)
