"""``docker-compose.yml`` and its overrides: what each service is given."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from selfhost.readers.compose_yaml import YamlError, read_yaml
from selfhost.readers.interpolation import Interpolation
from selfhost.readers.tree import Node, Origin, Problem, Source, Tree, Unknown, Value

_NO_VARIABLES = Tree(Node({}, Origin("")))


@dataclass(frozen=True, slots=True)
class Service:
    """One service. ``environment`` has flat keys; items of the tuples are text or ``Unknown``.

    ``env_file``: paths as written. Their variables are not in ``environment``, which wins over
    them. ``ports`` and ``volumes``: the short form, ``[IP:][HOST:]CONTAINER[/PROTOCOL]`` and
    ``SOURCE:TARGET[:MODE]``, also where the file uses the long one.
    """

    name: str
    origin: Origin
    image: Node | None = None
    command: Node | None = None
    environment: Tree = _NO_VARIABLES
    env_file: tuple[Node, ...] = ()
    ports: tuple[Node, ...] = ()
    volumes: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class ComposeFile:
    """``services`` by name. ``rest``: services that could not be seen may exist."""

    services: Mapping[str, Service] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    rest: Unknown | None = None


def read_compose(source: Source, environment: Tree | None) -> ComposeFile:
    """One file. ``environment``: the ``.env`` beside it; without it variables are ``Unknown``."""
    try:
        problems: list[Problem] = []
        root = read_yaml(source, problems)
    except YamlError as error:
        problem = Problem(error.origin, error.message, fatal=True)
        return ComposeFile({}, (problem,), Unknown("could not be read as YAML"))
    return _Reading(problems, environment).file(root)


def read_compose_files(sources: Sequence[Source], environment: Tree | None) -> ComposeFile:
    """Several files, each overriding the ones before it, as ``docker compose -f A -f B``."""
    merged = ComposeFile()
    for source in sources:
        merged = _over(merged, read_compose(source, environment))
    return merged


class _Reading:
    def __init__(self, problems: list[Problem], environment: Tree | None) -> None:
        self._problems = problems
        self._environment = environment
        self._interpolation = Interpolation(self._variable)

    def _variable(self, name: str) -> Value | None:
        if self._environment is None:
            return Unknown(f"{name}: no .env file was given")
        node = self._environment.get((name,))
        return None if node is None else node.value

    def file(self, root: Node) -> ComposeFile:
        services = self._mapping(root).get("services")
        found: dict[str, Service] = {}
        rest = root.rest
        if root.value is not None and not isinstance(root.value, Mapping):
            self._odd(root.origin, "not a Compose file")
            rest = Unknown("not a Compose file")
        for key in ("include", "extends"):
            if node := self._mapping(root).get(key):
                self._odd(node.origin, f"{key!r} is not followed")
                rest = Unknown("other files are included")
        if services is not None:
            rest = rest or services.rest
            if services.value is not None and not isinstance(services.value, Mapping):
                self._odd(services.origin, "'services' is not a mapping")
                rest = Unknown("'services' is not a mapping")
            for name, node in self._mapping(services).items():
                found[name] = self._service(name, node)
        return ComposeFile(found, tuple(self._problems), rest)

    def _odd(self, origin: Origin, message: str) -> None:
        self._problems.append(Problem(origin, message))

    @staticmethod
    def _mapping(node: Node) -> Mapping[str, Node]:
        return node.value if isinstance(node.value, Mapping) else {}

    def _service(self, name: str, node: Node) -> Service:
        keys = self._mapping(node)
        rest = node.rest
        if not isinstance(node.value, Mapping):
            self._odd(node.origin, "a service that is not a mapping")
            rest = Unknown("the service cannot be read")
        if "extends" in keys:
            self._odd(keys["extends"].origin, "'extends' is not followed")
            rest = Unknown("the service extends another")
        environment = self._variables(keys.get("environment"), node)
        if rest:
            environment = Tree(replace(environment.root, rest=rest))
        return Service(
            name=name,
            origin=node.origin,
            image=self._filled(keys["image"]) if "image" in keys else None,
            command=self._filled(keys["command"]) if "command" in keys else None,
            environment=environment,
            env_file=tuple(_file(item) for item in self._items(keys.get("env_file"))),
            ports=tuple(_port(item) for item in self._items(keys.get("ports"))),
            volumes=tuple(_volume(item) for item in self._items(keys.get("volumes"))),
        )

    def _filled(self, node: Node) -> Node:
        value = node.value
        if isinstance(value, str):
            return replace(node, value=self._interpolation.fill(value))
        if isinstance(value, Mapping):
            return replace(node, value={k: self._filled(v) for k, v in value.items()})
        if isinstance(value, tuple):
            return replace(node, value=tuple([self._filled(item) for item in value]))
        return node

    def _items(self, node: Node | None) -> tuple[Node, ...]:
        """The items of a list, or one item that stands alone."""
        if node is None or node.value is None:
            return ()
        if isinstance(node.value, Sequence) and not isinstance(node.value, str):
            return tuple(self._filled(item) for item in node.value)
        return (self._filled(node),)

    def _variables(self, node: Node | None, service: Node) -> Tree:
        if node is None or node.value is None:
            return Tree(Node({}, service.origin))
        found: dict[str, Node] = {}
        rest: Unknown | None = node.rest
        if isinstance(node.value, Mapping):
            for key, given in node.value.items():
                self._set(found, key, self._filled(given), passed_on=given.value is None)
        elif isinstance(node.value, Sequence) and not isinstance(node.value, str):
            for item in node.value:
                text = self._filled(item)
                if not isinstance(text.value, str):
                    rest = Unknown("a variable whose name cannot be read")
                    if not isinstance(text.value, Unknown):
                        self._odd(item.origin, "not a variable")
                    elif isinstance(item.value, str) and "=" in item.value:
                        name = item.value.partition("=")[0]
                        if "$" not in name:
                            rest = node.rest
                            found[name] = text
                    continue
                key, equals, value = text.value.partition("=")
                self._set(found, key, replace(text, value=value), passed_on=not equals)
        else:
            self._odd(node.origin, "'environment' is neither a mapping nor a list")
            rest = Unknown("'environment' cannot be read")
        return Tree(Node(found, node.origin, rest=rest))

    def _set(self, found: dict[str, Node], key: str, node: Node, *, passed_on: bool) -> None:
        if passed_on:  # a name alone takes its value from the .env file, if that has one
            value = self._variable(key)
            if value is None:
                return
            node = replace(node, value=value)
        elif isinstance(node.value, bool):
            node = replace(node, value=str(node.value).lower())
        found[key] = node


def _part(node: Node, key: str) -> str | Unknown:
    child = node.value.get(key) if isinstance(node.value, Mapping) else None
    if child is None or child.value is None:
        return ""
    return child.value if isinstance(child.value, str | Unknown) else str(child.value)


def _short(node: Node, keys: Sequence[str]) -> tuple[list[str], Unknown | None]:
    parts = [_part(node, key) for key in keys]
    unknown = next((part for part in parts if isinstance(part, Unknown)), None)
    return [part for part in parts if isinstance(part, str)], unknown


def _file(node: Node) -> Node:
    return node.value.get("path", node) if isinstance(node.value, Mapping) else node


def _port(node: Node) -> Node:
    if isinstance(node.value, Mapping):
        parts, unknown = _short(node, ("host_ip", "published", "target", "protocol"))
        if unknown:
            return replace(node, value=unknown)
        address, published, target, protocol = parts
        text = ":".join(part for part in (address, published, target) if part)
        return replace(node, value=text + (f"/{protocol}" if protocol else ""))
    return node


def _volume(node: Node) -> Node:
    if not isinstance(node.value, Mapping):
        return node
    parts, unknown = _short(node, ("source", "target", "read_only"))
    if unknown:
        return replace(node, value=unknown)
    source, target, read_only = parts
    mode = "ro" if read_only == "True" else ""
    return replace(node, value=":".join(part for part in (source, target, mode) if part))


def _over(below: ComposeFile, above: ComposeFile) -> ComposeFile:
    services = dict(below.services)
    for name, service in above.services.items():
        services[name] = _merge(services[name], service) if name in services else service
    rest = above.rest or below.rest
    return ComposeFile(services, below.problems + above.problems, rest)


def _merge(below: Service, above: Service) -> Service:
    return replace(
        below,
        image=_winner(below.image, above.image),
        command=_winner(below.command, above.command),
        environment=_variables(below.environment, above.environment),
        env_file=below.env_file + above.env_file,
        ports=_unique(below.ports, above.ports, None),
        volumes=_unique(below.volumes, above.volumes, _VOLUME_TARGET),
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
    return Tree(
        Node(merged, above.root.origin if above.root.value else below.root.origin, rest=rest)
    )


_VOLUME_TARGET = re.compile(r"(?:[^:]*:)?(?P<target>/[^:]*)(?::[^:/]*)?")


def _unique(
    below: tuple[Node, ...], above: tuple[Node, ...], target: re.Pattern[str] | None
) -> tuple[Node, ...]:
    """Both lists; an item of ``above`` replaces the one with the same target (or same text)."""
    found: dict[object, Node] = {}
    for number, node in enumerate((*below, *above)):
        key: object = number
        if isinstance(node.value, str):
            match = target.fullmatch(node.value) if target else None
            key = match["target"] if match else node.value
        found[key] = _winner(found.get(key), node) or node
    return tuple(found.values())
