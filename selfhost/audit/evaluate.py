"""Evidence and controls to results. Pure: the same input gives the same results."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from selfhost.audit.excerpts import Excerpts
from selfhost.audit.kept import kept
from selfhost.audit.model import Result, Seen, TargetReport
from selfhost.audit.versions import versions
from selfhost.controls.links import settable_by_link
from selfhost.controls.model import Cited, Control, Status, Verdict, unknown, worst
from selfhost.effective.seen import OLD_ALONE, NoAnswer, NotInstalled, OutOfScope
from selfhost.effective.server import ALTERNATIVES, Server
from selfhost.effective.web import NOT_OF_PAGE
from selfhost.evidence.instances import variants
from selfhost.evidence.model import Evidence
from selfhost.evidence.plan import step
from selfhost.readers.tree import Origin

MAX_CITATIONS = 20


def evaluate(evidence: Evidence, controls: Sequence[Control]) -> TargetReport:
    """Judge one target's evidence by every control."""
    servers = tuple(Server(one) for one in variants(evidence))
    excerpts = Excerpts(evidence)
    results: list[Result] = []
    out_of_scope: list[str] = []
    for control in controls:
        if evidence.scope is None and any(
            step(need).only and not evidence.of(need) for need in control.needs
        ):
            continue  # files that a running server does not have, the view from outside, or tries
        verdicts = _judge_each(control, servers)
        if verdicts is None:
            out_of_scope.append(control.id)
        else:
            results.append(_result(control, verdicts, evidence.target, excerpts))
    documents = tuple(
        Seen(d.source, d.path, str(d.state), d.reason, d.sha256) for d in evidence.documents
    )
    return TargetReport(
        target=evidence.target,
        collected_at=evidence.collected_at,
        results=tuple(results),
        out_of_scope=tuple(out_of_scope),
        documents=documents,
        versions=versions(servers[0]),
        kept=kept(servers[0]),
    )


def _judge_each(control: Control, servers: Sequence[Server]) -> tuple[Verdict, ...] | None:
    """What a control says of each container of a program; the worst counts."""
    each = [verdicts for server in servers if (verdicts := judge(control, server)) is not None]
    return tuple(dict.fromkeys(verdict for verdicts in each for verdict in verdicts)) or None


def judge(control: Control, server: Server) -> tuple[Verdict, ...] | None:
    """What a control says of a server; ``None`` when what it needs was not given at all.

    A check that says nothing is ``unknown``: silence is never a pass. Nor does anything pass, or
    count as not installed, on an answer that no running server gives.
    """
    verdicts = _judged(control, server)
    if verdicts and worst(verdicts) in (Status.PASS, Status.NOT_APPLICABLE):
        try:
            server.prove_alive()
        except NoAnswer as outcome:
            return (unknown(outcome.message, *_places(outcome)),)
    return verdicts


def _judged(control: Control, server: Server) -> tuple[Verdict, ...] | None:
    for need in control.needs:
        given = (need, *ALTERNATIVES.get(need, ()))
        if not any(server.evidence.in_scope(name) for name in given):
            return None
    try:
        verdicts = tuple(control.check(server))
    except OutOfScope:
        return None
    except NotInstalled as outcome:
        return (Verdict(Status.NOT_APPLICABLE, outcome.message, _places(outcome)),)
    except NoAnswer as outcome:
        return (unknown(outcome.message, *_places(outcome)),)
    if worst(verdicts) is Status.UNKNOWN and all(
        verdict.message.endswith(OLD_ALONE)
        for verdict in verdicts
        if verdict.status is Status.UNKNOWN
    ):
        return None  # nothing can be supposed of a file that was not given
    hidden = server.unseen_hosts(control.needs)
    if hidden is not None and worst(verdicts) is Status.PASS:
        verdicts = (unknown(f"a host may be set up elsewhere: {hidden.reason}"),)
    if worst(verdicts) is Status.UNKNOWN and (supposing := server.supposing) is not None:
        verdicts = (*_supposed(control, supposing), *verdicts)
    # Only now: what older clients take from a page that embeds meetings was supposed above.
    if verdicts and all(map(_of_another_server, verdicts)):
        return None
    return verdicts or (unknown("the control made no statement: this is a bug of it"),)


def _supposed(control: Control, supposing: Server) -> Iterator[Verdict]:
    """What fails already if the parts of a file that could not be seen say nothing."""
    try:
        for verdict in control.check(supposing):
            if verdict.status is Status.FAIL:
                unless = "unless what could not be read changes it"
                yield replace(verdict, message=f"{verdict.message}, {unless}")
    except NoAnswer:
        return


def _of_another_server(verdict: Verdict) -> bool:
    """Whether it only says that a page embeds meetings of a server that is not looked at."""
    return verdict.status is Status.UNKNOWN and verdict.message.endswith(NOT_OF_PAGE)


def _places(outcome: NoAnswer) -> tuple[Cited, ...]:
    return tuple(Cited(Origin(document.path)) for document in outcome.documents)


def _result(
    control: Control, verdicts: Iterable[Verdict], target: str, excerpts: Excerpts
) -> Result:
    verdicts = tuple(verdicts)
    status = worst(verdicts)
    assert status is not None  # noqa: S101 - judge() gives at least one verdict
    decisive = [verdict for verdict in verdicts if verdict.status is status]
    cited = list(dict.fromkeys(place for verdict in decisive for place in verdict.cited))
    messages = list(dict.fromkeys(verdict.message for verdict in decisive))
    shown = "; ".join(messages[:5]) + (f"; and {len(messages) - 5} more" if messages[5:] else "")
    return Result(
        control=control.id,
        title=control.title,
        category=control.category,
        severity=control.severity,
        confidence=control.confidence,
        status=status,
        target=target,
        message=shown,
        evidence=tuple(excerpts.citation(place) for place in cited[:MAX_CITATIONS]),
        risk=control.risk,
        fix=control.fix,
        fingerprint=fingerprint(control.id, target, cited),
        settable_by_link=settable_by_link(control, cited),
    )


def fingerprint(control_id: str, target: str, cited: Iterable[Cited]) -> str:
    """Names a finding across audits: control, target, files and keys, but no line numbers."""
    places = sorted({f"{place.origin.path}#{place.key}" for place in cited})
    text = "\n".join([control_id, target, *places])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
