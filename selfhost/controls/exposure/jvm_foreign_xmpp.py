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
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.config import Config
from selfhost.effective.seen import NotInstalled, OutOfScope
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

CONFIGS = "videobridge.apis.xmpp-client.configs"
SERVICE = "jicofo.xmpp.service"


def _check(server: Server) -> Iterator[Verdict]:
    unseen: NotInstalled | OutOfScope | None = None
    asked = 0
    for name in ("jicofo", "videobridge"):
        try:
            config = server.jicofo if name == "jicofo" else server.videobridge
        except (NotInstalled, OutOfScope) as outcome:
            unseen = outcome
            continue
        asked += 1
        yield from _focus(server, config) if name == "jicofo" else _bridge(server, config)
        yield passed("it connects to no other party's chat server", Cited(config.place))
    if unseen is not None and not asked:
        raise unseen


def _focus(server: Server, config: Config) -> Iterator[Verdict]:
    enabled = config.get(f"{SERVICE}.enabled")
    if enabled is None or str(enabled.plain()).lower() == "false":
        return
    yield from _host(server, f"{SERVICE}.hostname", config.get(f"{SERVICE}.hostname"))


def _bridge(server: Server, config: Config) -> Iterator[Verdict]:
    node = config.get(CONFIGS)
    if node is None:
        return
    if not isinstance(node.value, dict):
        yield unknown(f"{CONFIGS} cannot be told", Cited.node(CONFIGS, node))
        return
    for name, entry in node.value.items():
        if isinstance(entry.value, dict):
            found = {key.lower(): child for key, child in entry.value.items()}
            yield from _host(server, f"{CONFIGS}.{name}.hostname", found.get("hostname"))
        else:
            yield unknown(f"{CONFIGS}.{name} cannot be told", Cited.node(CONFIGS, entry))


def _host(server: Server, key: str, node: Node | None) -> Iterator[Verdict]:
    if node is None:
        return
    cited = Cited.node(key, node)
    if isinstance(node.value, Unknown):
        yield unknown(f"{key} cannot be told: {node.value.reason}", cited)
        return
    for part in str(node.plain()).split(","):
        found = whose(server, part.strip().lower(), _domains(server))
        if found.owner is Owner.FOREIGN:
            yield fail(f"{key}: {found.why}", cited)


def _domains(server: Server) -> list[str]:
    """The names that the focus and the bridge give the deployment."""
    names: list[str] = []
    for config, key in (
        (_config(server, "jicofo"), "jicofo.xmpp.client.xmpp-domain"),
        (_config(server, "jicofo"), "jicofo.xmpp.client.domain"),
    ):
        node = config.get(key) if config is not None else None
        if node is not None and isinstance(node.value, str):
            names.append(node.value.lower())
    return names


def _config(server: Server, name: str) -> Config | None:
    try:
        return server.jicofo if name == "jicofo" else server.videobridge
    except (NotInstalled, OutOfScope):
        return None


def _shard(host: str) -> str:
    return f"{CONFIGS} {{\n  shard {{ HOSTNAME = {host} }}\n}}\n"


_CLIENT = 'jicofo.xmpp.client.xmpp-domain = "meet.example.org"\n'

CONTROL = Control(
    id="jvm-foreign-xmpp",
    title="The focus and the bridge connect to their own chat server only",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="jicofo",
    needs=("jicofo.config", "videobridge.config"),
    risk="A second connection places bridges and recorders on another server, which sees the "
    "bridge's statistics and can send meetings to it.",
    upstream_default="the own server only",
    fix=Fix(
        by_hand="Remove jicofo.xmpp.service from jicofo.conf and other servers from "
        f"{CONFIGS} in jvb.conf; restart both."
    ),
    references=("jitsi/jicofo: jicofo-common/src/main/resources/reference.conf",),
    surfaces=("jicofo-second-xmpp", "jvb-xmpp-configs", "jvb-stats-to-muc"),
    check=_check,
    bad=(
        Example(
            {
                "jicofo.config": f"{_CLIENT}{SERVICE} {{\n  enabled = true\n"
                "  hostname = xmpp.other.example\n}\n",
                "videobridge.config": "videobridge {}\n",
            },
            at=4,
        ),
        Example(
            {"jicofo.config": _CLIENT, "videobridge.config": _shard("xmpp.other.example")}, at=2
        ),
        Example(
            {
                "jicofo.config": _CLIENT,
                "videobridge.config": _shard("localhost"),
                "videobridge.legacy": "org.jitsi.videobridge.xmpp.user.x.HOSTNAME=other.example\n",
            },
            at=1,
            note="old users replace those of the file",
        ),
    ),
    good=(
        Example({"jicofo.config": _CLIENT, "videobridge.config": _shard("localhost")}),
        Example({"jicofo.config": _CLIENT, "videobridge.config": _shard("xmpp.meet.jitsi")}),
        Example({"jicofo.config": _CLIENT, "videobridge.config": _shard("10.1.2.3")}),
        Example(
            {
                "jicofo.config": f"{_CLIENT}{SERVICE}.hostname = x.other.example\n",
                "videobridge.config": "videobridge {}\n",
            },
            note="not enabled",
        ),
        Example({}, absent=("jicofo.config", "videobridge.config"), note="not installed"),
    ),
    unclear=(
        Example({"jicofo.config": _CLIENT, "videobridge.config": _shard("${XMPP}")}),
        Example({"jicofo.config": _CLIENT, "videobridge.config": f"{CONFIGS} = ${{XMPP}}\n"}),
    ),
)
