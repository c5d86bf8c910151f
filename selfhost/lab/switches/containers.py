"""What an admin may run in containers beside the packages.

The engine is Debian's podman inside the lab server. What needs no running program is created only:
a container's settings are the same before its start.
"""

from selfhost.lab.switches.model import Switch, switch

#: The engine, once, without its own units; what it reads in /etc each time, for the matrix puts that
#: folder back. Its store needs no file system that a container cannot mount.
_ENGINE = """
if ! command -v podman > /dev/null; then
    printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \\
        podman crun busybox-static > /dev/null 2>&1
    rm -rf /var/lib/containers/storage /usr/sbin/policy-rc.d
fi
mkdir -p /etc/containers /run/podman
printf '[storage]\\ndriver="vfs"\\nrunroot="/run/containers/storage"\\ngraphroot="/var/lib/containers/storage"\\n' \\
    > /etc/containers/storage.conf
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > /etc/containers/policy.json
"""


def _container(
    control: str, what: str, image: str, options: str, *also: str, start: bool = False
) -> Switch:
    """A container of an image that holds nothing but busybox."""
    name = f"localhost/{image}"
    script = (
        f"{_ENGINE}tar -c -C / bin/busybox | podman import --quiet - {name} > /dev/null\n"
        f"podman create --name switched {options} {name} /bin/busybox sleep 600 > /dev/null\n"
    )
    if start:
        script += "podman start switched > /dev/null\n"
    off = f"podman rm --force --time 0 switched || true; podman rmi --force {name} || true"
    return switch(control, what, script, *also, off=off, unclear="host-containers-unseen")


CONTAINERS = (
    _container(
        "container-privileges",
        "a container that is root on the machine",
        "tools/shell:1",
        "--privileged --network=host --pid=host --ipc=host --uts=host",
        start=True,
    ),
    _container(
        "container-engine-access",
        "a container that commands the engine",
        "tools/panel:1",
        "--volume /run/podman:/run/podman",
    ),
    _container(
        "container-published-ports",
        "the focus's control port, published to all",
        "jitsi/jicofo:1",
        "--publish 8888:8888",
    ),
    _container("container-logs", "a log without an end", "jitsi/web:1", "--log-driver k8s-file"),
    _container(
        "container-switches",
        "a container started with recording on",
        "jitsi/web:1",
        "--env ENABLE_RECORDING=1",
    ),
    _container("host-content-servers", "a pad's server in a container", "etherpad/etherpad:2", ""),
)
