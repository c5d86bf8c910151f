"""One of our programs run on a host of the site: through one SSH session, or on this machine."""

import os
import subprocess
import sys

from selfhost.errors import TargetError
from selfhost.provision.preflight import endpoint
from selfhost.settings.site import Host, Site
from selfhost.targets import ssh_connection
from selfhost.targets.ssh_connection import Completed


def run(
    site: Site,
    host: Host,
    program: bytes,
    order: bytes,
    *,
    seconds: float,
    max_output: int,
    as_root: bool = True,
) -> Completed:
    """How the program ended, which finds ``order`` on its standard input. ``as_root``: through
    sudo, where the inventory says so and it is needed.

    Raises TargetError when the host cannot be reached, or does not answer in time.
    """
    if host.connection == "local":
        return _here(program, order, seconds, host.become and as_root and os.geteuid() != 0)
    with ssh_connection.connect(endpoint(site, host)) as connection:
        return connection.run_script(
            program,
            stdin=order,
            timeout=seconds,
            max_output=max_output,
            become=host.become and as_root and host.user != "root",
        )


def _here(program: bytes, order: bytes, seconds: float, sudo: bool) -> Completed:
    command = [sys.executable, "-I", "-c", program.decode()]
    if sudo:
        command = ["sudo", "-n", "--", *command]
    try:
        done = subprocess.run(
            command, input=order, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise TargetError(f"this machine did not answer within {seconds:.0f} s") from None
    except OSError as error:
        raise TargetError(f"this machine cannot run {command[0]}: {error.strerror}") from None
    return Completed(done.returncode, done.stdout, done.stderr)


def words(said: object, most: int = 300) -> str:
    """What a program said, which is not trusted, as one short line for people."""
    return "".join(c if c.isprintable() else "?" for c in str(said))[:most]
