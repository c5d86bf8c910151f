"""Running containers, one or a Compose project: their files, variables, mounts, ports and logs.

The engine is asked by its own command line, and nothing of a container is run. Files are read
through ``/proc/PID/root`` where the kernel lets us (as root, on the machine itself), else copied
out by the engine.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread

from selfhost.errors import TargetError
from selfhost.evidence.collector.disk import Disk
from selfhost.evidence.collector.records import Record
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.model import Evidence, State
from selfhost.evidence.plan import step
from selfhost.targets import inside, inspected
from selfhost.targets.copied import CopiedFiles
from selfhost.targets.engine import NAMES, Engine, Inspected
from selfhost.targets.inside import Inside
from selfhost.targets.model import Plan, documents, now
from selfhost.targets.tree import Files

MAX_SECONDS = 120.0
_RUNNING = ("running", "paused")


@dataclass(frozen=True, slots=True)
class ContainerTarget:
    """One running container of docker or podman."""

    engine: Engine
    container: str

    @property
    def name(self) -> str:
        """As the user names it."""
        return f"{self.engine.name}:{self.container}"

    def collect(self, plan: Plan | None = None) -> Evidence:
        """Its evidence. Raises TargetError."""
        item = self.engine.inspect(self.container)
        state = str((item.get("State") or {}).get("Status") or "unknown")
        if state not in _RUNNING:
            raise TargetError(
                f"the container {self.container} does not run ({state})",
                hint="start it, or audit its image: podman save or docker save, then the tar",
            )
        return _evidence(self.name, self.engine, [item], plan, named=False)


@dataclass(frozen=True, slots=True)
class ComposeTarget:
    """The running containers of a Compose project, judged together."""

    project: str

    @property
    def name(self) -> str:
        """As the user names it."""
        return f"compose:{self.project}"

    def collect(self, plan: Plan | None = None) -> Evidence:
        """Their evidence. Raises TargetError."""
        engines = [engine for engine in map(Engine, NAMES) if engine.installed]
        if not engines:
            raise TargetError(
                "neither podman nor docker is installed on this machine",
                hint="run selfhost where the containers run",
            )
        found: dict[Engine, list[str]] = {}
        failed: list[TargetError] = []
        for engine in engines:
            try:
                ids = engine.of_project(self.project)
            except TargetError as error:
                failed.append(error)
                continue
            if ids:
                found[engine] = ids
        if not found and len(failed) == len(engines):
            raise failed[0]
        if not found:
            also = "".join(f"; {error.message}" for error in failed)
            raise TargetError(
                f"no container of a Compose project {self.project} runs here{also}",
                hint="`docker compose ls` or `podman ps --format '{{.Names}} {{.Labels}}'` "
                "shows the projects",
            )
        if len(found) > 1:
            raise TargetError(
                f"both docker and podman run a Compose project {self.project}",
                hint="audit its containers one by one: docker:NAME, podman:NAME",
            )
        (engine, ids) = next(iter(found.items()))
        items = sorted((engine.inspect(one) for one in ids), key=lambda i: str(i.get("Name")))
        return _evidence(self.name, engine, items, plan, named=True)


def _evidence(
    name: str, engine: Engine, items: list[Inspected], plan: Plan | None, *, named: bool
) -> Evidence:
    redactor = Redactor(os.urandom(32))
    moment = now()
    lines = [inspected.facts(engine.name, item, redactor) for item in items]
    names = inspected.names(items)
    services = {
        one: inspected.service(item, line, redactor)
        for one, item, line in zip(names, items, lines, strict=True)
    }
    with ThreadPoolExecutor(4) as pool:
        looks = list(pool.map(partial(_look, engine, redactor), items, lines))
    records: list[Record] = []
    for prefix, line, look in zip(names, lines, looks, strict=True):
        line["looked_into"] = bool(look.components)
        for record in look.records:
            own = step(record["source"]).component in look.components
            if record["state"] == State.ABSENT and len(items) > 1 and not own:
                continue  # of the deployment as a whole, below
            records.append({**record, "path": f"{prefix}:{record['path']}"} if named else record)
    records += _absent_everywhere(looks, records) if len(items) > 1 else []
    path = f"$ {engine.name} container inspect"
    records += (inspected.compose(path, services), inspected.containers(path, lines))
    scope = {record["source"] for record in records}
    if plan is not None:
        scope &= {one.name for one in plan}
        records = [record for record in records if record["source"] in scope]
    return Evidence(name, moment, documents(records), frozenset(scope))


def _absent_everywhere(looks: list[Inside], seen: list[Record]) -> Iterator[Record]:
    """What was looked for in every container and is in none."""
    given = {record["source"] for record in seen}
    told = set()
    for record in (record for look in looks for record in look.records):
        key = (record["source"], record["path"])
        if record["source"] not in given and key not in told:
            told.add(key)
            yield record


def _look(engine: Engine, redactor: Redactor, item: Inspected, line: Record) -> Inside:
    with _files(engine, item) as files:
        work = partial(inside.look, files, line["image"], redactor, runs=True)
        return _in_time(work, line["name"])


def _in_time(work: Callable[[], Inside], name: str) -> Inside:
    """A file system of the container's own making could keep a reader waiting for ever."""
    answer: Future[Inside] = Future()
    Thread(target=_answer, args=(answer, work), daemon=True).start()
    try:
        return answer.result(MAX_SECONDS)
    except TimeoutError:
        raise TargetError(
            f"the files of the container {name} could not be read in {MAX_SECONDS:g} seconds"
        ) from None


def _answer(answer: "Future[Inside]", work: Callable[[], Inside]) -> None:
    try:
        answer.set_result(work())
    except BaseException as error:
        answer.set_exception(error)


@contextmanager
def _files(engine: Engine, item: Inspected) -> Iterator[Files]:
    handle = _root_of(item)
    if handle is not None:
        try:
            # Through the open folder, so that no other process can take its place.
            yield Disk(f"/proc/self/fd/{handle}/.", resolve=False)
        finally:
            os.close(handle)
        return
    hidden = _in_memory(item) if engine.name == "docker" else ()
    yield CopiedFiles(engine, str(item.get("Id")), hidden)


def _root_of(item: Inspected) -> int | None:
    """A handle on the root of the container's file systems, ``None`` where there is no way."""
    state, own = item.get("State") or {}, str(item.get("Id") or "")
    pid = state.get("Pid")
    if not isinstance(pid, int) or pid <= 1 or len(own) != 64:
        return None
    handle = None
    try:
        handle = os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        if own in Path(f"/proc/{pid}/cgroup").read_text("ascii", "replace"):
            os.scandir(f"/proc/self/fd/{handle}/.").close()
            return handle
    except OSError:
        pass
    if handle is not None:
        with suppress(OSError):
            os.close(handle)
    return None


def _in_memory(item: Inspected) -> tuple[str, ...]:
    places = (item.get("HostConfig") or {}).get("Tmpfs") or {}
    mounts = [m for m in item.get("Mounts") or () if isinstance(m, dict)]
    also = (m.get("Destination") for m in mounts if m.get("Type") == "tmpfs")
    return tuple(str(place).rstrip("/") for place in (*places, *also) if place)
