"""Who may open rooms: the hosts at which strangers log in, and what keeps them from opening any."""

from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import first_unknown
from selfhost.controls.prosody_predicates import whole
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.prosody import ProsodyConfig, Section
from selfhost.readers.tree import Node

ANONYMOUS = ("anonymous", "jitsi-anonymous")


class _Unclear(Exception):  # noqa: N818 - leads to a verdict, not to a failure
    def __init__(self, key: str, node: Node) -> None:
        self.key, self.node = key, node


def _plain(key: str, node: Node | None) -> object:
    if node is None:
        return None
    hole = first_unknown(node)
    if hole is not None:
        raise _Unclear(key, hole)
    return node.plain()


def _on(value: object) -> bool:
    return str(value).lower() in ("true", "yes", "on")


def _open(config: ProsodyConfig, section: Section) -> Node | None:
    """The setting by which strangers log in at a host; ``None``: they cannot."""
    method = config.get(section.name, "authentication")
    name = _plain("authentication", method)
    if name in ANONYMOUS:
        return method
    if name == "token":
        empty = config.get(section.name, "allow_empty_token")
        return empty if _on(_plain("allow_empty_token", empty)) else None
    return None


def _focus_login(focus: Config) -> str:
    """The host at which one must have logged in for the focus to open a room; empty: none."""
    values = {}
    for name in ("enabled", "type", "login-url"):
        key = f"jicofo.authentication.{name}"
        values[name] = str(_plain(key, focus.get(key)) or "")
    if not _on(values["enabled"]) or values["type"].upper() not in ("XMPP", "JWT"):
        return ""
    return values["login-url"].lower()


def _waits_for(config: ProsodyConfig) -> str:
    """The host whose people rooms wait for (mod_muc_wait_for_host); empty: they do not."""
    for section in config.active:
        if section.kind != "Component" or section.module != "muc":
            continue
        uses = [use for use in config.effective_modules(section.name) if use.certain]
        if any(use.name == "muc_wait_for_host" for use in uses):
            base = config.get(section.name, "muc_mapper_domain_base")
            return str(_plain("muc_mapper_domain_base", base) or "").lower()
    return ""


def _check(server: Server) -> Iterator[Verdict]:
    focus, config = server.jicofo, server.prosody
    try:
        entitled = {_focus_login(focus), _waits_for(config)} - {""}
        hosts = [section for section in config.active if section.kind == "VirtualHost"]
        strangers = {s.name: node for s in hosts if (node := _open(config, s)) is not None}
    except _Unclear as problem:
        yield unknown(
            f"{problem.key} cannot be told: who may open rooms is not known",
            Cited.node(problem.key, problem.node),
        )
        return
    gates = entitled - set(strangers)
    for name, node in strangers.items():
        place = Cited.node(f"{name}: authentication", node)
        if gates:
            where = " or ".join(sorted(gates))
            yield passed(f"strangers log in at {name}, but rooms are opened from {where}", place)
        else:
            yield fail(f"whoever logs in at {name}, without any proof, may open rooms", place)
    if not strangers:
        yield passed("nobody opens rooms without an account or a token", *whole(server))


_FOCUS = 'jicofo.authentication { enabled = true, type = XMPP, login-url = "meet.example.org" }\n'
_ACCOUNTS = 'VirtualHost "meet.example.org"\n    authentication = "internal_hashed"\n'
_GUESTS = 'VirtualHost "guest.meet.example.org"\n    authentication = "jitsi-anonymous"\n'
_TOKENS = 'VirtualHost "meet.example.org"\n    authentication = "token"\n'
_ROOMS = (
    'muc_mapper_domain_base = "meet.example.org"\n'
    'Component "conference.meet.example.org" "muc"\n'
    '    modules_enabled = { "muc_wait_for_host" }\n'
)

CONTROL = Control(
    id="prosody-open-rooms",
    title="Only people who were let in may open rooms",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config", "jicofo.config"),
    risk=(
        "Whoever finds the server can hold meetings on it, and can wait in a room whose name they "
        "guessed as its moderator."
    ),
    upstream_default="everybody may open rooms",
    fix=Fix(
        by_hand=(
            "Let the main host ask for accounts, a directory or tokens, and switch on "
            "jicofo.authentication (accounts, directory) or muc_wait_for_host (tokens with guests)."
        ),
        variable="site_authentication",
        value="internal",
    ),
    references=(
        "jitsi/handbook: docs/devops-guide/secure-domain.md",
        "jitsi/handbook: docs/devops-guide/token-authentication.md",
        "jitsi/jicofo: jicofo/src/main/kotlin/org/jitsi/jicofo/xmpp/ConferenceIqHandler.kt",
    ),
    surfaces=("sys-guest-bots", "web-lobby-off-by-link"),
    check=_check,
    bad=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    authentication = "jitsi-anonymous"\n'
                )
            },
            at=2,
        ),
        Example(
            {"prosody.config": _TOKENS + "    allow_empty_token = true\n"},
            at=3,
            note="tokens that need not be there",
        ),
        Example(
            {"prosody.config": _ACCOUNTS + _GUESTS},
            at=4,
            note="the focus does not ask who wants to open a room",
        ),
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    authentication = "anonymous"\n'
                ),
                "jicofo.config": _FOCUS,
            },
            at=2,
            note="the focus takes strangers for people who logged in",
        ),
        Example(
            {
                "prosody.config": _ACCOUNTS + _GUESTS,
                "jicofo.config": _FOCUS.replace("true", "false"),
            },
            at=4,
        ),
    ),
    good=(
        Example({"prosody.config": _ACCOUNTS + _GUESTS, "jicofo.config": _FOCUS}),
        Example({"prosody.config": _ACCOUNTS}, note="no guests"),
        Example({"prosody.config": _TOKENS + "    allow_empty_token = false\n"}),
        Example(
            {"prosody.config": _ROOMS + _TOKENS + _GUESTS},
            note="guests wait for somebody with a token",
        ),
        Example(
            {"prosody.config": f'-- authentication = "jitsi-anonymous"\n{_ACCOUNTS}'},
            note="a comment",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {
                "prosody.config": (
                    'VirtualHost "meet.example.org"\n    authentication = os.getenv("AUTH")\n'
                )
            }
        ),
        Example(
            {
                "prosody.config": _ACCOUNTS + _GUESTS,
                "jicofo.config": "jicofo.authentication.enabled = ${AUTH}\n",
            }
        ),
    ),
)
