"""Checks of Prosody's modules and options, over every host and component."""

from collections.abc import Iterator

from selfhost.controls.model import Check, Cited, Verdict, fail, passed, unknown
from selfhost.controls.predicates import Judge, first_unknown
from selfhost.controls.web_predicates import judge_address, leaves
from selfhost.effective.server import Server
from selfhost.readers.prosody import Section
from selfhost.readers.tree import Node, Origin, Unknown

GLOBAL = "*"


def whole(server: Server) -> tuple[Cited, ...]:
    """What a pass rests on: every file of the configuration."""
    return tuple(Cited(Origin(d.path)) for d in server.documents("prosody.config"))


def no_module(*names: str, why: str) -> Check:
    """No host and no component loads any of these modules."""

    def check(server: Server) -> Iterator[Verdict]:
        config = server.prosody
        for section in config.sections:
            if section.kind == "global":
                continue
            modules = config.effective_modules(section.name)
            for use in modules:
                if use.name not in names:
                    continue
                place = Cited(use.origin, f"{section.name}: {use.name}")
                if use.certain:
                    yield fail(f"{use.name} is loaded on {section.name}: {why}", place)
                else:
                    yield unknown(f"{use.name} may be loaded on {section.name}: {why}", place)
            if modules.rest is not None:
                place = Cited(section.origin, section.name)
                yield unknown(
                    f"modules of {section.name} cannot be told: {modules.rest.reason}", place
                )
        yield passed(f"none of {', '.join(names)} is loaded", *whole(server))

    return check


def settings(server: Server, option: str) -> Iterator[tuple[Section, Node]]:
    """An option wherever it is set: globally, or for a host or component."""
    for section in server.prosody.sections:
        node = section.options.get((option,))
        if node is not None:
            yield section, node


def no_option(*options: str, judge: Judge) -> Check:
    """Wherever one of these options is set, its value must be judged good."""

    def check(server: Server) -> Iterator[Verdict]:
        for option in options:
            for section, node in settings(server, option):
                hole = first_unknown(node)
                where = f"{option} ({section.name})"
                if hole is not None:
                    reason = hole.value.reason if isinstance(hole.value, Unknown) else "a function"
                    yield unknown(f"{where} cannot be told: {reason}", Cited.node(option, hole))
                elif why := judge(node.plain()):
                    yield fail(f"{where}: {why}", Cited.node(option, node))
                else:
                    yield passed(f"{where} is as it should be", Cited.node(option, node))
        yield passed(f"{', '.join(options)}: not set", *whole(server))

    return check


def own_hosts_only(*options: str, why: str) -> Check:
    """Addresses in these options must lead to the deployment's own hosts."""

    def check(server: Server) -> Iterator[Verdict]:
        for option in options:
            for _, node in settings(server, option):
                for leaf in leaves(node):
                    yield judge_address(server, option, leaf, why)
        yield passed(f"{', '.join(options)}: not set", *whole(server))

    return check
