"""``docker-compose.yml`` and its overrides: what each service is given."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from selfhost.readers.compose_yaml import YamlError, read_yaml
from selfhost.readers.interpolation import Interpolation
from selfhost.readers.tree import Node, Origin, Problem, Source, Tree, Unknown, Value

_VARIABLE = re.compile(r"\$\{[^{}]*\}|\$\w+", re.ASCII)
_NO_VARIABLES = Tree(Node({}, Origin("")))


@dataclass(frozen=True, slots=True)
class Service:
    """One service. ``environment`` has flat keys; items of the tuples are text or ``Unknown``.

    ``env_file``: paths as written. Their variables are not in ``environment``, which wins over
    them. ``ports`` and ``volumes``: the short form, ``[IP:][HOST:]CONTAINER[/PROTOCOL]`` and
    ``SOURCE:TARGET[:MODE]``, also where the file uses the long one; in ports a variable whose value
    is not known stands as ``?NAME``. ``profiles``: it runs only when one of them is on.
    ``extends``: the service, and the file if it is another, that this one starts from.
    ``replaced``: keys that take the place of what an earlier file said (``!override``, ``!reset``).
    """

    name: str
    origin: Origin
    image: Node | None = None
    command: Node | None = None
    environment: Tree = _NO_VARIABLES
    env_file: tuple[Node, ...] = ()
    ports: tuple[Node, ...] = ()
    volumes: tuple[Node, ...] = ()
    profiles: tuple[Node, ...] = ()
    extends: tuple[str, str] | None = None
    replaced: frozenset[str] = frozenset()
    logging: Node | None = None


@dataclass(frozen=True, slots=True)
class ComposeFile:
    """``services`` by name. ``rest``: services that could not be seen may exist.

    ``include``: paths of further files, as written.
    """

    services: Mapping[str, Service] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    rest: Unknown | None = None
    include: tuple[Node, ...] = ()


def read_compose(source: Source, environment: Tree | None) -> ComposeFile:
    """One file. ``environment``: the ``.env`` beside it; without it a variable
    has its default, where it has one, and is ``Unknown`` otherwise."""
    try:
        problems: list[Problem] = []
        tags: dict[Origin, str] = {}
        root = read_yaml(source, problems, tags)
    except YamlError as error:
        problem = Problem(error.origin, error.message, fatal=True)
        return ComposeFile({}, (problem,), Unknown("could not be read as YAML"))
    return _Reading(problems, environment, tags).file(root)


class _Reading:
    def __init__(
        self, problems: list[Problem], environment: Tree | None, tags: Mapping[Origin, str]
    ) -> None:
        self._problems = problems
        self._tags = tags
        self._environment = environment
        self._interpolation = Interpolation(self._variable)

    def _variable(self, name: str) -> Value | None:
        if self._environment is None:
            return None
        node = self._environment.get((name,))
        return None if node is None else node.value

    def file(self, root: Node) -> ComposeFile:
        services = self._mapping(root).get("services")
        found: dict[str, Service] = {}
        rest = root.rest
        if root.value is not None and not isinstance(root.value, Mapping):
            self._odd(root.origin, "not a Compose file")
            rest = Unknown("not a Compose file")
        if services is not None:
            rest = rest or services.rest
            if services.value is not None and not isinstance(services.value, Mapping):
                self._odd(services.origin, "'services' is not a mapping")
                rest = Unknown("'services' is not a mapping")
            for name, node in self._mapping(services).items():
                found[name] = self._service(name, node)
        include = tuple(_file(item) for item in self._items(self._mapping(root).get("include")))
        return ComposeFile(found, tuple(self._problems), rest, include)

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
            ports=tuple(self._ports(keys.get("ports"))),
            volumes=tuple(_volume(item) for item in self._items(keys.get("volumes"))),
            profiles=self._items(keys.get("profiles")),
            extends=self._extends(keys.get("extends")),
            replaced=frozenset(key for key, child in keys.items() if child.origin in self._tags),
            logging=self._filled(keys["logging"]) if "logging" in keys else None,
        )

    def _extends(self, node: Node | None) -> tuple[str, str] | None:
        if node is None or node.value is None:
            return None
        if isinstance(node.value, str):
            return node.value, ""
        name, file = (_part(self._filled(node), key) for key in ("service", "file"))
        if isinstance(name, str) and isinstance(file, str) and name:
            return name, file
        self._odd(node.origin, "'extends' cannot be read")
        return "?", "?"

    def _ports(self, node: Node | None) -> Iterator[Node]:
        raw = node.value if node is not None and isinstance(node.value, tuple) else ()
        for position, item in enumerate(self._items(node)):
            text = raw[position].value if position < len(raw) else None
            if isinstance(item.value, Unknown) and isinstance(text, str):
                yield replace(item, value=_VARIABLE.sub(self._shown, text))
            else:
                yield _port(item)

    def _shown(self, match: re.Match[str]) -> str:
        value = self._interpolation.fill(match[0])
        return value if isinstance(value, str) else "?" + re.sub(r"\W.*", "", match[0].strip("${"))

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
            if self._environment is None:
                value: Value | None = Unknown("it is passed on, and no .env file was given")
            else:
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
    """The path of ``env_file`` or ``include``; one that need not be there is as good as absent."""
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
