"""Containers of the stand-ins' own tests: how they are made, spoken to and removed."""

import hashlib
import resource
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

from selfhost.lab.standins import Repository

DOMAIN = "meet.example.test"
FOCUS_SECRET, BRIDGE_SECRET, TURN_SECRET = "focusSecret1", "bridgeSecret1", "turnSecret1"
SELF_SIGNED = "Generate a new self-signed certificate"
PRESEED = f"""\
jitsi-videobridge2 jitsi-videobridge/jvb-hostname string {DOMAIN}
jitsi-videobridge2 jitsi-videobridge/jvbsecret password {BRIDGE_SECRET}
jicofo jicofo/jicofo-authpassword password {FOCUS_SECRET}
jitsi-meet-prosody jitsi-meet-prosody/turn-secret string {TURN_SECRET}
jitsi-meet-web-config jitsi-meet/cert-choice select {SELF_SIGNED}
jitsi-meet-web-config jitsi-meet/jaas-choice boolean false
"""
BASE = (
    "systemd,systemd-sysv,dbus,python3,sudo,iproute2,ca-certificates,debconf-utils,procps,curl,"
    "gnupg"
)
# the disk of a test may lose its files
DPKG = ("force-unsafe-io",)
NEEDED = (
    "nginx prosody coturn openssl ca-certificates-java lua-sec lua-basexx lua-luaossl lua-cjson "
    "lua-inspect dnsutils ruby-hocon jq default-jre-headless uuid-runtime libpcap0.8"
)
JVB_CONF = "/etc/jitsi/videobridge/jvb.conf"
JICOFO_CONF = "/etc/jitsi/jicofo/jicofo.conf"
HOST_CONF = f"/etc/prosody/conf.avail/{DOMAIN}.cfg.lua"
PRIVATE_ADDRESS = "videobridge.health.require-valid-address = false"
PORT = 8000
URL = f"http://127.0.0.1:{PORT}"
KEYRING = "/usr/share/keyrings/jitsi-keyring.gpg"
SOURCE = f"deb [signed-by={KEYRING}] " + URL + " {suite}/"
OPTIONS = ("-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold")


def podman(*arguments: str, given: str | None = None, check: bool = True) -> str:
    result = subprocess.run(
        ["podman", "--runtime", "runc", *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if check and result.returncode != 0:
        pytest.fail(f"podman {' '.join(arguments)}: {result.stderr[-2000:]}")
    return result.stdout


@dataclass(frozen=True)
class Result:
    status: int
    output: str


@dataclass(frozen=True)
class Container:
    """A running container; commands are run by its bash as root."""

    name: str

    def run(self, script: str) -> Result:
        """Exit status and both outputs together."""
        result = subprocess.run(
            [
                "podman", "--runtime", "runc", "exec", "-i",
                "--env", "DEBIAN_FRONTEND=noninteractive", "--env", "STANDIN_PROSODY_WAIT=2",
                "--env", "LC_ALL=C.UTF-8", self.name, "bash", "-s",
            ],
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )  # fmt: skip
        return Result(result.returncode, result.stdout)

    def ok(self, script: str) -> str:
        """The output of a command that must succeed."""
        result = self.run(f"set -e\n{script}")
        assert result.status == 0, f"{script}\n{result.output[-3000:]}"
        return result.output

    def install(self, *packages: str, suite: str = "stable") -> Result:
        """``apt-get install`` without questions, own configuration files kept."""
        self.use(suite)
        return self.run(f"apt-get install -q -y {' '.join(OPTIONS)} {' '.join(packages)}")

    def use(self, suite: str) -> None:
        """Take packages from that suite."""
        self.ok(
            f"curl -sf {URL}/jitsi-key.gpg.key | gpg --dearmor > {KEYRING}\n"
            f"echo '{SOURCE.format(suite=suite)}' > /etc/apt/sources.list.d/jitsi-stable.list\n"
            "apt-get update -q -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/jitsi-stable.list"
            " -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0"
        )

    def preseed(self, answers: str) -> None:
        self.ok(f"debconf-set-selections <<'ANSWERS'\n{answers}\nANSWERS")

    def until(self, script: str, seconds: float = 25) -> None:
        """Wait for a command to succeed."""
        end = time.monotonic() + seconds
        while (result := self.run(script)).status != 0:
            assert time.monotonic() < end, f"never true: {script}\n{result.output[-2000:]}"
            time.sleep(0.4)

    def until_bridges(self, count: int) -> None:
        """Wait for jicofo to count that many operational bridges."""
        found = f".bridge_selector.operational_bridge_count == {count}"
        self.until(f"curl -sf 127.0.0.1:8888/stats | jq -e '{found}'")


@dataclass(frozen=True)
class Lab:
    """Makes containers and images whose names nobody else has."""

    label: str
    repository: Repository

    def start(self, image: str, *, systemd: bool = True) -> Container:
        files = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 20000)
        name = f"standins-test-{uuid.uuid4().hex[:12]}"
        podman(
            "run", "-d", "--name", name, "--label", self.label, "--hostname", "meet",
            "--ulimit", f"nofile={files}:{files}", "--ulimit", "nproc=4096:4096",
            "--volume", f"{self.repository.root}:/srv/repository:ro",
            *(("--systemd=always", image, "/sbin/init") if systemd else (image, "sleep", "inf")),
        )  # fmt: skip
        container = Container(name)
        if systemd:
            container.until("systemctl is-system-running | grep -qE 'running|degraded'")
        return container

    def remove(self, container: Container) -> None:
        podman("rm", "-f", "-t", "0", container.name, check=False)

    def snapshot(self, container: Container, image: str) -> str:
        """Stop it, keep it as an image, remove it."""
        podman("stop", "-t", "5", container.name)
        podman("commit", "-q", container.name, image)
        self.remove(container)
        return image


def image_name(purpose: str, *contents: str) -> str:
    """A name that changes with what goes into the image."""
    digest = hashlib.sha256("\0".join(contents).encode()).hexdigest()[:12]
    return f"localhost/standins-test-{purpose}:{digest}"


def image_exists(image: str) -> bool:
    return podman("images", "-q", image).strip() != ""


def base_image(suite: str, folder: Path) -> str:
    """A minimal system that boots. The tests of one run share it."""
    image = image_name(suite, BASE, *DPKG)
    if image_exists(image):
        return image
    archive = folder / f"{suite}.tar"
    subprocess.run(
        [
            "mmdebstrap", "--quiet", "--variant=minbase", f"--include={BASE}",
            *(f"--dpkgopt={option}" for option in DPKG), suite, str(archive),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    podman("import", "-q", str(archive), image)
    archive.unlink()
    return image


SERVE = f"""\
cat > /etc/systemd/system/repository.service <<'UNIT'
[Service]
ExecStart=/usr/bin/python3 -m http.server --directory /srv/repository --bind 127.0.0.1 {PORT}
StandardOutput=null
StandardError=null
[Install]
WantedBy=multi-user.target
UNIT
# A container does not always hear that a stopped service's last process is gone.
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\\nDefaultTimeoutStopSec=8s\\n' > /etc/systemd/system.conf.d/quick.conf
systemctl daemon-reexec
systemctl enable --now repository.service
for _ in $(seq 50); do curl -sf {URL}/jitsi-key.gpg.key >/dev/null && break; sleep 0.1; done
"""
