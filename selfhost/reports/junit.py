"""The audit as JUnit XML: a suite for each target, a case for each control.

A failure is a ``failure``, what is unknown an ``error``; what is waived, allowed or not applicable
is ``skipped``, with the reason. A target that gave nothing is an ``error`` of its own.
"""

from xml.etree import ElementTree

from selfhost.audit.model import Outcome, Report, Result, TargetReport
from selfhost.reports import words
from selfhost.reports.escape import printable

_SKIPPED = (Outcome.WAIVED, Outcome.ALLOWED, Outcome.NOT_APPLICABLE)


def render(report: Report) -> str:
    """The document as text, with its declaration."""
    root = ElementTree.Element("testsuites", name="selfhost audit")
    for target in report.targets:
        root.append(_suite(target, report))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(target: TargetReport, report: Report) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=printable(target.target))
    cases = [_case(result) for result in target.results]
    if target.unreachable or not cases:
        why = target.unreachable or "nothing in it is what a control judges"
        cases.append(_case_of("evidence", "target", "error", "unreachable", why, ""))
    kinds = [child.tag for case in cases for child in case]
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(kinds.count("failure")))
    suite.set("errors", str(kinds.count("error")))
    suite.set("skipped", str(kinds.count("skipped")))
    suite.set("time", "0")
    if target.collected_at:
        suite.set("timestamp", target.collected_at.removesuffix("Z"))
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        ("policy", words.policy(report).text),
        ("evidence", words.evidence(report).text),
        ("profile", report.profile),
        ("version", report.version),
        *(("remark", remark) for remark in words.remarks(report)),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=printable(value))
    suite.extend(cases)
    return suite


def _case(result: Result) -> ElementTree.Element:
    name, category = result.control, str(result.category)
    if result.outcome is Outcome.FAIL:
        details = "\n".join(_details(result))
        return _case_of(name, category, "failure", str(result.severity), result.message, details)
    if result.outcome is Outcome.UNKNOWN:
        details = "\n".join(_details(result))
        return _case_of(name, category, "error", "unknown", result.message, details)
    if result.outcome in _SKIPPED:
        why = words.accepted(result) or result.message
        return _case_of(name, category, "skipped", str(result.outcome), why, "")
    return ElementTree.Element("testcase", name=name, classname=category, time="0")


def _case_of(
    name: str, category: str, tag: str, kind: str, message: str, details: str
) -> ElementTree.Element:
    case = ElementTree.Element("testcase", name=name, classname=category, time="0")
    child = ElementTree.SubElement(case, tag, type=kind, message=printable(message))
    if details:
        child.text = details
    return case


def _details(result: Result) -> list[str]:
    """Lines, each without control characters."""
    places = [f"{words.where(citation)}  {citation.excerpt}" for citation in result.evidence]
    setting = words.setting(result.fix)
    lines = [result.title, *places, f"Why: {result.risk}"]
    if setting:
        lines.append(f"Fix: {setting}")
    lines.append(f"By hand: {result.fix.by_hand}")
    return [printable(line).rstrip() for line in lines]
