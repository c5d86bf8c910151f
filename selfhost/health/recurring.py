"""What admins of Jitsi Meet ask for and report again and again, and what answers it here."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """``elsewhere``: what answers it besides the doctor; '' for nothing else."""

    words: str
    elsewhere: str = ""


#: By the numbers that rules refer to.
RECURRING: Mapping[int, Trouble] = {
    1: Trouble(
        "No sound or picture once a third person joins, or from outside",
        "`selfhost check` compares addresses and DNS before anything is installed",
    ),
    2: Trouble(
        "Certificates are not renewed, or services do not notice",
        "`tls_mode: acme` renews, and tells all services ([Certificates](tls.md))",
    ),
    3: Trouble("Versions of Prosody, Lua and Java do not fit"),
    4: Trouble(
        "Updates overwrite settings",
        "the roles edit by key, so `selfhost apply` puts them back; `selfhost audit` tells",
    ),
    5: Trouble("Which questions of the packages must be answered", "the roles answer them all"),
    6: Trouble(
        "A new installation remembers the old domain", "`selfhost uninstall` leaves nothing behind"
    ),
    7: Trouble("Java takes more memory than the server has", "`selfhost check` shows the sizes"),
    8: Trouble("Participants behind a firewall that lets nothing but 443 out"),
    9: Trouble("TURN as an open relay into the own network", "audit: `coturn-open-relay`"),
    10: Trouble("Focus or bridge cannot log in", "`selfhost apply` ends with that question"),
    11: Trouble(
        "Who may open rooms, guests and lobby",
        "settings, no fault ([Access](access.md)); audit: `prosody-open-rooms`",
    ),
    12: Trouble("An upgrade breaks a server that worked"),
    13: Trouble(
        "Ports of inner services are open to the Internet",
        "audit: `host-listeners`, `host-firewall`",
    ),
    14: Trouble("Docker or ufw in the way", "audit: `docker-published-ports`"),
    15: Trouble("Monitoring, above all of media", "`selfhost status`; [Monitoring](monitoring.md)"),
    16: Trouble(
        "The first run stops on a variable that is not set",
        "every command checks the settings before it connects",
    ),
    17: Trouble("Change of the domain", "`selfhost rename`"),
    18: Trouble("Backup, and move to another machine", "`selfhost backup`, `selfhost restore`"),
}
