"""A docker-jitsi-meet deployment as its ``.env`` and Compose files show it."""

from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from selfhost.effective.config import Config
from selfhost.effective.seen import NoAnswer, OutOfScope, Unseen
from selfhost.evidence.model import Document
from selfhost.readers.compose import ComposeFile, Service, read_compose_files
from selfhost.readers.dotenv import read_dotenv
from selfhost.readers.tree import Node, Origin, Source, Tree

if TYPE_CHECKING:
    from selfhost.effective.server import Server

#: The files that ``docker compose`` reads when it is told none, in their order.
DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")

#: Variables by which a file under another name is known as the ``.env`` of a deployment.
MARKS = ("PUBLIC_URL", "HTTPS_PORT", "JICOFO_AUTH_PASSWORD", "JVB_AUTH_PASSWORD", "XMPP_DOMAIN")


def settings(server: "Server") -> tuple[Config, ...]:
    """One ``Config`` per ``.env``, keys flat. What a service of the Compose file beside it is given
    in so many words wins; a name that it only passes on does not.

    Raises ``NotInstalled`` where there is neither, ``OutOfScope`` on a running server, where
    containers are asked instead.
    """
    documents = _documents(server, "docker.environment")
    found = []
    beside: ComposeFile | None = None
    with suppress(NoAnswer):
        beside = compose(server)
    if not documents:
        if beside is None or not beside.services:
            server.prove_absent("docker", server.looked_for("docker.environment"))
        assert beside is not None  # noqa: S101 - said above
        first = next(iter(beside.services.values()))
        layers = tuple(service.environment for service in beside.services.values())
        return (Config("docker", Origin(first.origin.path), layers),)
    for document in documents:
        own = read_dotenv(Source(document.path, document.text))
        given = () if beside is None else tuple(beside.services.values())
        layers = (*(_literal(service, own) for service in given), own)
        found.append(
            Config("docker", Origin(document.path), layers if is_main(document) else (own,))
        )
    return tuple(found)


def is_main(document: Document) -> bool:
    """Whether Compose takes its variables from this file."""
    return PurePosixPath(document.path).name == ".env"


def is_deployment(config: Config) -> bool:
    """Whether a missing variable of these settings has its default: the file is a deployment's
    ``.env``, and not some other file of variables."""
    name = PurePosixPath(config.place.path).name
    return name == ".env" or any(config.get((mark,)) is not None for mark in MARKS)


def _literal(service: Service, beneath: Tree) -> Tree:
    """The variables of a service that do not just say what the ``.env`` says."""
    root = service.environment.root
    if not isinstance(root.value, dict):
        return service.environment
    kept = {}
    for key, node in root.value.items():
        below = beneath.get((key,))
        if below is None or below.value != node.value:
            kept[key] = node
    return Tree(Node(kept, root.origin, rest=root.rest))


def compose(server: "Server") -> ComposeFile:
    """The Compose files that are in use, merged.

    Upstream ships files for recorder and transcriber beside its main one; they count when
    ``COMPOSE_FILE`` names them, or when nothing else was given. Raises ``NotInstalled``,
    ``OutOfScope`` and, where a file cannot be read, ``Unseen``.
    """
    documents = _documents(server, "docker.compose")
    if not documents:
        server.prove_absent("docker", server.looked_for("docker.compose"))
    variables = _variables(server)
    chosen = _in_use(documents, variables)
    merged = read_compose_files([Source(d.path, d.text) for d in chosen], variables)
    for problem in merged.problems:
        if problem.fatal:
            raise Unseen(f"{problem.origin}: {problem.message}", tuple(chosen))
    return merged


def _variables(server: "Server") -> Tree | None:
    if not server.evidence.in_scope("docker.environment"):
        return None
    main = [d for d in _documents(server, "docker.environment") if is_main(d)]
    return read_dotenv(Source(main[0].path, main[0].text)) if main else Tree(Node({}, Origin("")))


def _in_use(documents: tuple[Document, ...], variables: Tree | None) -> list[Document]:
    named = variables.get(("COMPOSE_FILE",)) if variables is not None else None
    if named is not None and isinstance(named.value, str) and named.value:
        wanted = [PurePosixPath(part).name for part in named.value.replace(";", ":").split(":")]
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
