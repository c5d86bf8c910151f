"""The documents that are made of a policy and an audit: privacy notice, record of processing
activities (GDPR Art. 30(1)), data inventory. Pure.

What the operator says comes from ``policy.yml``, the rest from facts. What neither tells is
written as "not stated" or "not determined".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from selfhost.audit.model import Outcome, Report
from selfhost.policy.catalogue import load, said, text
from selfhost.policy.changes import described
from selfhost.policy.in_force import InForce
from selfhost.policy.inventory import Row, rows, worst
from selfhost.policy.judge import judge
from selfhost.policy.model import Judged, Policy, Promise, Sentence, State, Texts


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, list items, and a table, each of which may be missing."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """Plain text throughout; how it is marked up is the format's."""

    title: str
    language: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """What a document is made of. ``promise`` is in force, or what is written if nothing is."""

    domain: str
    policy: Policy
    promise: Promise
    in_force: InForce
    report: Report
    today: date
    language: str

    def text(self, key: str, **values: object) -> str:
        """A text of the language."""
        return text(self.language, key, **values)

    def operator_says(self, field: str) -> str:
        """What the operator wrote of that (``Operator``), or that they did not, and of what."""
        texts: Texts = getattr(self.policy.operator, field)
        said = texts.get(self.language) or self.text("not-stated")
        return self.text(f"said.{field}", said=said)

    @property
    def audited(self) -> str:
        """The day of the oldest evidence."""
        times = [one.collected_at[:10] for one in self.report.targets if one.collected_at]
        return min(times, default="") or self.text("unknown")


def notice(given: Sources) -> Document:
    """The privacy notice for participants."""
    rights = tuple(given.text(f"notice.right.{number}") for number in range(1, 5))
    how = given.text("notice.rights.how", contact=given.policy.operator.contact)
    sections = [
        _controller(given),
        _purposes(given),
        _promise(given),
        *_announced(given),
        Section(
            given.text("notice.kept"),
            (given.text("notice.kept.intro"),),
            (),
            (given.text("column.data"), given.text("column.kept")),
            tuple((row.name, row.kept) for row in worst(_rows(given))),
        ),
        _recipients(given),
        Section(given.text("record.transfers"), (_transfers(given),)),
        Section(given.text("notice.rights"), (how,), rights),
        Section(
            given.text("notice.verify"),
            (given.text("notice.verify.how", domain=given.domain),),
        ),
    ]
    return _document(given, "notice.title", sections)


def record(given: Sources) -> Document:
    """The record of processing activities: the fields of GDPR Art. 30(1)(a) to (g)."""
    found = _rows(given)
    held = [row for row in found if row.held is not False]
    people = tuple(dict.fromkeys(row.people for row in found))
    sections = [
        _controller(given, "(a) ", "record.controller"),
        _purposes(given, "(b) "),
        Section(
            "(c) " + given.text("record.categories"),
            (given.text("record.subjects", said=", ".join(people)),),
            (),
            tuple(given.text(f"column.{one}") for one in ("data", "people", "held")),
            (
                (given.text("record.live"), people[0], given.text("record.live.held")),
                *(
                    (row.named, row.people, given.text("held" if row.held else "unknown"))
                    for row in held
                ),
            ),
        ),
        _recipients(given, "(d) "),
        Section(
            "(e) " + given.text("record.transfers"),
            (_transfers(given),),
        ),
        Section(
            "(f) " + given.text("record.limits"),
            (),
            (),
            (given.text("column.data"), given.text("column.kept")),
            tuple((row.named, row.kept) for row in found),
        ),
        Section(
            "(g) " + given.text("record.measures"),
            (
                given.operator_says("measures"),
                given.text("record.measures.intro", day=given.audited),
            ),
            (),
            (given.text("column.measure"), given.text("column.found")),
            tuple(_measures(given)),
        ),
    ]
    return _document(given, "record.title", sections)


def inventory(given: Sources) -> Document:
    """What data, where, how long, and what shows it."""
    section = Section(
        given.text("inventory.heading"),
        (given.text("inventory.intro", day=given.audited),),
        (),
        tuple(given.text(f"column.{one}") for one in ("data", "people", "where", "kept", "shown")),
        tuple(
            (row.named, row.people, row.where, row.kept, "; ".join(row.shown_by) or "–")
            for row in _rows(given)
        ),
    )
    return _document(given, "inventory.title", [section])


KINDS: dict[str, Callable[[Sources], Document]] = {
    "notice": notice,
    "record": record,
    "inventory": inventory,
}


def _document(given: Sources, title: str, sections: list[Section]) -> Document:
    made = Section(
        given.text("made"),
        (
            given.text(
                "made.from", day=given.today, audited=given.audited, name=given.promise.digest[:12]
            ),
            given.text("made.no-advice"),
        ),
    )
    return Document(given.text(title, domain=given.domain), given.language, (*sections, made))


def _rows(given: Sources) -> tuple[Row, ...]:
    return rows(given.report, given.today, given.language)


def _controller(given: Sources, number: str = "", heading: str = "controller") -> Section:
    operator = given.policy.operator
    missing = given.text("not-stated")
    items = (
        ("controller.name", operator.name),
        ("controller.contact", operator.contact),
        ("controller.joint", operator.joint_controller or missing),
        ("controller.representative", operator.representative or missing),
        ("controller.officer", operator.data_protection_officer or missing),
    )
    return Section(
        number + given.text(heading),
        (),
        tuple(given.text(key, said=value) for key, value in items),
    )


def _purposes(given: Sources, number: str = "") -> Section:
    heading = number + given.text("record.purposes")
    return Section(heading, (given.operator_says("purposes"), given.operator_says("legal_basis")))


def _promise(given: Sources) -> Section:
    now = given.in_force.now
    intro = (
        given.text("notice.promise.since", day=now.effective)
        if now
        else given.text("notice.promise.draft")
    )
    judged = judge(given.promise, given.report, given.today)
    return Section(
        given.text("notice.promise"),
        (
            intro,
            given.text("notice.promise.days", days=given.promise.notice_days),
            given.text("notice.promise.audited", day=given.audited),
        ),
        (),
        (given.text("column.promise"), given.text("column.found")),
        tuple(
            (said(one.sentence, given.language), given.text(f"state.{one.state}")) for one in judged
        ),
    )


def _announced(given: Sources) -> Iterator[Section]:
    coming = given.in_force.coming
    if coming is None:
        return
    yield Section(
        given.text("notice.announced"),
        (given.text("notice.announced.intro", announced=coming.announced, day=coming.effective),),
        tuple(described(given.promise, coming.promise, given.language)),
    )


def _third_parties(given: Sources) -> Judged:
    sentence = Sentence("third-parties", categories=("third-party", "telemetry"))
    (judged,) = judge(Promise(0, (sentence,)), given.report, given.today)
    return judged


def _recipients(given: Sources, number: str = "") -> Section:
    found = _third_parties(given)
    reasons = dict.fromkeys(f"{one.control}: {one.message}" for one in found.evidence)
    return Section(
        number + given.text("record.recipients"),
        (
            given.operator_says("recipients"),
            given.text(f"record.recipients.{found.state}"),
        ),
        tuple(reasons)[:10] if found.state is State.BROKEN else (),
    )


def _transfers(given: Sources) -> str:
    said_ = given.policy.operator.transfers.get(given.language)
    return said_ or given.text("record.transfers.unknown")


@cache
def _controls_of_measures() -> tuple[str, ...]:
    return tuple(load("measures.yml"))


def _measures(given: Sources) -> Iterator[tuple[str, str]]:
    """Each with what the audit says of it, the worst of all servers."""
    for control in _controls_of_measures():
        outcomes = {one.outcome for one in given.report.results if one.control == control} - {
            Outcome.NOT_APPLICABLE
        }
        if outcomes == {Outcome.PASS}:
            state = State.HOLDS
        elif outcomes & {Outcome.FAIL, Outcome.WAIVED, Outcome.ALLOWED}:
            state = State.BROKEN
        else:
            state = State.UNKNOWN
        yield given.text(f"measure.{control}"), given.text(f"measured.{state}")
