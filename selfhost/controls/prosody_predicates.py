"""Checks of Prosody's modules and options, over every host and component."""

from collections.abc import Iterator

from selfhost.controls.model import Check, Cited, Verdict, fail, passed, unknown
from selfhost.controls.predicates import Judge, first_unknown
from selfhost.controls.web_predicates import judge_address, leaves
from selfhost.effective.prosody import loaded
from selfhost.effective.server import Server
from selfhost.readers.prosody import Section
from selfhost.readers.tree import Node, Origin, Unknown


def whole(server: Server) -> tuple[Cited, ...]:
    """What a pass rests on: every file of the configuration. Raises ``NotInstalled``."""
    return tuple(Cited(Origin(d.path)) for d in server.required("prosody.config", "prosody"))


def no_module(*names: str, why: str) -> Check:
    """No host and no component loads any of these modules."""

    def check(server: Server) -> Iterator[Verdict]:
        for section in server.prosody.active:
            modules = loaded(server.prosody, section)
            for use in modules:
                if use.name not in names:
                    continue
                place = Cited(use.origin, f"{section.name}: {use.name}")
                if use.certain:
                    yield fail(f"{use.name} is loaded on {section.name}: {why}", place)
                else:
                    yield unknown(f"{use.name} may be loaded on {section.name}: {why}", place)
            if modules.rest is not None:
                yield unknown_modules(section, modules.rest)
        yield passed(f"none of {', '.join(names)} is loaded", *whole(server))

    return check


def unknown_modules(section: Section, rest: Unknown) -> Verdict:
    """That a host may load modules that cannot be seen."""
    place = Cited(section.origin, section.name)
    return unknown(f"modules of {section.name} cannot be told: {rest.reason}", place)


def loads(server: Server, *names: str) -> bool:
    """Whether any host loads, or may load, one of these modules."""
    return any(
        modules.rest is not None or modules.names() & set(names)
        for modules in (loaded(server.prosody, section) for section in server.prosody.active)
    )


def settings(server: Server, option: str) -> Iterator[tuple[Section, Node]]:
    """An option wherever it is set: globally, or for a host or component that is started."""
    config = server.prosody
    for section in (*config.sections[:1], *config.active):
        node = section.options.get((option,))
        if node is not None:
            yield section, node


def no_option(*options: str, judge: Judge, of: tuple[str, ...] = ()) -> Check:
    """Wherever one of these options is set, its value must be judged good.

    ``of``: the modules that read them; where none of these is loaded they do nothing.
    """

    def check(server: Server) -> Iterator[Verdict]:
        if of and not loads(server, *of):
            yield passed(f"none of {', '.join(of)} is loaded", *whole(server))
            return
        for option in options:
            for section, node in settings(server, option):
                yield judge_option(section, option, node, judge)
        yield from _not_set(server, options)

    return check


def _not_set(server: Server, options: tuple[str, ...]) -> Iterator[Verdict]:
    absent = [option for option in options if not any(settings(server, option))]
    if absent:
        yield passed(f"{', '.join(absent)}: not set", *whole(server))


def judge_option(section: Section, option: str, node: Node, judge: Judge) -> Verdict:
    """One option of one host."""
    hole = first_unknown(node)
    where = f"{option} ({section.name})"
    if hole is not None:
        reason = hole.value.reason if isinstance(hole.value, Unknown) else "a function"
        return unknown(f"{where} cannot be told: {reason}", Cited.node(option, hole))
    if why := judge(node.plain()):
        return fail(f"{where}: {why}", Cited.node(option, node))
    return passed(f"{where} is as it should be", Cited.node(option, node))


def own_hosts_only(*options: str, why: str) -> Check:
    """Addresses in these options must lead to the deployment's own hosts."""

    def check(server: Server) -> Iterator[Verdict]:
        named = [
            (option, leaf)
            for option in options
            for _, node in settings(server, option)
            for leaf in leaves(node)
        ]
        for option, leaf in named:
            yield judge_address(server, option, leaf, why)
        if named:
            yield from _not_set(server, options)
        else:
            yield passed(f"{', '.join(options)}: no address", *whole(server))

    return check
