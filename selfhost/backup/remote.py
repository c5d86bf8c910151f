"""Run one of this folder's programs on a server: over one SSH session, or here."""

import subprocess
import sys
from importlib.resources import files

from selfhost.errors import TargetError
from selfhost.provision.preflight import endpoint
from selfhost.settings.site import Host, Site
from selfhost.targets import ssh_connection

_SECONDS = 120.0


def run(site: Site, host: Host, program: str, stdin: bytes, max_output: int) -> bytes:
    """What the program printed. Raises TargetError when the server cannot be reached, or the
    program failed."""
    source = files("selfhost.backup").joinpath(f"{program}.py").read_bytes()
    if host.connection == "local":
        try:
            here = subprocess.run(
                [sys.executable, "-I", "-c", source.decode()],
                input=stdin,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TargetError(f"{host.name} did not answer within {_SECONDS:.0f} s") from None
        code, out, err = here.returncode, here.stdout, here.stderr
    else:
        with ssh_connection.connect(endpoint(site, host)) as connection:
            there = connection.run_script(
                source,
                stdin=stdin,
                timeout=_SECONDS,
                max_output=max_output,
                become=host.become and host.user != "root",
            )
        code, out, err = there.returncode, there.stdout, there.stderr
    if code != 0:
        last = "".join(err.decode("utf-8", "replace").strip().splitlines()[-1:])
        why = "".join(c if c.isprintable() else "?" for c in last)[:200]
        what = {"gather": "gather its files", "place": "take the files"}[program]
        raise TargetError(f"{host.name} could not {what}: {why or f'exit code {code}'}")
    return out
