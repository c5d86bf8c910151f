"""A JSON report becomes the report again, byte for byte; what was changed in it is told."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfhost.audit.model import Report
from selfhost.errors import UsageError
from selfhost.reports import json as json_report
from selfhost.reports import read_back
from tests.unit.reports.samples import REPORTS, full, of, target

Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_the_report_again(name: str) -> None:
    text = json_report.render(REPORTS[name]())
    again = read_back.report(text, "x")
    assert again == REPORTS[name]()
    assert json_report.render(again) == text


def test_keys_of_a_later_version_are_left_alone() -> None:
    document = json.loads(json_report.render(full()))
    document["later"] = {"a": 1}
    document["results"][0]["later"] = []
    document["results"][0]["fix"]["later"] = "x"
    assert read_back.report(json.dumps(document), "x") == full()


def test_what_an_earlier_version_did_not_write_was_empty() -> None:
    document = json.loads(json_report.render(of(target("bad"))))
    for key in ("settable_by_link", "accepted", "change"):
        del document["results"][0][key]
    del document["targets"][0]["versions"]
    assert isinstance(read_back.report(json.dumps(document), "x"), Report)


def lower(document: dict[str, Any]) -> None:
    document["results"][0]["severity"] = "low"
    document["fail_on"] = "high"


CHANGED: dict[str, tuple[Change, str]] = {
    "verdict": (lambda d: d["verdict"].update(policy="pass"), "verdict.policy"),
    "evidence": (lambda d: d["verdict"].update(evidence="partial"), "verdict.evidence"),
    "headline": (lambda d: d.update(headline="PASS"), "headline"),
    "exit code": (lambda d: d.update(exit_code=0), "exit_code"),
    "counts": (lambda d: d["counts"].update(fail=0), "counts.fail"),
    "a result taken away": (lambda d: d.update(results=[]), "verdict.policy"),
    "a failure passes": (lambda d: d["results"][0].update(status="pass"), "verdict.policy"),
    "outcome": (lambda d: d["results"][0].update(outcome="pass"), "results[0].outcome"),
    "another threshold": (lambda d: d.update(fail_on="never"), "verdict.policy"),
    "less severe": (lower, "verdict.policy"),
    "role": (lambda d: d["results"][0]["fix"].update(role="x"), "results[0].fix.role"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_report_that_was_changed_is_none(name: str) -> None:
    change, place = CHANGED[name]
    document = json.loads(json_report.render(of(target("bad"))))
    change(document)
    with pytest.raises(UsageError) as caught:
        read_back.report(json.dumps(document), "r.json")
    assert caught.value.message.startswith(
        "r.json is not a report of selfhost audit: it was changed"
    )
    assert place in caught.value.message


UNLIKE: dict[str, tuple[Change, str]] = {
    "schema": (lambda d: d.update(schema="selfhost.audit/2"), "the schema selfhost.audit/1"),
    "profile": (lambda d: d.update(profile="mine"), "profile 'mine' is not known"),
    "status": (lambda d: d["results"][0].update(status="maybe"), "results[0].status"),
    "category": (lambda d: d["results"][0].update(category="x"), "results[0].category"),
    "line": (lambda d: d["results"][0]["evidence"][0].update(line="3"), "evidence[0].line"),
    "no line": (lambda d: d["results"][0]["evidence"][0].pop("line"), "evidence[0].line"),
    "a number": (lambda d: d["results"][0].update(title=3), "results[0].title"),
    "a truth": (lambda d: d["controls"].update(count=True), "controls.count"),
    "fix": (lambda d: d["results"][0].update(fix=None), "results[0].fix"),
    "stranger": (lambda d: d["results"][0].update(target="x"), "results[0] is of a target"),
    "results": (lambda d: d.update(results={}), "results or targets are missing"),
    "result": (lambda d: d["results"].append(7), "results[1]"),
    "target": (lambda d: d["targets"].append(None), "targets[1]"),
    "versions": (lambda d: d["targets"][0].update(versions=[1]), "targets[0].versions"),
    "waivers": (lambda d: d.update(waivers=None), "waivers"),
    "fail on": (lambda d: d.update(fail_on=[]), "fail_on"),
    "tool": (lambda d: d.update(tool="selfhost"), "tool.version"),
}


@pytest.mark.parametrize("name", UNLIKE)
def test_a_report_that_is_not_whole_is_told_where(name: str) -> None:
    change, told = UNLIKE[name]
    document = json.loads(json_report.render(of(target("bad"))))
    change(document)
    with pytest.raises(UsageError) as caught:
        read_back.report(json.dumps(document), "r.json")
    assert told in caught.value.message


@pytest.mark.parametrize("text", ["", "[]", "7", '"x"', "{}", "{", "[" * 100_000, "NaN", "\ud800"])
def test_what_is_no_report(text: str) -> None:
    with pytest.raises(UsageError):
        read_back.report(text, "r.json")


_WHOLE = json.loads(json_report.render(full()))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


@given(st.sampled_from(places(_WHOLE)[1:]), st.sampled_from([None, 0, -1, True, "x", [], {}, [[]]]))
def test_whatever_is_put_in_its_place_it_is_read_or_refused(
    place: tuple[Any, ...], value: object
) -> None:
    document = copy.deepcopy(_WHOLE)
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    try:
        told = "" if read_back.report(json.dumps(document), "r.json") else "nothing"
    except UsageError as error:
        told = error.message
    assert not told or told.startswith("r.json is not a report of selfhost audit: ")
