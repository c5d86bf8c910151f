from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.prosody_examples import BROKEN_PROSODY, HOST, NO_PROSODY, ROOMS, prosody
from selfhost.controls.prosody_predicates import whole
from selfhost.effective.server import Server
from selfhost.readers.prosody import Section

LIMIT, LENGTH = "max_history_messages", "muc_room_default_history_length"


def _check(server: Server) -> Iterator[Verdict]:
    for section in server.prosody.active:
        # Bridges and the focus meet in internal rooms; nobody chats there.
        if section.module == "muc" and not section.name.startswith("internal"):
            yield _judged(server, section)
    yield passed("rooms keep no earlier messages", *whole(server))


def _judged(server: Server, section: Section) -> Verdict:
    given = {
        o: n for o in (LIMIT, LENGTH) if (n := server.prosody.get(section.name, o)) is not None
    }
    for option, node in given.items():
        if node.value in (0, "0"):
            return passed(f"{section.name}: {option} = 0", Cited.node(option, node))
    for option, node in given.items():
        if not isinstance(node.value, int | float | str):
            return unknown(f"{section.name}: {option} cannot be told", Cited.node(option, node))
        return fail(
            f"{section.name}: {node.value} earlier messages are kept", Cited.node(option, node)
        )
    return fail(
        f"{section.name}: 20 earlier messages are kept by default",
        Cited(section.origin, LENGTH),
    )


CONTROL = Control(
    id="prosody-room-history",
    title="Who joins late is not shown earlier chat",
    category=Category.RETENTION,
    severity=Severity.LOW,
    component="prosody",
    needs=("prosody.config",),
    risk="What was said in the chat is kept in memory and shown to everybody who joins later.",
    upstream_default="the last 20 messages of a room",
    fix=Fix(
        variable="prosody_room_history",
        value="0",
        by_hand=f"Set {LIMIT} = 0 and {LENGTH} = 0 in the global section and restart prosody.",
    ),
    references=("bjc/prosody: plugins/muc/history.lib.lua",),
    gdpr="Art. 5(1)(c)",
    surfaces=("prosody-muc-history",),
    check=_check,
    bad=(
        prosody(ROOMS, at=1, note="absent means 20"),
        prosody(f"{ROOMS}    {LENGTH} = 50\n", at=2),
        prosody(f"{LENGTH} = 0\n{ROOMS}    {LENGTH} = 5\n", at=3, note="overridden for the rooms"),
        prosody(f"-- {LIMIT} = 0\n{ROOMS}", at=2, note="a comment"),
    ),
    good=(
        prosody(f"{LIMIT} = 0\n{ROOMS}"),
        prosody(f"{ROOMS}    {LENGTH} = 0\n"),
        prosody(HOST, note="no rooms"),
        prosody('Component "internal.auth.meet.example.org" "muc"\n', note="no people"),
        NO_PROSODY,
    ),
    unclear=(prosody(f"{ROOMS}    {LENGTH} = tonumber(os.getenv('N'))\n"), BROKEN_PROSODY),
)
