from collections.abc import Iterator

from selfhost.controls.model import Category, Cited, Control, Fix, Severity, Verdict, fail, passed
from selfhost.controls.predicates import first_unknown
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    HIDDEN_PROSODY,
    NO_PROSODY,
    ROOMS,
    prosody,
)
from selfhost.controls.prosody_predicates import judge_option, loads, settings, whole
from selfhost.controls.web_predicates import leaves
from selfhost.effective.server import Server
from selfhost.readers.prosody import Section

#: The options, and the module that reads each.
LISTS = {
    "muc_password_whitelist": "muc_password_whitelist",
    "muc_access_whitelist": "muc_max_occupants",
}
BOTS = ("recorder", "transcriber", "jibri", "jigasi", "hidden.")


def _check(server: Server) -> Iterator[Verdict]:
    for option, module in LISTS.items():
        if not loads(server, module):
            continue
        for section, node in settings(server, option):
            if first_unknown(node) is not None:
                yield judge_option(section, option, node, lambda _: None)
                continue
            for leaf in leaves(node):
                address = str(leaf.value).lower()
                if _stranger(server, section, option, address):
                    yield fail(
                        f"{option} ({section.name}): {address} needs no password and no place",
                        Cited.node(option, leaf),
                    )
    yield passed("only the focus passes by itself", *whole(server))


def _stranger(server: Server, section: Section, option: str, address: str) -> bool:
    """Whether an entry is something other than the focus, as far as the option is concerned.

    A limit of occupants may well leave out visitors' servers; only bots matter there.
    """
    if any(bot in address for bot in BOTS):
        return True
    if option == "muc_access_whitelist" or address.partition("@")[0] in ("focus", "focususer"):
        return False
    admins = server.prosody.get(section.name, "admins")
    return address not in (
        [str(leaf.value).lower() for leaf in leaves(admins)] if admins is not None else []
    )


_PASSWORD = ROOMS + '    modules_enabled = { "muc_password_whitelist" }\n'
_LIMIT = ROOMS + '    modules_enabled = { "muc_max_occupants" }\n'

CONTROL = Control(
    id="prosody-password-bypass",
    title="Nobody but the focus enters rooms without their password",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="prosody",
    needs=("prosody.config",),
    risk="A recorder or transcriber enters rooms that have a password, or a full room, unasked.",
    upstream_default="the focus only; Docker adds its bots with recording or transcription",
    fix=Fix(
        by_hand="Leave only the focus's address in muc_password_whitelist and "
        "muc_access_whitelist, and restart prosody."
    ),
    references=(
        "jitsi/jitsi-meet: resources/prosody-plugins/mod_muc_password_whitelist.lua",
        "jitsi/docker-jitsi-meet: prosody/rootfs/defaults/conf.d/jitsi-meet.cfg.lua",
    ),
    surfaces=("prosody-password-bypass", "prosody-occupant-limit-bypass"),
    check=_check,
    bad=(
        prosody(
            _PASSWORD + "    muc_password_whitelist = {\n"
            '        "focus@auth.meet.example.org";\n'
            '        "recorder@recorder.meet.example.org";\n    }\n',
            at=5,
        ),
        prosody(_PASSWORD + '    muc_password_whitelist = { "archive@x.example" }\n', at=3),
        prosody(_LIMIT + '    muc_access_whitelist = { "transcriber@hidden.example" }\n', at=3),
    ),
    good=(
        prosody(_PASSWORD + '    muc_password_whitelist = { "focus@auth.meet.example.org" }\n'),
        prosody(
            _PASSWORD + '    admins = { "f@auth.example" }\n'
            '    muc_password_whitelist = { "f@auth.example" }\n',
            note="a focus of another name, which is the rooms' administrator",
        ),
        prosody(
            ROOMS + '    muc_password_whitelist = { "recorder@recorder.example" }\n',
            note="the module that reads it is not loaded",
        ),
        prosody(_PASSWORD + '    -- muc_password_whitelist = { "recorder@x" }\n', note="a comment"),
        prosody(_LIMIT + '    muc_access_whitelist = { "v1.meet.example" }\n', note="a server"),
        NO_PROSODY,
    ),
    unclear=(
        prosody(_PASSWORD + '    muc_password_whitelist = { os.getenv("BOT") }\n'),
        BROKEN_PROSODY,
        HIDDEN_PROSODY,
    ),
)
