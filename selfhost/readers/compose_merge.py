"""Several Compose files as one: overrides, ``extends``, ``include`` and profiles.

https://docs.docker.com/reference/compose-file/merge/
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from selfhost.readers.compose import ComposeFile, Service, read_compose
from selfhost.readers.tree import Node, Origin, Problem, Source, Tree, Unknown

MAX_STEPS = 20  # of extends and include, each


def read_compose_files(
    sources: Sequence[Source],
    environment: Tree | None,
    beside: Mapping[str, Source] | None = None,
    active: frozenset[str] = frozenset(),
) -> ComposeFile:
    """Several files, each overriding the ones before it, as ``docker compose -f A -f B``.

    ``beside``: further files by path, which ``extends`` and ``include`` may name. ``active``:
    profiles that are switched on (``*`` for all); services of others are left out.
    """
    files = {source.path: source for source in (*(beside or {}).values(), *sources)}
    reading = _Files(files, environment)
    merged = ComposeFile()
    for source in sources:
        merged = _over(merged, reading.read(source.path))
    services = {
        name: service for name, service in merged.services.items() if _runs(service, active)
    }
    return replace(merged, services=services, include=())


def _runs(service: Service, active: frozenset[str]) -> bool:
    if not service.profiles or "*" in active:
        return True
    names = [node.value for node in service.profiles]
    return any(name in active or isinstance(name, Unknown) for name in names)


class _Files:
    """Files that refer to each other, each read once."""

    def __init__(self, files: Mapping[str, Source], environment: Tree | None) -> None:
        self._files = files
        self._environment = environment
        self._own: dict[str, ComposeFile] = {}
        self._steps = 0

    def read(self, path: str, around: tuple[str, ...] = ()) -> ComposeFile:
        """A file with what it includes and extends."""
        own = self._plain(path)
        merged = ComposeFile()
        problems: list[Problem] = []
        rest = own.rest
        for node in own.include:
            other = self._beside(path, node.value)
            self._steps += 1
            if other is None or other in (*around, path) or self._steps > MAX_STEPS:
                problems.append(Problem(node.origin, "an included file was not given"))
                rest = rest or Unknown("another file is included, which was not given")
            else:
                merged = _over(merged, self.read(other, (*around, path)))
        services = {
            name: self._whole(path, service, problems, 0) for name, service in own.services.items()
        }
        own = replace(own, services=services, problems=(*own.problems, *problems), rest=rest)
        return _over(merged, own)

    def _plain(self, path: str) -> ComposeFile:
        if path not in self._own:
            self._own[path] = read_compose(self._files[path], self._environment)
        return self._own[path]

    def _beside(self, path: str, name: object) -> str | None:
        if not isinstance(name, str):
            return None
        wanted = str(PurePosixPath(path).parent / name.removeprefix("./"))
        if wanted in self._files:
            return wanted
        return name if name in self._files else None

    def _whole(self, path: str, service: Service, problems: list[Problem], depth: int) -> Service:
        """The service over the one that it extends. Profiles are its own."""
        if service.extends is None:
            return service
        name, file = service.extends
        other = self._beside(path, file) if file else path
        base = self._plain(other).services.get(name) if other is not None else None
        if other is None or base is None or depth > MAX_STEPS:
            problems.append(Problem(service.origin, "what the service extends was not given"))
            hole = Unknown("the service extends one that was not given")
            root = replace(service.environment.root, rest=hole)
            return replace(service, environment=Tree(root), extends=None)
        base = self._whole(other, base, problems, depth + 1)
        return replace(_merge(base, service), profiles=service.profiles)


def _over(below: ComposeFile, above: ComposeFile) -> ComposeFile:
    services = dict(below.services)
    for name, service in above.services.items():
        services[name] = _merge(services[name], service) if name in services else service
    rest = above.rest or below.rest
    return ComposeFile(services, below.problems + above.problems, rest)


def _merge(below: Service, above: Service) -> Service:
    def joined(key: str, lower: tuple[Node, ...], upper: tuple[Node, ...]) -> tuple[Node, ...]:
        return upper if key in above.replaced else lower + upper

    fresh = above.replaced
    return replace(
        below,
        origin=below.origin,
        image=above.image if "image" in fresh else _winner(below.image, above.image),
        command=above.command if "command" in fresh else _winner(below.command, above.command),
        logging=above.logging if "logging" in fresh else _winner(below.logging, above.logging),
        environment=above.environment
        if "environment" in fresh
        else _variables(below.environment, above.environment),
        env_file=joined("env_file", below.env_file, above.env_file),
        ports=_unique(joined("ports", below.ports, above.ports), None),
        volumes=_unique(joined("volumes", below.volumes, above.volumes), _VOLUME_TARGET),
        profiles=joined("profiles", below.profiles, above.profiles),
        extends=None,
        replaced=frozenset(),
    )


def _winner(below: Node | None, above: Node | None) -> Node | None:
    if below is None or above is None:
        return above or below
    return replace(above, overrides=(*below.overrides, below.origin))


def _variables(below: Tree, above: Tree) -> Tree:
    if not isinstance(below.root.value, Mapping) or not isinstance(above.root.value, Mapping):
        return above
    merged = dict(below.root.value)
    for key, node in above.root.value.items():
        merged[key] = _winner(merged.get(key), node) or node
    rest = above.root.rest or below.root.rest
    origin: Origin = above.root.origin if above.root.value else below.root.origin
    return Tree(Node(merged, origin, rest=rest))


_VOLUME_TARGET = re.compile(r"(?:[^:]*:)?(?P<target>/[^:]*)(?::[^:/]*)?")


def _unique(nodes: tuple[Node, ...], target: re.Pattern[str] | None) -> tuple[Node, ...]:
    """A later item replaces an earlier one with the same target (or the same text)."""
    found: dict[object, Node] = {}
    for number, node in enumerate(nodes):
        key: object = number
        if isinstance(node.value, str):
            match = target.fullmatch(node.value) if target else None
            key = match["target"] if match else node.value
        found[key] = _winner(found.get(key), node) or node
    return tuple(found.values())
