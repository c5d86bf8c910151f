"""What an admin may do to the machine: packages, programs, files, filters."""

from selfhost.lab.switches.model import Switch, switch


def _package(control: str, name: str, what: str, unclear: str = "") -> Switch:
    """A package of that name, with nothing in it: what its settings would say, nobody can tell."""
    script = (
        "mkdir -p /run/p/DEBIAN && printf '"
        f"Package: {name}\\nVersion: 9.0-1\\nArchitecture: all\\nMaintainer: a <a@example.com>\\nDescription: x\\n"
        "' > /run/p/DEBIAN/control && dpkg-deb -b /run/p /run/p.deb >/dev/null && dpkg -i /run/p.deb >/dev/null"
    )
    off = f"dpkg -P {name} >/dev/null; rm -r /run/p /run/p.deb"
    return switch(control, what, script, off=off, unclear=unclear)


def _program(control: str, what: str, name: str, arguments: str, *also: str) -> Switch:
    """A program of that name that does nothing but sleep, or listen."""
    script = (
        f"install -D -m 755 $(command -v perl) {name} && "
        f"systemd-run --quiet --collect --unit=switched {name} -e 'sleep 600' -- {arguments}"
    )
    return switch(control, what, script, *also, off=f"systemctl stop switched; rm {name}")


MACHINE = (
    switch(
        "host-ai-credentials",
        "a key of an AI vendor",
        "echo 'OPENAI_API_KEY=sk-0123456789abcdefghijklmnopqrstuvwxyz' > /etc/default/assistant",
    ),
    _program(
        "host-ai-programs", "a speech recogniser", "/opt/whisper/whisper-server", "--model large"
    ),
    _program(
        "host-capture-programs",
        "a program that records the screen",
        "/opt/bin/ffmpeg",
        "-f x11grab -i :0 /srv/a.mkv",
    ),
    switch(
        "host-loopback-sound",
        "the recorder's sound card, at the next start",
        "echo snd-aloop > /etc/modules-load.d/sound.conf",
    ),
    switch(
        "host-remote-folders",
        "a folder of recordings on a file server, at the next start",
        "echo 'nas:/x /srv/recordings nfs4 nofail 0 0' >> /etc/fstab",
    ),
    switch(
        "host-outbound",
        "the bridge's account connected to a stranger",
        # The stranger's address is the server's own for that long: nothing leaves it. The firewall
        # lets this account talk to no other port, even here.
        """ip address add 9.9.9.9/32 dev lo
systemd-run --quiet --collect --unit=stranger python3 -c "import socket, time; \\
own = socket.create_server(('9.9.9.9', 5222)); talk = own.accept(); own.close(); time.sleep(600)"
sleep 2
systemd-run --quiet --collect --unit=switched --uid=jvb python3 -c "import socket, time; \\
talk = socket.create_connection(('9.9.9.9', 5222)); time.sleep(600)"
sleep 2""",
        off="systemctl stop switched stranger; ip address del 9.9.9.9/32 dev lo",
    ),
    _package("host-recorder", "jibri", "the recorder", "jibri-"),
    _package("host-transcriber", "jigasi", "the transcriber", "jigasi-"),
    _package("host-monitoring-agents", "datadog-agent", "a vendor's monitoring agent"),
    _program(
        "host-recorder-browser",
        "a browser that joins rooms by itself",
        "/opt/google/chrome/chrome",
        "--kiosk --use-fake-ui-for-media-stream",
    ),
    switch(
        "host-recordings",
        "a recording left on the disk",
        "mkdir -p /srv/recordings && printf '\\032\\105\\337\\243 webm' > /srv/recordings/board.webm",
    ),
    switch(
        "host-never-packages", "the ban on recorder packages lifted", "rm /etc/apt/preferences.d/*"
    ),
    switch(
        "host-journal-retention",
        "a journal without an end",
        "rm /etc/systemd/journald.conf.d/*",
    ),
    switch(
        "host-log-rotation",
        "logs that stay for half a year",
        "sed -i 's/rotate .*/rotate 180/; s/maxage .*/maxage 180/' $(grep -l jitsi /etc/logrotate.d/*)",
    ),
    switch(
        "host-log-forwarding",
        "logs sent to another machine",
        "printf '*.* @@logs.example.com:514\\n' > /etc/rsyslog.d/99-central.conf || "
        "{ mkdir -p /etc/rsyslog.d && printf '*.* @@logs.example.com:514\\n' > /etc/rsyslog.d/99-central.conf; }",
    ),
    switch(
        "host-log-shippers",
        "a shipper's settings that name a vendor",
        "mkdir -p /etc/fluent-bit && "
        "printf '[OUTPUT]\\n    Name http\\n    Match *\\n    Host logs.example.com\\n' "
        "> /etc/fluent-bit/fluent-bit.conf",
    ),
    switch(
        "host-upload-jobs",
        "recordings moved to a cloud every night",
        "echo '0 3 * * * root rclone move /srv/recordings cloud:calls' > /etc/cron.d/offsite",
    ),
    switch(
        "host-firewall",
        "the packet filter lets everything in",
        "nft add chain inet selfhost input '{ policy accept; }'",
        off="systemctl restart selfhost-firewall",
    ),
    switch(
        "host-confinement",
        "the bridge may go anywhere",
        "nft add chain inet selfhost output '{ policy accept; }' && nft flush chain inet selfhost output",
        off="systemctl restart selfhost-firewall",
    ),
    switch(
        "host-listeners",
        "a program that listens for strangers",
        "systemd-run --quiet --collect --unit=switched perl -MIO::Socket::INET -e "
        "'our $s = IO::Socket::INET->new(Listen => 1, LocalAddr => \"0.0.0.0\", LocalPort => 5999); sleep 600'; sleep 0.5",
        off="systemctl stop switched",
    ),
    switch(
        "jvm-agents",
        "a debugger attached to the bridge",
        "mkdir -p /run/a && cd /run/a && ln -sf $(command -v perl) java && "
        "systemd-run --quiet --collect --unit=switched --uid=jvb /run/a/java -e 'sleep 600' -- "
        "-javaagent:/opt/a.jar -jar /usr/share/jitsi-videobridge/jitsi-videobridge.jar",
        off="systemctl stop switched; rm -r /run/a",
    ),
    switch(
        "certificate-expiry",
        "a certificate that ends tomorrow",
        "openssl req -x509 -key /etc/jitsi/meet/meet.example.test.key -days 1 -subj /CN=meet.example.test "
        "-addext subjectAltName=DNS:meet.example.test -out /etc/jitsi/meet/meet.example.test.crt 2>/dev/null",
    ),
    _package("host-address-reports", "crowdsec", "addresses of visitors told to others"),
    _package(
        "host-upload-integrations", "jitsi-upload-integrations", "a program that uploads recordings"
    ),
    _program(
        "host-other-web-servers",
        "a tunnel through a company",
        "/opt/cloudflared",
        "tunnel run x",
    ),
    switch(
        "host-backups",
        "a backup that takes logs along",
        "echo '0 3 * * * root restic -r sftp:nas:/r backup /var/log /etc' > /etc/cron.d/backup",
    ),
    switch(
        "host-memory-dumps",
        "memory of the bridge on the disk",
        "echo x > /tmp/java_pid812.hprof",
        off="rm /tmp/java_pid812.hprof",
    ),
    switch(
        "host-memory-images",
        "memory of a crashed program on the disk",
        "mkdir -p /var/crash && echo x > /var/crash/java.crash",
        off="rm -r /var/crash",
    ),
    switch(
        "host-package-sources",
        "packages without a signature",
        "echo 'deb [trusted=yes] https://deb.example.com/ stable main' > /etc/apt/sources.list.d/x.list",
    ),
    switch(
        "host-root-accounts",
        "a second root",
        "echo 'toor:x:0:0::/root:/bin/sh' >> /etc/passwd",
    ),
    switch(
        "host-stray-recordings",
        "a recording under another name",
        "printf '\\000\\000\\000\\040ftypisom' > /home/admin/board && truncate -s 9M /home/admin/board",
        off="rm /home/admin/board",
    ),
)
