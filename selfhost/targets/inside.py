"""What lies inside one container: the evidence that its files give, without the machine's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from selfhost.catalog.components import components
from selfhost.evidence.collector.records import Record, document
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.run import collect
from selfhost.evidence.model import State
from selfhost.evidence.plan import Step, full_plan
from selfhost.targets import dpkg
from selfhost.targets.recognise import AMBIGUOUS, SAMPLE, recognise
from selfhost.targets.tree import Files

#: What of a whole machine's evidence a container has of its own.
_OF_HOST = ("host.cron", "host.environment_files", "host.media_files", "host.uploads")

#: Folders of a machine's users and services.
_OF_MACHINES = re.compile(r"^/(?:home|opt|srv)/\*/|/\.jitsi-meet-cfg/")

#: The files without which a program of an image does not run.
MAINS = {
    "web": ("web.config",),
    "nginx": ("nginx.files",),
    "prosody": ("prosody.config",),
    "jicofo": ("jicofo.config",),
    "videobridge": ("videobridge.config",),
    "jibri": ("jibri.config",),
    "jigasi": ("jigasi.config",),
}


@dataclass(frozen=True, slots=True)
class Inside:
    """The collector's records, and the components whose settings are among them."""

    records: tuple[Record, ...]
    components: frozenset[str]


def steps() -> tuple[Step, ...]:
    """What is read of a container."""
    return tuple(
        step
        for step in full_plan()
        if step.kind in ("files", "listing")
        and step.only != "outside"
        and (step.component not in ("docker", "helm", "host") or step.name in _OF_HOST)
    )


def of_image(name: str) -> frozenset[str]:
    """The components that an image of this name holds."""
    named = {c.name for c in components().values() if any(i in name.lower() for i in c.images)}
    return frozenset(named | ({"nginx"} if "web" in named else set()))


def look(files: Files, image: str, redactor: Redactor, *, runs: bool) -> Inside:
    """Read a container's files; ``runs``: its programs have started, so their settings are there.

    A program of the image whose settings were found nowhere gives a failed record.
    """
    by_image = of_image(image)
    records: list[Record] = []
    found: set[str] = set()
    chosen = steps()
    mains = [step for step in chosen if step.name in sum(MAINS.values(), ())]
    for step in sorted(chosen, key=lambda step: step not in mains):  # which tell of the others
        own = _read(step, files, redactor, by_image, found)
        present = any(record["state"] != State.ABSENT for record in own)
        if present and step in mains:
            found.add(step.component)
        if not present and runs and step.name in _expected(by_image):
            own = [_missing(step)]
        records += own
    packages = dpkg.record(files)
    if packages is not None:
        records.append(packages)
    order = {step.name: number for number, step in enumerate(full_plan())}
    records.sort(key=lambda record: order.get(record["source"], len(order)))
    return Inside(tuple(records), frozenset(found))


def _expected(by_image: Iterable[str]) -> frozenset[str]:
    return frozenset(name for component in by_image for name in MAINS.get(component, ()))


def _missing(step: Step) -> Record:
    places = ", ".join((*step.container, *step.places)[:3])
    reason = "the image holds its program, which has not written it (yet)"
    return document(step.name, places, str(State.FAILED), reason=reason)


def _read(
    step: Step, files: Files, redactor: Redactor, by_image: frozenset[str], found: set[str]
) -> list[Record]:
    """The records of the first group of places in which anything is.

    What the scripts of docker-jitsi-meet write is what its programs read; the packages' own
    files lie about beside it.
    """
    records: list[Record] = []
    roles = by_image | found
    # What cannot be seen of a program that the image is not known for is not held against it.
    foreign = bool(by_image) and step.component not in by_image
    for places in _groups(step):
        tried = replace(step, places=tuple(p for p in places if _is_its(step, p, files, roles)))
        if not tried.places:
            continue
        own = list(collect([tried.as_json()], disk=files, redaction_key=redactor.key))
        told = [record for record in own if record["state"] != State.ABSENT]
        if told and not (foreign and all(record["state"] == State.FAILED for record in told)):
            return own
        records += (record for record in own if record["state"] == State.ABSENT)
    return records


def _groups(step: Step) -> tuple[tuple[str, ...], ...]:
    places = tuple(place for place in step.places if not _OF_MACHINES.search(place))
    if step.kind == "listing":
        return ((*step.container, *places),)
    written = [p for p in step.container if p.startswith("/run/")]
    kept = [p for p in step.container if not p.startswith("/run/")]
    return (tuple(written), tuple(kept), places)


def _is_its(step: Step, place: str, files: Files, roles: frozenset[str]) -> bool:
    """Whether a name that several programs give to their files is this program's here."""
    name = place.rpartition("/")[2]
    if not place.startswith("/config/") or name not in AMBIGUOUS:
        return True
    if name == "logging.properties":
        return step.component in roles
    try:
        sample = files.read(place, SAMPLE).decode("utf-8", "replace")
    except OSError:
        return step.component in roles
    return recognise(place, sample) == step
