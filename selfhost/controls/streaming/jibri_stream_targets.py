import re
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
from selfhost.controls.recorder_predicates import jibri, unread
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

KEY = "jibri.streaming.rtmp-allow-list"
#: A pattern that names one host: the scheme, then nothing but the characters of a name.
HOST = re.compile(
    r"\^?rtmp(?:s\??|\(s\)\?|\(\?:s\)\?|\[s\]\?)?:(?:\\?/){2}"
    r"(?P<host>(?:[A-Za-z0-9-]|\\?\.(?![*+?{]))+)(?P<rest>:.*|\\?/.*|\$)?",
    re.DOTALL,
)


def check(server: Server) -> Iterator[Verdict]:
    for config in jibri(server):
        yield from unread_or_judged(server, config)


def unread_or_judged(server: Server, config: Config) -> Iterator[Verdict]:
    broken = unread(config, KEY)
    node = config.get(KEY)
    if broken is not None:
        yield broken
        return
    if node is None:
        yield fail(f"{KEY} is not set: every address is accepted", Cited(config.place, KEY))
        return
    hole = first_unknown(node)
    if not isinstance(node.value, list | tuple) or hole is not None:
        at = hole or node
        why = at.value.reason if isinstance(at.value, Unknown) else "it is no list"
        yield unknown(f"{KEY} cannot be told: {why}", Cited.node(KEY, at))
        return
    for item in node.value:
        yield judged(server, item)
    yield passed("the recorder streams nowhere else", Cited.node(KEY, node))


def judged(server: Server, item: Node) -> Verdict:
    """One pattern. It is never run: what a pattern allows is told from its text."""
    pattern, cited = str(item.plain()), Cited.node(KEY, item)
    named = HOST.fullmatch(pattern)
    if named is None or "|" in pattern:
        return fail(f"{pattern[:80]} does not name one host: it accepts others as well", cited)
    host = named["host"].replace("\\", "").lower()
    found = whose(server, host)
    if found.owner is Owner.FOREIGN:
        return fail(f"meetings may be streamed away: {found.why}", cited)
    if found.owner is Owner.UNCLEAR:
        return unknown(found.why, cited)
    return passed(found.why, cited)


CONTROL = Control(
    id="jibri-stream-targets",
    title="A recorder streams to your own servers only",
    category=Category.STREAMING,
    severity=Severity.CRITICAL,
    component="jibri",
    needs=("jibri.config",),
    risk=(
        "Whoever starts a stream gives its address, and by default any is accepted; a bare stream "
        "key means YouTube. The meeting is then public or on someone else's computer."
    ),
    upstream_default="every address is accepted",
    fix=Fix(
        by_hand="Set jibri.streaming.rtmp-allow-list to [] or to exact patterns of your own hosts, "
        'such as "rtmps://stream\\\\.example\\\\.org/.*", and restart jibri.'
    ),
    references=(
        "jitsi/jibri: src/main/resources/reference.conf",
        "jitsi/jibri: src/main/kotlin/org/jitsi/jibri/service/impl/StreamingJibriService.kt",
    ),
    gdpr="Art. 5(1)(f), 44",
    surfaces=("jibri-rtmp-allow-list", "jibri-youtube-default"),
    check=check,
    bad=(
        Example({"jibri.config": "jibri { }\n"}, note="the default"),
        Example({"jibri.config": f'{KEY} = [\n  ".*"\n]\n'}, at=2),
        Example({"jibri.config": f'{KEY} = [ "rtmp://.*" ]\n'}, at=1),
        Example({"jibri.config": f'{KEY} = [ "rtmp://a.rtmp.youtube.com/live2/.*" ]\n'}, at=1),
        Example(
            {"jibri.config": f'{KEY} = [ "rtmps://10.0.0.5/.*|rtmp://.*" ]\n'},
            at=1,
            note="an alternative",
        ),
        Example({"jibri.config": f'{KEY} = []\n{KEY} += ".*"\n'}, at=2, note="appended"),
    ),
    good=(
        Example({"jibri.config": f"{KEY} = []\n"}),
        Example({"jibri.config": f'{KEY} = [ "rtmps://10.0.0.5:1936/live/.*" ]\n'}),
        Example({"jibri.config": f'{KEY} = [ "^rtmp://stream\\\\.lan/.*$" ]\n'}),
        Example({}, absent=("jibri.config",), note="not installed"),
        Example(
            {"jibri.config": "jibri.streaming.rtmp-allow-list = []\n# jibri { }\n"},
            note="a comment",
        ),
    ),
    unclear=(
        Example({"jibri.config": f'{KEY} = [ "rtmps://stream.example.net/.*" ]\n'}),
        Example({"jibri.config": f"{KEY} = ${{TARGETS}}\n"}),
    ),
)
