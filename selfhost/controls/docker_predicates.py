"""Checks of docker-jitsi-meet's variables, from which its templates write each program's files."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from selfhost.controls.model import Check, Cited, Status, Verdict, fail, passed, unknown
from selfhost.controls.predicates import Judge, judge_setting, setting
from selfhost.controls.web_predicates import Owner, judge_address, whose
from selfhost.effective.config import Config
from selfhost.effective.docker import is_deployment
from selfhost.effective.server import Server
from selfhost.readers.tree import Node

#: What is no: what the templates' ``toBool`` takes for it, and words at which the container does
#: not start, so that nothing is switched on by them either.
NO = (
    *("", "0", "f", "F", "false", "False", "FALSE"),
    *("no", "No", "NO", "off", "Off", "OFF", "n", "N", "none", "null", "disabled"),
)
#: What ``toBool`` takes for yes.
YES = ("1", "t", "T", "true", "True", "TRUE")


#: Ports inside the containers that nobody outside has a use for.
INNER_PORTS = {
    "8888": "jicofo's control interface",
    "8080": "the bridge's control interface",
    "9090": "a bridge's or metrics port",
    "5222": "Prosody's client port",
    "5269": "Prosody's federation port",
    "5280": "Prosody's HTTP port",
    "5347": "Prosody's component port",
    "2222": "a recorder's interface",
    "3333": "a recorder's interface",
    "3000": "a dashboard",
    "3100": "a log database",
    "9001": "a pad",
}


def docker(server: Server) -> tuple[Config, ...]:
    """The variables of each ``.env``."""
    return server.docker


def no(why: str) -> Judge:
    """Must be off as the templates see it."""
    return lambda value: None if value is None or str(value).strip() in NO else why


def yes(why: str) -> Judge:
    """Must be on as the templates see it."""

    def judge(value: object) -> str | None:
        text = str(value or "").strip()
        if text in YES:
            return None
        return why if text in NO else f"{text[:40]!r} is neither 1 nor true, so {why}"

    return judge


def filled(why: str) -> Judge:
    """Must hold something."""
    return lambda value: None if str(value or "").strip() else why


def switched_off(why: str, *names: str) -> Check:
    """None of these variables is on. All of them are off unless they are set."""
    return setting(docker, *names, judge=no(why))


def switched_on(why: str, name: str, *readers: str) -> Check:
    """The variable is on; missing is bad in a deployment's ``.env``, and where one of the services
    runs that read it (``readers``)."""

    def check(server: Server) -> Iterator[Verdict]:
        yield from default_on(server, name, yes(why), why, *readers)

    return check


def default_on(
    server: Server, name: str, judge: Judge, absent: str, *readers: str
) -> Iterator[Verdict]:
    """Judge a variable that must be set: where it is, and wherever one of its readers runs."""

    def judged(config: Config) -> Iterator[Verdict]:
        whole = is_deployment(server, config, *readers)
        if whole or config.get(name) is not None:
            yield judge_setting(config, name, judge, absent if whole else None)

    yield from _wherever(server, name, judged)


def _wherever(
    server: Server, name: str, judged: Callable[[Config], Iterator[Verdict]]
) -> Iterator[Verdict]:
    """What is said of any configuration. Where nothing is, what reads the variable is not here,
    such as with a Compose file that adds the bridge only."""
    told = False
    for config in server.docker:
        for verdict in judged(config):
            told = True
            yield verdict
    if not told:
        looked = tuple(Cited(config.place) for config in server.docker)
        yield Verdict(Status.NOT_APPLICABLE, f"what reads {name} is not here", looked)


def own_names(config: Config) -> tuple[str, ...]:
    """The name in ``PUBLIC_URL``."""
    node = config.get("PUBLIC_URL")
    if node is None or not isinstance(node.value, str):
        return ()
    text = node.value if "//" in node.value else f"//{node.value}"
    host = urlsplit(text).hostname
    return (host,) if host else ()


def own_urls(why: str, *names: str) -> Check:
    """Each variable, where set, holds an address of the deployment's own."""

    def check(server: Server) -> Iterator[Verdict]:
        for config in server.docker:
            for name in names:
                node = config.get(name)
                if node is None:
                    yield judge_setting(config, name, no(why), None)
                else:
                    yield judge_address(server, name, node, why, own_names(config))

    return check


def own_stun(name: str, reader: str, off: Callable[[Config], bool], missing: str) -> Check:
    """A list ``HOST[:PORT],…`` of own servers, which the service ``reader`` reads. Empty or unset
    means ``missing``."""

    def check(server: Server) -> Iterator[Verdict]:
        def judged(config: Config) -> Iterator[Verdict]:
            node = config.get(name)
            whole = is_deployment(server, config, reader)
            if off(config):
                yield passed(f"{name} is not used", Cited(config.place))
            elif node is not None and isinstance(node.value, str) and node.value.strip():
                yield from _hosts(server, config, name, node, node.value)
            elif whole or node is not None:
                yield judge_setting(config, name, filled(missing), missing if whole else None)

        yield from _wherever(server, name, judged)

    return check


def _hosts(server: Server, config: Config, name: str, node: Node, value: str) -> Iterator[Verdict]:
    cited = Cited.node(name, node)
    entries = [entry for part in value.split(",") if (entry := part.strip())]
    if not entries:
        yield unknown(f"{name} names no server: {value[:40]!r}", cited)
    for entry in entries:
        host = entry.removeprefix("stun:").rsplit(":", 1)[0].strip("[]")
        found = whose(server, host, own_names(config))
        if found.owner is Owner.OWN:
            yield passed(f"{name}: {found.why}", cited)
        elif found.owner is Owner.FOREIGN:
            yield fail(f"{name}: {found.why}, which learns addresses", cited)
        else:
            yield unknown(f"{name}: {found.why}", cited)


def port_parts(port: str) -> tuple[str, str]:
    """The port inside, and the address that it is published on."""
    mapping = port.partition("/")[0]
    address = ""
    if mapping.startswith("["):
        address, _, mapping = mapping[1:].partition("]:")
    before, _, inner = mapping.rpartition(":")
    return inner, address or before.rpartition(":")[0]
