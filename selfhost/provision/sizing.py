"""How large things are made for a machine, in one place. Pure.

The roles hold the same numbers as Jinja, so that they stand alone; ``tests/roles/test_sizing.py``
compares the two over a table of machines.
"""

from collections.abc import Collection
from dataclasses import dataclass

#: What ``preflight_minimum_memory_mb`` is by default, in MiB: bridge, focus, Prosody and nginx.
#: A machine sold as "2 GB" reports some 1900 MiB: the kernel keeps a part.
MEMORY_NEEDED = 1800
MEMORY_ADVISED = 3500
#: A host that does nothing but relay (TURN) needs this part of it.
RELAY_PART = 4

DISK_NEEDED, DISK_ADVISED = 2048, 10_000  # MiB free on / and /var

#: What Jitsi's package sets (``/etc/sysctl.d/20-jvb-udp-buffers.conf``). With less, the kernel
#: drops packets of a busy meeting before the bridge has read them.
KERNEL = {"net.core.rmem_max": 10_485_760, "net.core.netdev_max_backlog": 100_000}

#: Open files. A participant takes two connections of nginx (its own, and the one to Prosody).
NGINX_CONNECTIONS, NGINX_FILES = 4096, 16_384
PROSODY_FILES = 65_000

_BRIDGE_LEAST, _BRIDGE_MOST = 512, 3072
_FOCUS_LEAST, _FOCUS_MOST = 256, 1024
_OTHER_WORK = frozenset({"jitsi_signalling", "jitsi_web"})


@dataclass(frozen=True, slots=True)
class Heaps:
    """Java heaps in MiB; 0 where the program does not run on the host."""

    bridge: int
    focus: int


def heaps(memory: int, groups: Collection[str]) -> Heaps:
    """The heaps for ``memory`` MiB on a host of these groups of the inventory.

    A bridge beside the web and XMPP server gets a quarter, one with a host of its own a half.
    More than upstream's own 3 GiB is never needed: media is not kept on the heap.
    """
    share = 4 if _OTHER_WORK & set(groups) else 2
    bridge = min(max(memory // share, _BRIDGE_LEAST), _BRIDGE_MOST)
    focus = min(max(memory // 8, _FOCUS_LEAST), _FOCUS_MOST)
    return Heaps(
        bridge if "jitsi_videobridge" in groups else 0,
        focus if "jitsi_signalling" in groups else 0,
    )


def memory_needed(groups: Collection[str], minimum: int = MEMORY_NEEDED) -> int:
    """MiB without which a host is refused; ``minimum`` is ``preflight_minimum_memory_mb``."""
    return minimum // RELAY_PART if set(groups) == {"jitsi_turn"} else minimum


def memory_advised(groups: Collection[str]) -> int:
    """MiB below which there is a warning."""
    return MEMORY_ADVISED // RELAY_PART if set(groups) == {"jitsi_turn"} else MEMORY_ADVISED
