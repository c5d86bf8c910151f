"""Forbidden things, switched on by hand on a running server, the way an admin would: each must be
caught by its control, and by no other that it does not truly concern."""

from selfhost.lab.switches.chat import CHAT
from selfhost.lab.switches.client import CLIENT
from selfhost.lab.switches.containers import CONTAINERS
from selfhost.lab.switches.java import JAVA, TRANSCRIPTION
from selfhost.lab.switches.machine import MACHINE
from selfhost.lab.switches.model import Switch
from selfhost.lab.switches.servers import SERVERS

SWITCHES: tuple[Switch, ...] = (*CLIENT, *CHAT, *JAVA, *SERVERS, *MACHINE, *CONTAINERS)

__all__ = ["SWITCHES", "TRANSCRIPTION", "Switch"]
