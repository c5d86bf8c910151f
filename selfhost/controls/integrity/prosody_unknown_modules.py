from collections.abc import Iterator

from selfhost.catalog.prosody_modules import prosody_modules
from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    HIDDEN_PROSODY,
    HOST,
    NO_PROSODY,
    ROOMS,
    enabled,
    prosody,
)
from selfhost.controls.prosody_predicates import unknown_modules, whole
from selfhost.effective.prosody import loaded
from selfhost.effective.server import Server
from selfhost.readers.tree import Function, Node, Unknown


def _check(server: Server) -> Iterator[Verdict]:
    config, known = server.prosody, prosody_modules()
    told: set[str] = set()
    for section in config.active:
        modules = loaded(config, section)
        for use in modules:
            if use.name in told or known.knows(use.name):
                continue
            told.add(use.name)
            place = Cited(use.origin, f"{section.name}: {use.name}")
            if known.of_the_vendor(use.name):
                yield fail(f"{use.name} belongs to the vendor's own service", place)
            else:
                yield unknown(f"{use.name} is no published module: its code is unknown", place)
        if modules.rest is not None:
            yield unknown_modules(section, modules.rest)
    for section in (*config.sections[:1], *config.active):
        for path, node in section.options.walk():
            if len(path) == 1 and known.unclassified(path[0]) and _set(node):
                yield unknown(
                    f"{path[0]} ({section.name}) is no option that is known",
                    Cited.node(path[0], node),
                )
        rest = section.options.root.rest
        if rest is not None:
            why = f"options of {section.name} cannot be told: {rest.reason}"
            yield unknown(why, Cited(section.origin, section.name))
    yield passed("every module is published", *whole(server))


def _set(node: Node) -> bool:
    """Whether a value says anything: off and empty do not."""
    if isinstance(node.value, Unknown | Function):
        return True
    return node.value not in (None, False, "", (), {}, 0)


CONTROL = Control(
    id="prosody-unknown-modules",
    title="Every module of the chat server is a published one",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="prosody",
    needs=("prosody.config",),
    risk="A module sees every message and every joining person. One that is somebody's own can "
    "pass on transcripts, set the recording flags of rooms or name an AI service for them.",
    upstream_default="none",
    fix=Fix(by_hand="Read the module's file; remove it from modules_enabled if it is not wanted."),
    references=(
        "jitsi/jitsi-meet: resources/prosody-plugins",
        "jitsi/infra-configuration: ansible/roles/prosody/templates/prosody.cfg.lua.j2",
    ),
    confidence=Confidence.LIKELY,
    surfaces=(
        "prosody-vendor-modules",
        "prosody-transcript-event",
        "prosody-room-metadata",
        "jicofo-transcription-room-params",
    ),
    check=_check,
    bad=(prosody(enabled("muc_permissions_vpaas", host=ROOMS), at=2),),
    good=(
        prosody(enabled("bosh", "websocket", "smacks", "conference_duration", "muc_lobby_rooms")),
        prosody(enabled("http_health", "log_auth"), note="of Prosody's community"),
        prosody(f'{HOST}    -- modules_enabled = {{ "summary_bot" }}\n', note="a comment"),
        prosody(f'{HOST}    summary_bot_url = ""\n', note="nothing in it"),
        prosody(
            f'{HOST}    muc_room_cache_size = 5\n    vip_rooms = {{ "a" }}\n', note="no concern"
        ),
        NO_PROSODY,
    ),
    unclear=(
        prosody(enabled("meeting_summary"), at=2),
        prosody(f'{HOST}    transcript_webhook = "https://x.example/"\n', at=2),
        prosody('Component "bot.meet.example.org" "summary_bot"\n', at=1),
        HIDDEN_PROSODY,
        BROKEN_PROSODY,
    ),
)
