"""From what is known of a host to causes and fixes. Pure."""

from collections.abc import Mapping, Sequence

from selfhost.health.diagnosis import Diagnosis, Found, Look, Rule, Symptom, Undecided
from selfhost.health.rules import RULES


def diagnose(
    host: str, look: Look, symptom: Symptom | None = None, rules: Sequence[Rule] = RULES
) -> tuple[tuple[Diagnosis, ...], tuple[Undecided, ...]]:
    """The causes that apply, the deepest first, and what could not be decided.

    With ``symptom``, only what can bring that about; also what the settings want so.
    """
    found: dict[str, list[Found]] = {}
    unclear: dict[str, list[str]] = {}
    for rule in rules:
        if rule.chosen and symptom is None:
            continue
        for answer in rule.check(look):
            if isinstance(answer, Found):
                found.setdefault(rule.id, []).append(answer)
            else:
                unclear.setdefault(answer.why, []).append(rule.id)
    asked = [
        rule
        for rule in rules
        if rule.id in found
        and not any(other in found for other in rule.explained_by)
        and (symptom is None or symptom in rule.symptoms)
    ]
    serious = any(not rule.company for rule in asked)
    diagnoses = tuple(
        _diagnosis(host, rule, answer)
        for rule in asked
        if serious or not rule.company
        for answer in found[rule.id]
    )
    return diagnoses, _undecided(host, unclear, symptom, rules)


def _diagnosis(host: str, rule: Rule, found: Found) -> Diagnosis:
    cause, fix = found.cause or rule.cause, found.fix or rule.fix
    return Diagnosis(host, rule.id, rule.symptoms, cause, found.evidence, fix)


def _undecided(
    host: str, unclear: Mapping[str, list[str]], symptom: Symptom | None, rules: Sequence[Rule]
) -> tuple[Undecided, ...]:
    wanted = {rule.id for rule in rules if symptom is None or symptom in rule.symptoms}
    kept = {
        why: tuple(i for i in dict.fromkeys(ids) if i in wanted) for why, ids in unclear.items()
    }
    return tuple(Undecided(host, why, ids) for why, ids in kept.items() if ids)
