"""A server as its evidence shows it: one property per program, read once, on demand."""

from collections.abc import Callable, Collection
from contextlib import suppress
from fnmatch import fnmatch
from typing import TypeVar, cast

from selfhost.catalog.components import components
from selfhost.effective import (
    docker,
    environments,
    firewall,
    helm,
    host,
    interface,
    jvm,
    kubernetes,
    life,
    outside,
    plain_files,
    prosody,
    recorders,
    transcribers,
    turn,
    web,
)
from selfhost.effective import nginx as nginx_view
from selfhost.effective.config import Config
from selfhost.effective.seen import NoAnswer, NotInstalled, OutOfScope, Unseen
from selfhost.evidence.model import Document, Evidence, State
from selfhost.readers import facts
from selfhost.readers.certificates import Certificate
from selfhost.readers.compose import ComposeFile
from selfhost.readers.kubernetes import Manifests
from selfhost.readers.nftables import Chain
from selfhost.readers.nginx import NginxConfig
from selfhost.readers.outside import Seen
from selfhost.readers.prosody import ProsodyConfig
from selfhost.readers.tree import Node, Unknown

T = TypeVar("T")

#: Sources that answer the same question: what can be asked of a running server, what files tell.
ALTERNATIVES = {
    "nginx.effective": ("nginx.files",),
    "docker.environment": ("docker.compose", "helm.values", "kubernetes.manifests"),
    "docker.compose": ("helm.values", "kubernetes.manifests"),
    "jibri.config": ("jibri.legacy",),
    "jicofo.config": ("jicofo.legacy",),
    "videobridge.config": ("videobridge.legacy",),
}

_WHY = {
    State.DENIED: "may not be read by the audit's user",
    State.FAILED: "could not be read",
    State.TOO_LARGE: "is larger than the limit",
}


class Server:
    """Typed questions to one target's evidence.

    Every property raises ``Unseen`` when what it needs could not be read or understood,
    ``NotInstalled`` when the program is proved absent and ``OutOfScope`` when the target was
    given as files without it.
    """

    def __init__(self, evidence: Evidence, *, supposed: bool = False) -> None:
        self.evidence = evidence
        self.supposed = supposed
        self._answers: dict[str, object] = {}

    @property
    def supposing(self) -> "Server | None":
        """The same files if those that they include, and that were not given, said nothing, nor
        the lines that their program would refuse: good enough to find fault with, never to pass.

        ``None`` on a running server, where all is collected.
        """
        if self.supposed or self.evidence.scope is None:
            return None
        return self._once("supposing", lambda: Server(self.evidence, supposed=True))

    def prove_alive(self) -> None:
        """Raise ``Unseen`` where a whole server's answer cannot be that of a running one."""
        self._once("alive", lambda: life.prove_alive(self))

    def unseen_hosts(self, sources: Collection[str]) -> Unknown | None:
        """Why hosts and components of Prosody's may exist that none of the files shows; ``None``
        where ``sources`` do not hold its configuration."""
        if "prosody.config" not in sources or not self.evidence.in_scope("prosody.config"):
            return None
        with suppress(NoAnswer):
            return self.prosody.sections[0].options.root.rest
        return None

    # -- documents ------------------------------------------------------------------------------

    def documents(self, source: str) -> tuple[Document, ...]:
        """The documents of a source that were read; empty when it was looked for and is absent."""
        if not self.evidence.in_scope(source):
            raise OutOfScope(f"{source} was not given")
        found = self.evidence.of(source)
        if not found:
            raise Unseen(f"{source} was not collected")
        for document in found:
            if not document.state.known:
                why = _WHY[document.state] + (f" ({document.reason})" if document.reason else "")
                raise Unseen(f"{document.path} {why}", (document,))
            if b"\0" in document.content:  # what readers forgive would hide that it is no text
                raise Unseen(f"{document.path} is not a text file", (document,))
        return tuple(document for document in found if document.state is State.PRESENT)

    def looked_for(self, source: str) -> tuple[Document, ...]:
        """The documents that say that something is not there."""
        return tuple(d for d in self.evidence.of(source) if d.state is State.ABSENT)

    def optional(self, source: str) -> tuple[Document, ...]:
        """As ``documents``, but empty where the source is out of scope."""
        return self.documents(source) if self.evidence.in_scope(source) else ()

    def required(self, source: str, component: str) -> tuple[Document, ...]:
        """The documents of a component's main source; raises ``NotInstalled`` on proof."""
        found = self.documents(source)
        if not found:
            self.prove_absent(component, self.looked_for(source))
        return found

    def prove_absent(self, component: str, looked: tuple[Document, ...]) -> None:
        """Raise ``NotInstalled`` if all that was collected agrees that a component is not there.

        Raises ``Unseen`` when a package, process or container of it says otherwise.
        """
        known = components()[component]
        where = ", ".join(document.path for document in looked)
        if self.evidence.scope is None:
            for package in self.packages:
                if package.installed and any(fnmatch(package.name, p) for p in known.packages):
                    raise Unseen(f"{package.name} is installed, but {where} is not there", looked)
            for process in self.processes:
                line = process.command_line.lower()
                if any(marker in line for marker in known.processes):
                    raise Unseen(
                        f"process {process.pid} is {component}, {where} is not there", looked
                    )
            for container in self.containers:
                if any(image in container.image.lower() for image in known.images):
                    raise Unseen(f"{component} runs in the container {container.name}", looked)
        raise NotInstalled(f"{component} is not installed: {where} is not there", looked)

    def _once(self, name: str, build: Callable[[], T]) -> T:
        if name not in self._answers:
            try:
                self._answers[name] = build()
            except NoAnswer as outcome:
                self._answers[name] = outcome
        answer = self._answers[name]
        if isinstance(answer, NoAnswer):
            raise answer
        return cast("T", answer)

    # -- programs -------------------------------------------------------------------------------

    @property
    def web(self) -> tuple[Config, ...]:
        """``config`` of every ``config.js``, as a browser would have it after the file ran."""
        return self._once("web", lambda: web.client_configs(self))

    @property
    def interface(self) -> tuple[Config, ...]:
        """``interfaceConfig`` of each ``interface_config.js`` that is served."""
        return self._once("interface", lambda: interface.configs(self))

    @property
    def prosody(self) -> ProsodyConfig:
        """Prosody's hosts and components with their options."""
        return self._once("prosody", lambda: prosody.configuration(self))

    @property
    def jicofo(self) -> Config:
        """The focus: ``-D`` arguments over ``jicofo.conf``."""
        return self._once("jicofo", lambda: jvm.service(self, "jicofo"))

    @property
    def videobridge(self) -> Config:
        """The bridge: ``-D`` arguments over ``jvb.conf``."""
        return self._once("videobridge", lambda: jvm.service(self, "videobridge"))

    @property
    def nginx(self) -> NginxConfig:
        """nginx's directives, includes resolved."""
        return self._once("nginx", lambda: nginx_view.configuration(self))

    @property
    def coturn(self) -> Config:
        """``turnserver.conf``."""
        return self._once("coturn", lambda: turn.configuration(self))

    @property
    def jibri(self) -> tuple[Config, ...]:
        """Each recorder: old ``config.json`` over ``-D`` arguments over ``jibri.conf``."""
        return self._once("jibri", lambda: recorders.jibri(self))

    @property
    def jigasi(self) -> tuple[Config, ...]:
        """Each gateway: ``sip-communicator.properties`` over ``-D`` arguments over HOCON."""
        return self._once("jigasi", lambda: transcribers.jigasi(self))

    def variables(self, component: str) -> tuple[Config, ...]:
        """A program that is told by variables: each running one, or each of its files; flat."""
        return self._once(
            f"variables:{component}", lambda: environments.environments(self, component)
        )

    @property
    def multitrack(self) -> tuple[Config, ...]:
        """The recorder of single tracks: ``-D`` arguments over ``jmr.conf``."""
        return self._once("multitrack", lambda: recorders.multitrack(self))

    # -- docker-jitsi-meet ----------------------------------------------------------------------

    @property
    def docker(self) -> tuple[Config, ...]:
        """Variables of each ``.env``, with what Compose files set over it."""
        return self._once("docker", lambda: docker.settings(self))

    @property
    def compose(self) -> ComposeFile:
        """The services of the Compose files in use."""
        return self._once("compose", lambda: docker.compose(self))

    @property
    def manifests(self) -> Manifests:
        """Containers of Kubernetes manifests."""
        return self._once("manifests", lambda: kubernetes.manifests(self))

    @property
    def helm_values(self) -> tuple[Node, ...]:
        """The values of a Helm chart, one per file."""
        return self._once("helm", lambda: helm.roots(self))

    # -- the host -------------------------------------------------------------------------------

    @property
    def packages(self) -> tuple[facts.Package, ...]:
        """Every package that dpkg knows."""
        return self._once("packages", lambda: host.packages(self))

    @property
    def units(self) -> tuple[facts.Unit, ...]:
        """Services and timers, loaded or installed."""
        return self._once("units", lambda: host.units(self))

    @property
    def processes(self) -> tuple[facts.Process, ...]:
        """Processes that ran when the evidence was taken."""
        return self._once("processes", lambda: host.processes(self))

    @property
    def sockets(self) -> tuple[facts.Socket, ...]:
        """Listening and connected sockets."""
        return self._once("sockets", lambda: host.sockets(self))

    @property
    def containers(self) -> tuple[facts.Container, ...]:
        """Containers of docker and podman."""
        return self._once("containers", lambda: host.containers(self))

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The web and TURN server's own certificates, one per file; chains are left out."""
        return self._once("certificates", lambda: host.certificates(self))

    @property
    def firewall(self) -> tuple[Chain, ...]:
        """The chains of the kernel's packet filter."""
        return self._once("firewall", lambda: firewall.ruleset(self))

    def outside(self, source: str) -> tuple[Seen, ...]:
        """What was seen from outside."""
        return self._once(f"outside:{source}", lambda: outside.seen(self, source))

    def listing(self, source: str) -> tuple[facts.Entry, ...]:
        """Names of a source that lists folders."""
        return self._once(f"listing:{source}", lambda: host.listing(self, source))

    def environment(self, source: str) -> tuple[Config, ...]:
        """``KEY=value`` files of a source, one ``Config`` each, keys flat."""
        return self._once(f"environment:{source}", lambda: host.environment(self, source))

    def properties(self, source: str) -> tuple[Config, ...]:
        """Java ``.properties`` files of a source, one ``Config`` each, keys flat."""
        return self._once(f"properties:{source}", lambda: jvm.properties(self, source))

    def documents_of(self, component: str) -> tuple[Config, ...]:
        """A program's YAML or INI files, one ``Config`` each."""
        return self._once(f"files:{component}", lambda: plain_files.files(self, component))

    @property
    def all_owners_seen(self) -> bool:
        """Whether the audit had the right to see whose every socket is."""
        return not any(d.reason for d in self.documents("host.sockets"))

    @property
    def all_names_seen(self) -> bool:
        """Whether what names this deployment has could be read."""
        return self._once("all_names_seen", lambda: web.all_names_seen(self))

    @property
    def own_hosts(self) -> frozenset[str]:
        """Names of this deployment: the domains that its own configuration serves."""
        return self._once("own_hosts", lambda: web.own_hosts(self))
