"""Programs that several containers of one deployment run, each with settings of its own."""

from collections.abc import Mapping
from dataclasses import replace

from selfhost.evidence.model import Document, Evidence, container_of
from selfhost.evidence.plan import full_plan

#: Of these a deployment is judged as having one; of the others, every file is judged.
_ONE = ("prosody", "jicofo", "videobridge", "nginx", "coturn")


def variants(evidence: Evidence) -> tuple[Evidence, ...]:
    """The evidence as many times as the program with the most containers has of them.

    Each shows one container of every such program: the first ones, the second ones, and so on;
    where a program has fewer, its last again. All else is in each. Mostly it is the evidence
    itself, once.
    """
    component = {step.name: step.component for step in full_plan() if step.component in _ONE}
    found: dict[str, dict[str, None]] = {}
    for document in evidence.documents:
        if document.source in component and container_of(document.path):
            of = found.setdefault(component[document.source], {})
            of[container_of(document.path)] = None
    count = max((len(containers) for containers in found.values()), default=1)
    if count == 1:
        return (evidence,)
    return tuple(
        replace(evidence, documents=_shown(evidence, component, found, number))
        for number in range(count)
    )


def _shown(
    evidence: Evidence,
    component: Mapping[str, str],
    found: Mapping[str, Mapping[str, None]],
    number: int,
) -> tuple[Document, ...]:
    chosen = {name: list(c)[min(number, len(c) - 1)] for name, c in found.items()}
    return tuple(
        document
        for document in evidence.documents
        if container_of(document.path) in ("", chosen.get(component.get(document.source, ""), ""))
        or component.get(document.source) not in chosen
    )
