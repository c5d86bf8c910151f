"""A first ``policy.yml``: what a site can say, by its settings and its last audit. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import yaml

from selfhost.audit.model import Report
from selfhost.policy.catalogue import languages, said, standards, text
from selfhost.policy.judge import controls, judge
from selfhost.policy.model import Promise, Sentence, State

NOTICE_DAYS = 14
AUDIT_DAYS = 8
_HEAD = """\
---
# What this site promises to those who meet on it. 'selfhost policy check' fails when the server
# does something else; 'selfhost policy announce' makes a change known before it is in force.
# docs/policy.md explains each line.

languages: [{languages}]

controller:
  name: {name}
  contact: {contact}
  # joint_controller: ""
  # representative: ""
  # data_protection_officer: ""
  purposes:
{purposes}
  # legal_basis, recipients, transfers, measures (organisational ones): as purposes.
  # What is left out reads "not stated".

# For how many days a change is announced before it is in force.
notice_days: {notice_days}

promise:
"""
_TAIL = """
  # A sentence of your own, bound to controls ('selfhost controls list'), categories, or a fact:
  # - id: no-gravatar
  #   text:
{texts}
  #   controls: [web-gravatar]
"""


def starting(
    name: str,
    contact: str,
    profile: str,
    settings: Mapping[str, Any],
    report: Report | None,
    today: date,
) -> str:
    """The text of the file. Sentences that the settings or the audit contradict are left out, each
    with the reason."""
    head = _HEAD.format(
        languages=", ".join(languages()),
        name=_quoted(name),
        contact=_quoted(contact),
        notice_days=NOTICE_DAYS,
        purposes="\n".join(
            f"    {one}: {_quoted(text(one, 'record.purposes.default'))}" for one in languages()
        ),
    )
    lines = list(_lines(profile, settings, report, today))
    texts = "\n".join(f"  #     {one}: …" for one in languages())
    return head + "\n".join(lines) + "\n" + _TAIL.format(texts=texts)


def _lines(
    profile: str, settings: Mapping[str, Any], report: Report | None, today: date
) -> Iterator[str]:
    for standard in standards().values():
        if not standard.fits(profile):
            continue
        sentence = _bounded(standard.sentence, settings)
        reasons = sorted({*_contradicted(sentence, profile, settings)})
        if report is not None:
            reasons += _broken(sentence, report, today)
        yield ""
        yield from (f"  # {part}" for part in _wrapped(said(sentence, "en")))
        if reasons:
            yield f"  # Left out: {'; '.join(reasons[:3])}"
        mark = "# " if reasons else ""
        yield f"  {mark}- id: {sentence.id}"
        if sentence.fact:
            yield f"  {mark}  at_most: {sentence.at_most}"


def _bounded(sentence: Sentence, settings: Mapping[str, Any]) -> Sentence:
    if sentence.fact == "log-days":
        days = settings.get("privacy_log_days")
        return Sentence(sentence.id, fact=sentence.fact, at_most=days if type(days) is int else 3)
    if sentence.fact:
        return Sentence(sentence.id, fact=sentence.fact, at_most=AUDIT_DAYS)
    return sentence


def _contradicted(sentence: Sentence, profile: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """Settings that a control of the sentence would have otherwise."""
    for control, _ in controls(sentence, profile):
        fix = control.fix
        if fix.variable in settings and fix.value:
            wanted, found = yaml.safe_load(fix.value), settings[fix.variable]
            if type(wanted) is type(found) and wanted != found:
                yield f"{fix.variable} is {json.dumps(found)} ({control.id})"


def _broken(sentence: Sentence, report: Report, today: date) -> Iterable[str]:
    (judged,) = judge(Promise(0, (sentence,)), report, today)
    if judged.state is not State.BROKEN:
        return []
    found = dict.fromkeys(one.control or one.message for one in judged.evidence)
    return [f"the last audit found {', '.join(list(found)[:5])}"]


def _quoted(value: str) -> str:
    """JSON's quoted text is YAML's."""
    return json.dumps(value, ensure_ascii=False)


def _wrapped(sentence: str, width: int = 94) -> Iterator[str]:
    line = ""
    for word in sentence.split():
        if line and len(line) + len(word) >= width:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    yield line
