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
)
from selfhost.controls.predicates import LOOPBACK
from selfhost.effective.config import Config
from selfhost.effective.server import Server


def _check(server: Server) -> Iterator[Verdict]:
    config = server.coturn
    said = tuple(_said(config))
    yield from said or (passed("no console answers to the network", Cited(config.place)),)


def _said(config: Config) -> Iterator[Verdict]:
    off = config.get(("no-cli",))
    if off is not None:
        yield passed("there is no console", Cited.node("no-cli", off))
    else:
        node = config.get(("cli-ip",))
        if node is not None and str(node.plain()).lower() not in LOOPBACK:
            yield fail(f"the console listens on {node.plain()}", Cited.node("cli-ip", node))
    web = config.get(("web-admin",))
    if web is not None:
        where = config.get(("web-admin-ip",))
        address = str(where.plain()).lower() if where is not None else "127.0.0.1"
        if address not in LOOPBACK:
            yield fail(f"the web console listens on {address}", Cited.node("web-admin", web))


CONTROL = Control(
    id="coturn-console",
    title="The relay's consoles answer on the machine only",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="coturn",
    needs=("coturn.config",),
    risk="The console lists every session with the addresses of both sides, and can end them.",
    upstream_default="on 127.0.0.1, or off",
    fix=Fix(by_hand="Set no-cli, remove web-admin from turnserver.conf, and restart coturn."),
    references=("coturn/coturn: examples/etc/turnserver.conf",),
    check=_check,
    bad=(
        Example({"coturn.config": "cli-ip=0.0.0.0\n"}, at=1),
        Example({"coturn.config": "cli-ip=127.0.0.1\ncli-ip=192.0.2.4\n"}, at=2, note="the last"),
        Example({"coturn.config": "no-cli\nweb-admin\nweb-admin-ip=0.0.0.0\n"}, at=2),
    ),
    good=(
        Example({"coturn.config": "cli-ip=0.0.0.0\nno-cli\n"}, note="there is none"),
        Example({"coturn.config": "# cli-ip=0.0.0.0\n"}, note="a comment"),
        Example({"coturn.config": "web-admin\n"}, note="on the machine"),
        Example({}, absent=("coturn.config",), note="not installed"),
    ),
    unclear=(Example({"coturn.config": "\x00\n"}, note="not a text file"),),
)
