import re
from collections.abc import Iterator

from selfhost.catalog.endpoints import kind_of_host
from selfhost.catalog.server_keys import server_keys
from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_predicates import KINDS, host_of
from selfhost.effective.config import Config
from selfhost.effective.seen import NotInstalled, OutOfScope
from selfhost.effective.server import Server
from selfhost.readers.tree import Node

ADDRESS = re.compile(r"(?:https?|wss?|rtmps?)://[^\s/]", re.IGNORECASE)
#: Where -D arguments of Java and of the old properties end up.
NOT_THEIRS = ("java", "sun", "jdk", "net", "user", "file", "org", "com", "config", "log4j", "io")


def _check(server: Server) -> Iterator[Verdict]:
    outcome: NotInstalled | OutOfScope | None = None
    asked = 0
    for name in ("jicofo", "videobridge"):
        try:
            config = server.jicofo if name == "jicofo" else server.videobridge
        except (NotInstalled, OutOfScope) as missing:
            outcome = missing
            continue
        asked += 1
        yield from _judged(config)
    if outcome is not None and not asked:
        raise outcome


def _judged(config: Config) -> Iterator[Verdict]:
    if config.unreadable is not None:
        yield judge_setting(config, config.name, lambda _: None, None)
        return
    told: list[tuple[str, ...]] = []
    for path, node in config.walk():
        if path[0] in NOT_THEIRS or any(path[: len(above)] == above for above in told):
            continue
        if node.rest is not None:
            yield unknown(f"{'.'.join(path)} may hold keys that cannot be seen", _cite(path, node))
            told.append(path)
            continue
        verdict = _key(path, node)
        if verdict is not None:
            yield verdict
            told.append(path)
    for tree in config.layers:
        if tree.root.rest is not None:
            yield unknown(f"keys cannot be seen: {tree.root.rest.reason}", Cited(tree.root.origin))
    yield passed("every key that looks relevant is one of upstream's", Cited(config.place))


def _key(path: tuple[str, ...], node: Node) -> Verdict | None:
    known = server_keys()
    if isinstance(node.value, dict) or known.knows(path):
        return None
    if node.value in (None, False, "", (), "false", "off"):
        return None
    key = ".".join(path)
    if isinstance(node.value, str) and ADDRESS.match(node.value):
        return _address(key, path, node)
    if not any(known.looks_relevant(step) for step in path):
        return None
    why = f"{key} is not a key of upstream's: what it does is not known"
    return unknown(why, _cite(path, node))


def _address(key: str, path: tuple[str, ...], node: Node) -> Verdict:
    try:
        kind = kind_of_host(host_of(str(node.value)) or "")
    except ValueError:
        kind = ""
    if kind in ("ai", "tracker", "jaas"):
        return fail(f"{key} is unknown and leads to {KINDS[kind]}", _cite(path, node))
    return unknown(f"{key} is unknown and holds an address", _cite(path, node))


def _cite(path: tuple[str, ...], node: Node) -> Cited:
    return Cited.node(".".join(path), node)


def _focus(text: str, at: int = 0, note: str = "") -> Example:
    return Example({"jicofo.config": text, "videobridge.config": "videobridge {}\n"}, at, note)


def _bridge(text: str, at: int = 0, note: str = "") -> Example:
    return Example({"videobridge.config": text, "jicofo.config": "jicofo {}\n"}, at, note)


CONTROL = Control(
    id="jvm-unknown-keys",
    title="No key of the focus or the bridge is unknown to this audit",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="jicofo",
    needs=("jicofo.config", "videobridge.config"),
    risk="A key that upstream does not have belongs to a changed or newer program. What it does "
    "is not known here, so it may not be passed over in silence.",
    upstream_default="none",
    fix=Fix(by_hand="Find out what reads the key; remove it if nothing does."),
    references=(
        "jitsi/jicofo: reference.conf of each module",
        "jitsi/jitsi-videobridge: jvb/src/main/resources/reference.conf",
    ),
    confidence=Confidence.LIKELY,
    check=_check,
    bad=(_focus('jicofo.assistant.target = "https://api.openai.com/v1"\n', at=1),),
    good=(
        _focus('jicofo.xmpp.client { hostname = localhost, password = "x" }\n'),
        _focus('jicofo { bridge { region-groups = [["a"]] }, local-region = "a" }\n'),
        _focus("jicofo.summary.enabled = false\n", note="unknown, and off"),
        _focus("jicofo.vip-lounge = true\n", note="unknown, and of no concern"),
        _focus("# jicofo.summary.enabled = true\n", note="a comment"),
        _bridge('videobridge.stats { enabled = true, transports = [ { type = "muc" } ] }\n'),
        _bridge('videobridge.websockets { tls = true, domain = "meet.example.org:443" }\n'),
        Example({}, absent=("jicofo.config", "videobridge.config"), note="not installed"),
    ),
    unclear=(
        _focus("jicofo {\n  summary { enabled = true }\n}\n", at=2),
        _focus('jicofo.transcription.llm-url = "x"\n', at=1),
        _focus('jicofo.other = "wss://x.example"\n', at=1),
        _bridge("videobridge.recording { mode = all }\n", at=1),
        _bridge('include url("https://x.example/more.conf")\n'),
    ),
)
