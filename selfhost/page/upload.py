"""The page brought to every web server of a site."""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from selfhost.errors import ProvisionError, TargetError
from selfhost.provision.preflight import endpoint
from selfhost.settings.site import Host, Site
from selfhost.targets import ssh_connection

PROGRAM = Path(__file__).with_name("publish_program.py")
_SECONDS = 120.0
_MAX_ANSWER = 64 * 1024


def web_hosts(site: Site) -> tuple[Host, ...]:
    """The servers that browsers ask."""
    return tuple(host for host in site.hosts if "jitsi_web" in host.groups)


def upload(site: Site, host: Host, files: Mapping[str, bytes]) -> bool:
    """Whether anything was changed there.

    Raises TargetError where the server cannot be reached, ProvisionError where it refuses.
    """
    order = json.dumps(
        {
            "domain": site.domain,
            "files": {name: base64.b64encode(text).decode() for name, text in files.items()},
        }
    ).encode()
    return read_answer(_run(site, host, order), host.name)


def _run(site: Site, host: Host, order: bytes) -> bytes:
    if host.connection == "local":
        command = [sys.executable, "-I", str(PROGRAM)]
        try:
            return subprocess.run(
                ["sudo", "-n", *command] if host.become else command,
                input=order,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            raise TargetError("this machine did not carry it out") from None
    with ssh_connection.connect(endpoint(site, host)) as connection:
        return connection.run_script(
            PROGRAM.read_bytes(),
            stdin=order,
            timeout=_SECONDS,
            max_output=_MAX_ANSWER,
            become=host.become,
        ).stdout


def read_answer(output: bytes, host: str) -> bool:
    """What the program answered, which is not trusted to be well-formed."""
    try:
        answer = json.loads(output)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and isinstance(answer.get("changed"), bool):
        return bool(answer["changed"])
    if isinstance(answer, dict) and "failed" in answer:
        said = "".join(c if c.isprintable() else "?" for c in str(answer.get("message")))[:300]
        raise ProvisionError(f"{host}: {said}", hint="selfhost apply --tags web sets it up")
    raise TargetError(
        f"{host} gave no answer about the page",
        hint="selfhost check tells whether the server can be worked with",
    )
