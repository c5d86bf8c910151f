"""What an audit proves of every flow; what nothing proves is unknown."""

from dataclasses import replace

import pytest

from selfhost.audit.model import Accepted, By, Citation, Report, Result, TargetReport
from selfhost.catalog.flows import places, ways
from selfhost.controls.model import Category, Confidence, Fix, Severity, Status
from selfhost.controls.registry import controls
from selfhost.reports.dataflow import tall, wide
from selfhost.reports.dataflow.derive import MAX_HOSTS, flows
from selfhost.reports.dataflow.model import Edge, Flows, State
from selfhost.reports.dataflow.words import said
from tests.unit.reports.samples import HOSTILE, full, of

P, F, U, N = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE


def result(
    control: str,
    status: Status,
    message: str = "it is so",
    excerpt: str = "",
    category: Category = Category.THIRD_PARTY,
) -> Result:
    cited = (Citation("/etc/x", 1, "key", excerpt, "0" * 64),)
    return Result(
        *(control, control, category, Severity.HIGH, Confidence.CERTAIN, status, "t"),
        *(message, cited, "risk", Fix("by hand"), "0" * 32),
    )


def target(name: str = "t", /, **of_: Status) -> TargetReport:
    results = tuple(
        replace(result(control.replace("_", "-"), status), target=name)
        for control, status in of_.items()
    )
    return TargetReport(name, "2026-01-01T00:00:00Z", results, (), ())


def with_results(*results: Result) -> Report:
    return of(replace(target(), results=results))


def edge(found: Flows, flow: str) -> Edge:
    (one,) = [edge for edge in found.main if edge.flow == flow]
    return one


def test_every_control_of_the_catalogue_is_in_the_picture_or_about_knowledge() -> None:
    named = {name for way in ways() for name in way.controls}
    taken = {category for way in ways() for category in way.takes}
    known = {control.id: control for control in controls()}
    assert named <= set(known)
    for control in known.values():
        integrity = control.category is Category.INTEGRITY
        assert control.id in named or str(control.category) in taken or integrity, control.id
    assert not [name for name in named if known[name].category is Category.INTEGRITY]


def test_the_catalogue_names_its_places() -> None:
    assert len({way.id for way in ways()}) == len(ways())
    for way in ways():
        assert {way.source, way.sink} <= set(places())
        assert way.proof, way.id
        assert way.carries
    assert {place.zone for place in places().values()} == {"people", "server", "outside"}
    taken = [category for way in ways() for category in way.takes]
    assert len(taken) == len(set(taken)), "a control that no flow names belongs to one flow"


def test_what_nothing_proves_is_unknown() -> None:
    for report in (of(), of(target())):
        found = flows(report)
        assert {one.state for one in found.edges} == {State.UNKNOWN}
        assert all(one.unasked and not one.controls for one in found.edges)


@pytest.mark.parametrize(
    ("statuses", "state", "cited"),
    [
        ({"prosody_federation": P, "jicofo_visitors": P}, State.CLOSED, "both"),
        ({"prosody_federation": P, "jicofo_visitors": N}, State.CLOSED, "both"),
        ({"prosody_federation": P}, State.UNKNOWN, ""),
        ({"prosody_federation": F, "jicofo_visitors": U}, State.OPEN, "prosody-federation"),
        ({"prosody_federation": U, "jicofo_visitors": P}, State.UNKNOWN, "prosody-federation"),
        (
            {"prosody_federation": P, "jicofo_visitors": P, "prosody_visitors": U},
            *(State.UNKNOWN, "prosody-visitors"),
        ),
        (
            {"prosody_federation": P, "jicofo_visitors": P, "prosody_visitors": F},
            *(State.OPEN, "prosody-visitors"),
        ),
        ({"prosody_visitors": P}, State.UNKNOWN, ""),
    ],
)
def test_a_flow_is_closed_by_all_of_its_proof(
    statuses: dict[str, Status], state: State, cited: str
) -> None:
    found = edge(flows(of(target(**statuses))), "federation")
    assert found.state is state
    expected = {"both": ("prosody-federation", "jicofo-visitors"), "": ()}.get(cited, (cited,))
    assert found.controls == expected
    assert bool(found.unasked) == (state is State.UNKNOWN and not cited)


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ({"nginx_access_log": P}, State.CLOSED),
        ({"nginx_access_log": N}, State.CLOSED),
        ({"apache_access_log": P}, State.CLOSED),
        ({"apache_access_log": N}, State.UNKNOWN),
        ({"nginx_access_log": P, "apache_access_log": F}, State.OPEN),
        ({"nginx_access_log": P, "apache_access_log": U}, State.UNKNOWN),
    ],
)
def test_one_of_several_installations_proves_it(statuses: dict[str, Status], state: State) -> None:
    """That there is no container proves nothing of what is installed as packages."""
    assert edge(flows(of(target(**statuses))), "kept-visits").state is state


@pytest.mark.parametrize(
    ("status", "state"), [(P, State.KEPT), (N, State.ABSENT), (F, State.OPEN), (U, State.UNKNOWN)]
)
def test_what_a_meeting_needs_is_kept_or_not_there(status: Status, state: State) -> None:
    found = edge(flows(of(target(coturn_open_relay=status))), "relayed-media")
    assert (found.state, found.needed) == (state, True)
    assert found.controls == ("coturn-open-relay",)


def test_what_somebody_answers_for_is_open_still() -> None:
    waived = replace(
        result("web-stun", F, "stun.example.net is asked: stun:stun.example.net:3478"),
        accepted=Accepted(By.WAIVER, "w", "r", "anna", "2026-12-31"),
    )
    found = flows(with_results(waived, result("prosody-turn-services", P)))
    assert edge(found, "browser-addresses").state is State.ACCEPTED
    assert [
        (one.state, found.node(one.sink).name)
        for one in found.hosts(edge(found, "browser-addresses"))
    ] == [(State.ACCEPTED, "stun.example.net")]


def test_the_worst_of_several_targets_is_told_with_its_place() -> None:
    good = target("a", nginx_access_log=P, coturn_open_relay=P)
    none = target("b", nginx_access_log=N, coturn_open_relay=N)
    bad = target("c", nginx_access_log=F, coturn_open_relay=P)
    one = edge(flows(of(good, bad, none)), "kept-visits")
    assert (one.state, one.targets) == (State.OPEN, ("c",))
    assert edge(flows(of(good, none)), "kept-visits").state is State.CLOSED
    assert edge(flows(of(good, none)), "relayed-media").state is State.KEPT
    lost = replace(target("lost"), unreachable="gone")
    one = edge(flows(of(good, lost)), "kept-visits")
    assert (one.state, one.targets) == (State.UNKNOWN, ("lost",))


def test_a_control_that_is_not_in_the_catalogue_is_taken_by_its_category() -> None:
    """Of a report that a later version wrote."""
    for category in Category:
        found = flows(with_results(result("later", F, category=category)))
        opened = [one.flow for one in found.main if one.state is State.OPEN]
        assert len(opened) == (category is not Category.INTEGRITY), category


NAMED = [
    ("it asks stun:stun.l.google.com:19302", "", ["stun.l.google.com"]),
    ("audio goes to wss://user:pw@asr.example.com/x?y=z", "", ["asr.example.com"]),
    ("to https://a.example.com, b.example.com:84", "", ["a.example.com", "b.example.com"]),
    ("traces go to 9.9.9.9:4317", "", ["9.9.9.9"]),
    ("www.gravatar.com is allowed", "", ["www.gravatar.com"]),
    ("audio goes away", 'url = "https://Deep.Example.COM/v1"', ["deep.example.com"]),
    ("it asks https://one.example.com", "https://two.example.com", ["one.example.com"]),
    ("it asks stun:stun.meet.example.org:3478 and turn.example.org:443", "", []),
    ("analytics.googleAnalyticsTrackingID is set in config.js", "", []),
    ("org.jitsi.jicofo.Main logs to /var/log/jicofo.log", "", []),
    ("127.0.0.1:8080, http://localhost:5280, http://10.0.0.7/ and http://[::1]:80/", "", []),
    ("it is loaded", "config.gravatar.disabled = false;", []),
    (HOSTILE, "", ["evil.example"]),
]  # fmt: skip


@pytest.mark.parametrize(("message", "excerpt", "names"), NAMED)
def test_hosts_that_a_finding_names_are_nodes(message: str, excerpt: str, names: list[str]) -> None:
    report = with_results(result("web-stun", F, message, excerpt))
    report = of(replace(report.targets[0], target="ssh://root@meet.example.org:22"))
    found = flows(report)
    hosts = found.hosts(edge(found, "browser-addresses"))
    assert [found.node(one.sink).name for one in hosts] == names
    assert all(one.state is State.OPEN and one.controls == ("web-stun",) for one in hosts)
    assert len(found.main) == len(ways())


def test_what_passes_or_stays_inside_names_no_host() -> None:
    message = "it asks https://a.example.com"
    found = flows(with_results(result("web-stun", P, message), result("prosody-log", F, message)))
    assert len(found.edges) == len(ways())


def test_a_flood_of_hosts_is_bounded() -> None:
    message = " ".join(f"https://h{number}.example.com" for number in range(500))
    found = flows(with_results(result("web-stun", F, message)))
    assert len(found.hosts(edge(found, "browser-addresses"))) <= MAX_HOSTS


@pytest.mark.parametrize("report", [of(), of(target(nginx_access_log=F)), full()])
def test_both_pictures_show_every_flow_and_its_state(report: Report) -> None:
    found = flows(report)
    for drawing in (wide.draw(found), tall.draw(found)):
        states = [text.text for text in drawing.texts if text.look == "state"]
        between = [text.text for text in drawing.texts if "   " in text.text]
        assert len(states) + len(between) == len(ways())
        assert all(box.x >= 0 and box.x + box.width <= drawing.width for box in drawing.boxes)
        assert all(box.y + box.height <= drawing.height for box in drawing.boxes)
        assert all(0 <= text.y <= drawing.height for text in drawing.texts)


def test_the_picture_in_a_sentence() -> None:
    found = flows(of(target(nginx_access_log=P, prosody_event_export=F, coturn_open_relay=P)))
    assert said(found) == (
        f"Of {len(ways())} ways for data to go, 1 is open, {len(ways()) - 3} are unknown, "
        "1 carries the meeting itself and 1 is proved closed."
    )
