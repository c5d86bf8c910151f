"""Run one of this folder's programs on a server: over one SSH session, or here."""

from importlib.resources import files

from selfhost.errors import TargetError
from selfhost.provision import on_host
from selfhost.settings.site import Host, Site

_SECONDS = 120.0


def run(site: Site, host: Host, program: str, stdin: bytes, max_output: int) -> bytes:
    """What the program printed. Raises TargetError when the server cannot be reached, or the
    program failed."""
    source = files("selfhost.backup").joinpath(f"{program}.py").read_bytes()
    done = on_host.run(site, host, source, stdin, seconds=_SECONDS, max_output=max_output)
    if done.returncode != 0:
        last = "".join(done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:])
        why = on_host.words(last, 200) or f"exit code {done.returncode}"
        what = {"gather": "gather its files", "place": "take the files"}[program]
        raise TargetError(f"{host.name} could not {what}: {why}")
    return done.stdout
