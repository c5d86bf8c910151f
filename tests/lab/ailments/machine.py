"""Disk, memory, clock."""

from tests.lab.ailments.ailment import Ailment

FREQUENT: tuple[Ailment, ...] = ()

_FULL = """set -e
mkdir /run/var && mount -t tmpfs -o size=300m,mode=0755 small /run/var
cp -ax /var/. /run/var/ && rm -rf /run/var/cache
mount --move /run/var /var && rmdir /run/var
head -c 1G /dev/zero > /var/filler 2>/dev/null || true
"""
#: As LXC hosts show a container its share. 1500 MiB.
_LITTLE = """set -e
sed -E 's/^(MemTotal: +)[0-9]+/\\11536000/' /proc/meminfo > /run/meminfo
mount --bind /run/meminfo /proc/meminfo
"""
_DROP_IN = "/run/systemd/system/jitsi-videobridge2.service.d"
#: Only Python sees it: a container has its host's clock. Far enough for certificates to be over.
_CLOCK = """cat > /etc/python3.11/sitecustomize.py <<'END'
import time
now = time.time
time.time = lambda: now() + 4000 * 86400
END
"""

RARE = (
    Ailment(
        ("disk-full",),
        mount=_FULL,
        unmount="umount -l /var",
        harm="! touch /var/lib/x 2>/dev/null || ! echo full > /var/lib/x",
    ),
    Ailment(
        ("memory-heaps-too-large",),
        "sed -i 's/^VIDEOBRIDGE_MAX_MEMORY=.*/VIDEOBRIDGE_MAX_MEMORY=900g/'"
        " /etc/jitsi/videobridge/config && systemctl restart jitsi-videobridge2",
        mend="systemctl restart jitsi-videobridge2",
        files=("/etc/jitsi/videobridge/config",),
    ),
    Ailment(
        ("memory-heaps-too-large", "memory-too-little"),
        mount=_LITTLE,
        unmount="umount /proc/meminfo; rm /run/meminfo",
    ),
    # Java itself gives up, in the bridge's log, and the bridge does not start.
    Ailment(
        ("killed-for-memory",),
        f"mkdir {_DROP_IN} && printf '%s\\n' '[Service]' 'ExecStartPre=/bin/sh -c \"cd /tmp;"
        " java -Xms900g -Xmx900g -version >> /var/log/jitsi/jvb.log 2>&1\"'"
        f" > {_DROP_IN}/x.conf && systemctl daemon-reload"
        " && ! systemctl restart jitsi-videobridge2",
        mend=f"rm -r {_DROP_IN}; rm -f /tmp/hs_err_pid*;"
        " systemctl daemon-reload; systemctl stop jitsi-videobridge2; sleep 11;"
        " systemctl start jitsi-videobridge2",
    ),
    Ailment(("clock-wrong",), _CLOCK, files=("/etc/python3.11/sitecustomize.py",)),
)
