from collections.abc import Iterator

from selfhost.controls.model import Category, Cited, Control, Fix, Severity, Verdict, fail, passed
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    NO_PROSODY,
    ROOMS,
    enabled,
    prosody,
)
from selfhost.controls.prosody_predicates import unknown_modules, whole
from selfhost.effective.prosody import loaded
from selfhost.effective.server import Server


def _check(server: Server) -> Iterator[Verdict]:
    for section in server.prosody.active:
        if section.module != "muc" or section.name.partition(".")[0] not in ("conference", "muc"):
            continue
        modules = loaded(server.prosody, section)
        if "muc_hide_all" in modules.names():
            continue
        if modules.rest is not None:
            yield unknown_modules(section, modules.rest)
        else:
            yield fail(
                f"{section.name}: without muc_hide_all anybody may list the rooms",
                Cited(section.origin, section.name),
            )
    yield passed("rooms cannot be listed", *whole(server))


CONTROL = Control(
    id="prosody-room-list",
    title="Nobody can list the rooms",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="prosody",
    needs=("prosody.config",),
    risk="Whoever reaches the chat server can list the names of the rooms in use and try to join.",
    upstream_default="muc_hide_all is loaded by templates since 2023; older ones lack it",
    fix=Fix(
        by_hand='Add "muc_hide_all" to modules_enabled of the conference component and restart '
        "prosody."
    ),
    references=("jitsi/jitsi-meet: resources/prosody-plugins/mod_muc_hide_all.lua",),
    surfaces=("prosody-debug-filter-config",),
    check=_check,
    bad=(
        prosody(enabled("muc_meeting_id", host=ROOMS), at=1),
        prosody(ROOMS + '    -- modules_enabled = { "muc_hide_all" }\n', at=1, note="a comment"),
        prosody(
            f'modules_enabled = {{ "muc_hide_all" }}\n{ROOMS}',
            at=2,
            note="components do not inherit it",
        ),
    ),
    good=(
        prosody(enabled("muc_hide_all", host=ROOMS)),
        prosody('Component "internal.auth.meet.example.org" "muc"\n', note="not for people"),
        NO_PROSODY,
    ),
    unclear=(prosody(ROOMS + "    modules_enabled = modules()\n"), BROKEN_PROSODY),
)
