"""A trouble, brought about by hand on a running server."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DOMAIN = "meet.example.test"
JVB = "/etc/jitsi/videobridge/jvb.conf"
SITE = f"/etc/jitsi/meet/{DOMAIN}"


@dataclass(frozen=True)
class Ailment:
    """``told``: all causes that the doctor may tell, in its order.

    ``harm`` is a shell script, run as root inside; ``files`` are kept and put back afterwards, then
    ``mend`` runs. Each shows at once and is undone in seconds, so that they share one server.
    ``mount`` and ``unmount`` run with this machine's rights among the server's mounts, before
    ``harm`` and after ``mend``. ``settings`` are the site's meanwhile; in them, and in the scripts,
    ADDRESS stands for the server's own address. ``options`` are for the doctor.
    """

    told: tuple[str, ...]
    harm: str = ":"
    mend: str = ":"
    files: tuple[str, ...] = ()
    mount: str = ""
    unmount: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    options: tuple[str, ...] = ()
