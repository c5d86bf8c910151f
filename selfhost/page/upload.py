"""The page brought to every web server of a site."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from selfhost.errors import ProvisionError, TargetError
from selfhost.page import publish_program
from selfhost.provision import on_host
from selfhost.settings.site import Host, Site

PROGRAM = Path(publish_program.__file__)
_SECONDS = 120.0
_MAX_ANSWER = 64 * 1024


def web_hosts(site: Site) -> tuple[Host, ...]:
    """The servers that browsers ask."""
    return tuple(host for host in site.hosts if "jitsi_web" in host.groups)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """``changed``: whether anything was; ``found``: of when a younger page is that the server's own
    watch put there, and that stays; ISO, UTC, empty where there is none."""

    host: str
    changed: bool
    found: str = ""

    @property
    def worse(self) -> str:
        """What the page goes on saying, and why; empty where it says what was published."""
        if not self.found:
            return ""
        return f"{self.host}: its own watch found worse at {self.found}, and the page says so"


def upload(site: Site, host: Host, files: Mapping[str, bytes], checked: datetime) -> Uploaded:
    """``checked``: of when the audit is that the files are about.

    Raises TargetError where the server cannot be reached, ProvisionError where it refuses.
    """
    order = json.dumps(
        {
            "domain": site.domain,
            "checked": publish_program.stamp(checked),
            "files": {name: base64.b64encode(text).decode() for name, text in files.items()},
        }
    ).encode()
    program = PROGRAM.read_bytes()
    done = on_host.run(site, host, program, order, seconds=_SECONDS, max_output=_MAX_ANSWER)
    return read_answer(done.stdout, host.name)


def read_answer(output: bytes, host: str) -> Uploaded:
    """What the program answered, which is not trusted to be well-formed."""
    try:
        answer = json.loads(output)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and isinstance(answer.get("changed"), bool):
        return Uploaded(host, answer["changed"], on_host.words(answer.get("found", "")))
    if isinstance(answer, dict) and "failed" in answer:
        said = on_host.words(answer.get("message"))
        raise ProvisionError(f"{host}: {said}", hint="selfhost apply --tags web sets it up")
    raise TargetError(
        f"{host} gave no answer about the page",
        hint="selfhost check tells whether the server can be worked with",
    )
