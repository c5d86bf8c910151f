from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict
from selfhost.controls.predicates import off
from selfhost.controls.prosody_predicates import loads, no_module, no_option
from selfhost.controls.web_predicates import every
from selfhost.effective.server import Server

_loaded = no_module("persistent_lobby", why="rooms live on after everybody left")


def _persistent_lobby(server: Server) -> Iterator[Verdict]:
    """Guests who wait for somebody with a token wait in a lobby that outlives an empty room."""
    if not loads(server, "muc_wait_for_host"):
        yield from _loaded(server)


CONTROL = Control(
    id="prosody-persistent-rooms",
    title="Rooms leave nothing on disk",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="prosody",
    needs=("prosody.config",),
    risk="Room settings, members and history stay on disk between calls.",
    upstream_default="not set; Jitsi's template keeps rooms in memory",
    fix=Fix(by_hand="Remove muc_room_default_persistent and restart prosody."),
    references=(("jitsi/docker-jitsi-meet: prosody/rootfs/defaults/conf.d/jitsi-meet.cfg.lua"),),
    surfaces=(
        "prosody-persistent-rooms",
        "prosody-storage",
        "prosody-persistent-lobby",
    ),
    check=every(
        no_option("muc_room_default_persistent", judge=off("rooms are kept on disk")),
        _persistent_lobby,
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'Component "conference.meet.example.org" "muc"\n'
                    "    muc_room_default_persistent = true\n"
                )
            },
            at=2,
        ),
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    modules_enabled = { "persistent_lobby" }\n'
                )
            },
            at=2,
        ),
    ),
    good=(
        Example(
            {
                "prosody.config": (
                    'Component "conference.meet.example.org" "muc"\n'
                    "    muc_room_default_persistent = false\n"
                )
            }
        ),
        Example({"prosody.config": 'VirtualHost "meet.example.org"\n'}),
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    modules_enabled = { "persistent_lobby" }\n'
                    'Component "conference.meet.example.org" "muc"\n'
                    '    modules_enabled = { "muc_wait_for_host" }\n'
                )
            },
            note="guests wait there for somebody with a token",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(Example({"prosody.config": "muc_room_default_persistent = flag()\n"}),),
)
