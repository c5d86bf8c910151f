"""A docker-jitsi-meet deployment as its ``.env`` and Compose files show it."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from selfhost.catalog.docker_variables import docker_variables
from selfhost.effective import helm, kubernetes
from selfhost.effective.config import Config
from selfhost.effective.seen import NoAnswer, OutOfScope, Unseen
from selfhost.evidence.model import Document, State
from selfhost.readers import template
from selfhost.readers.compose import ComposeFile, Service
from selfhost.readers.compose_merge import read_compose_files
from selfhost.readers.dotenv import read_dotenv
from selfhost.readers.tree import Node, Origin, Source, Tree, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server

#: The files that ``docker compose`` reads when it is told none, in their order.
DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")

#: Variables by which a file under another name is known as the ``.env`` of a deployment.
MARKS = ("PUBLIC_URL", "HTTPS_PORT", "JICOFO_AUTH_PASSWORD", "JVB_AUTH_PASSWORD", "XMPP_DOMAIN")

#: A template's tags; ``{{MEETING_ID}}`` is jicofo's own.
_TEMPLATE = re.compile(r"\{\{-?\s|\{%")

#: What services of docker-jitsi-meet are called, and where their images come from.
_OWN = ("web", "prosody", "jicofo", "jvb", "jibri", "jigasi", "transcriber")


def settings(server: "Server") -> tuple[Config, ...]:
    """One ``Config`` per ``.env``, keys flat. What a service of the Compose file beside it is given
    in so many words wins; a name that it only passes on does not. Where two services are given
    different values, the second has a ``Config`` of its own with what differs.

    Raises ``NotInstalled`` where there is neither, ``OutOfScope`` on a running server, where
    containers are asked instead, and for a Compose file alone that leaves all to its ``.env``.
    """
    alone = not server.evidence.of("docker.environment")
    if _is_only(server, helm.SOURCE):
        return helm.configs(server)
    if _is_only(server, kubernetes.SOURCE):
        return kubernetes.configs(server)
    documents = () if alone else _documents(server, "docker.environment")
    services: tuple[Service, ...] = ()
    try:
        services = tuple(server.compose.services.values())
    except NoAnswer:
        if alone:
            raise
    main = [document for document in documents if is_main(document)]
    if not documents:
        if not services:
            server.prove_absent("docker", server.looked_for("docker.environment"))
        return _of_compose(services, alone=alone)
    files = {d.path: _variables_of(server, d) for d in documents}
    found = []
    for document in documents:
        own = files[document.path]
        if document not in main:
            found.append(Config("docker", Origin(document.path), (own,)))
            continue
        layers = [_given(service, document.path, files, own) for service in services]
        found.append(Config("docker", Origin(document.path), (*layers, own)))
        found += _differing(layers)
    return tuple(found)


def _is_only(server: "Server", source: str) -> bool:
    """Whether values of a Helm chart or manifests were given, and no deployment of Compose's."""
    values = server.evidence.of(source)
    given = ("docker.environment", "docker.compose")
    return any(d.state is not State.ABSENT for d in values) and not any(
        map(server.evidence.of, given)
    )


def _of_compose(services: tuple[Service, ...], *, alone: bool) -> tuple[Config, ...]:
    origin = Origin(services[0].origin.path)
    layers = [service.environment for service in services]
    if alone and not any(_says_something(layer) for layer in layers):
        raise OutOfScope("the Compose file leaves every setting to a .env file, not given here")
    return (Config("docker", origin, tuple(layers)), *_differing(layers))


#: Variables that upstream's own Compose files set in so many words.
_STOCK = ("SENTRY_DSN", "JIGASI_MODE", "DISPLAY")


def _says_something(layer: Tree) -> bool:
    keys = layer.root.value if isinstance(layer.root.value, dict) else {}
    return any(
        key not in _STOCK and not isinstance(node.value, Unknown) and docker_variables().knows(key)
        for key, node in keys.items()
    )


def is_main(document: Document) -> bool:
    """Whether Compose takes its variables from this file."""
    return PurePosixPath(document.path).name == ".env"


def is_deployment(server: "Server", config: Config, *readers: str) -> bool:
    """Whether a missing variable of these settings has its default: the file is a deployment's
    ``.env`` and not some other file of variables, or runs one of the services that read it."""
    name = PurePosixPath(config.place.path).name
    if name == ".env":
        return True
    if not any(config.get((mark,)) is not None for mark in MARKS):
        return False
    of = name.removesuffix(".env")
    if of in _OWN:
        return of in readers
    if any(d.path == config.place.path for d in server.evidence.of("docker.environment")):
        return True
    if server.evidence.of(helm.SOURCE):
        return True
    services = list(server.compose.services.values())
    if config.place.line:  # a single container
        services = [s for s in services if s.origin == config.place]
    return any(_runs(service, reader) for service in services for reader in readers)


def _runs(service: Service, program: str) -> bool:
    """Whether a service is a container of docker-jitsi-meet's for a program, such as ``web``."""
    image = str(service.image.value) if service.image is not None else ""
    last = image.rpartition("/")[2].partition(":")[0].lower()
    return program in (service.name.lower(), last) or last.endswith(f"-{program}")


def _given(service: Service, main: str, files: dict[str, Tree], own: Tree) -> Tree:
    """The variables of a service that do not just say what the ``.env`` says."""
    root = service.environment.root
    given = dict(root.value) if isinstance(root.value, dict) else {}
    kept = {}
    for key, node in given.items():
        below = own.get((key,))
        if below is None or below.value != node.value:
            kept[key] = node
    rest = root.rest if _is_own(service) else None
    for node in reversed(service.env_file):
        tree = _env_file(node.value, main, files)
        if tree is None:
            if _is_own(service):
                rest = rest or Unknown("an env_file of the service was not given")
        elif tree is not own and isinstance(tree.root.value, dict):
            kept = {**{k: n for k, n in tree.root.value.items() if k not in given}, **kept}
    return Tree(Node(kept, root.origin, rest=rest))


def _env_file(name: object, main: str, files: dict[str, Tree]) -> Tree | None:
    if not isinstance(name, str):
        return None
    wanted = str(PurePosixPath(main).parent / name.removeprefix("./"))
    return files.get(wanted, files.get(name))


def _is_own(service: Service) -> bool:
    """Whether a service is of Jitsi, so that what is not seen of its variables matters."""
    image = service.image.value if service.image is not None else ""
    return "jitsi" in str(image).lower() or service.name.lower() in _OWN


def _differing(layers: Iterable[Tree]) -> list[Config]:
    """What services are given otherwise than the ones before them."""
    first: dict[str, Node] = {}
    found = []
    for layer in layers:
        keys = layer.root.value if isinstance(layer.root.value, dict) else {}
        odd = {k: n for k, n in keys.items() if k in first and first[k].value != n.value}
        first = {**keys, **first}
        if odd:
            place = next(iter(odd.values())).origin.path
            found.append(Config("docker", Origin(place), (Tree(Node(odd, layer.root.origin)),)))
    return found


def compose(server: "Server") -> ComposeFile:
    """The Compose files that are in use, merged.

    Upstream ships files for recorder and transcriber beside its main one; they count when
    ``COMPOSE_FILE`` names them, or when nothing else was given. Services of profiles count when
    ``COMPOSE_PROFILES`` names one. Raises ``NotInstalled``, ``OutOfScope`` and, where a file
    cannot be read, ``Unseen``.
    """
    if _is_only(server, helm.SOURCE):
        return helm.services(server)
    if _is_only(server, kubernetes.SOURCE):
        return kubernetes.services(server)
    documents = _documents(server, "docker.compose")
    if not documents:
        server.prove_absent("docker", server.looked_for("docker.compose"))
    variables = _variables(server)
    chosen = _in_use(documents, variables)
    beside = {d.path: Source(d.path, d.text) for d in documents}
    merged = read_compose_files(
        [beside[d.path] for d in chosen], variables, beside, _profiles(variables)
    )
    for problem in merged.problems:
        if problem.fatal:
            raise Unseen(f"{problem.origin}: {problem.message}", tuple(chosen))
    return merged


def _text(variables: Tree | None, name: str) -> str:
    node = variables.get((name,)) if variables is not None else None
    return node.value if node is not None and isinstance(node.value, str) else ""


def _profiles(variables: Tree | None) -> frozenset[str]:
    names = _text(variables, "COMPOSE_PROFILES").split(",")
    return frozenset(name.strip() for name in names if name.strip())


def _variables_of(server: "Server", document: Document) -> Tree:
    """What a file of variables sets; of one that was given, a template engine may have to fill
    parts in."""
    source = Source(document.path, document.text)
    if server.evidence.scope is None or not _TEMPLATE.search(document.text):
        return read_dotenv(source, supposed=server.supposed)
    filled = template.fill(document.text, template.mark(""), shell=False)
    read = read_dotenv(Source(document.path, filled.text), supposed=server.supposed)
    return template.doubt(read, filled.doubtful)


def _variables(server: "Server") -> Tree | None:
    if not server.evidence.in_scope("docker.environment"):
        return None
    with suppress(NoAnswer):
        main = [d for d in _documents(server, "docker.environment") if is_main(d)]
        return _variables_of(server, main[0]) if main else Tree(_EMPTY)
    return None


_EMPTY = Node({}, Origin(""))


def _in_use(documents: tuple[Document, ...], variables: Tree | None) -> list[Document]:
    separator = _text(variables, "COMPOSE_PATH_SEPARATOR") or ":"
    named = _text(variables, "COMPOSE_FILE").replace(";", separator)
    if named:
        wanted = [PurePosixPath(part.strip()).name for part in named.split(separator)]
        listed = [d for name in wanted for d in documents if PurePosixPath(d.path).name == name]
        if listed:
            return listed
    main = [d for d in documents if _main_name(PurePosixPath(d.path).name)]
    # The override file comes after the one that it overrides.
    return sorted(main, key=lambda d: "override" in d.path) or list(documents)


def _main_name(name: str) -> bool:
    return name in DEFAULTS or name.replace(".override", "") in DEFAULTS


def _documents(server: "Server", source: str) -> tuple[Document, ...]:
    if not server.evidence.of(source):
        raise OutOfScope(f"{source} is not collected from a running server")
    return server.documents(source)
