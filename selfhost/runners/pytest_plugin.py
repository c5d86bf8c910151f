"""pytest: one test for each control and target.

    pytest --selfhost-target=ssh://root@meet.example.org
    pytest --selfhost-target=podman://meet          # any host of testinfra

A failure or something unknown fails its test; what is waived, allowed, not applicable or below
``--selfhost-fail-on`` is skipped with the reason. Without the option nothing is collected and
nothing of selfhost is imported. In tests of your own, ``selfhost_audit(host)`` gives the report
of testinfra's ``host``.
"""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from selfhost.audit.model import Report, Result, TargetReport

_REPORTS: "pytest.StashKey[dict[str, Report]]" = pytest.StashKey()
_OWN = ("ssh", "https", "http", "podman", "docker")


class ControlFailed(Exception):  # noqa: N818 - a test's failure, as pytest names its own
    """What a control found, in the words of the report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the audit."""
    group = parser.getgroup("selfhost", "audit of Jitsi Meet servers")
    group.addoption(
        "--selfhost-target",
        action="append",
        default=[],
        metavar="TARGET",
        help="Audit this: a target of selfhost audit, or a host as in testinfra's --hosts.",
    )
    group.addoption("--selfhost-profile", default="private", metavar="NAME")
    group.addoption("--selfhost-waivers", type=Path, metavar="FILE")
    group.addoption(
        "--selfhost-fail-on", choices=["critical", "high", "medium", "low"], default="low"
    )


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose among the tests
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """One test for each control, after those that were collected."""
    targets = config.getoption("--selfhost-target")
    if not targets:
        return
    from selfhost.errors import SelfhostError
    from selfhost.runners import judging

    try:
        controls = judging.controls(judging.profile(config.getoption("--selfhost-profile")))
    except SelfhostError as error:
        raise pytest.UsageError(f"{error.message} {error.hint}".strip()) from None
    items += [
        ControlTest.from_parent(
            session, name=f"{control.id}[{target}]", control=control.id, target=target
        )
        for target in dict.fromkeys(targets)
        for control in controls
    ]


class ControlTest(pytest.Item):
    """One control on one target. The target is looked at when its first test runs."""

    def __init__(self, *, control: str, target: str, **more: Any) -> None:
        super().__init__(**more)
        self.control, self.target = control, target

    def runtest(self) -> None:
        """Fail, pass or skip as the control says."""
        report = _report(self.config, self.target)
        (found,) = report.targets
        if found.unreachable:
            raise ControlFailed(f"not reached: {found.unreachable}")
        result = next((r for r in found.results if r.control == self.control), None)
        if result is None:
            pytest.skip("out of scope: what it judges is no part of this target")
        _tell(report, result)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The report's words instead of a traceback of ours."""
        if isinstance(excinfo.value, ControlFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, None, str]:
        """How the test is named in the output."""
        return "selfhost audit", None, f"{self.control} on {self.target}"


def _tell(report: "Report", result: "Result") -> None:
    from selfhost.audit.model import Outcome
    from selfhost.reports import words
    from selfhost.reports.escape import printable

    if result.outcome is Outcome.PASS:
        return
    if result.outcome not in (Outcome.FAIL, Outcome.UNKNOWN):
        pytest.skip(printable(words.accepted(result) or result.message))
    too_low = report.fail_on is not None and result.severity.rank < report.fail_on.rank
    if result.outcome is Outcome.FAIL and too_low:
        pytest.skip(printable(f"{result.severity}, below --selfhost-fail-on: {result.message}"))
    places = [f"  {words.where(c)}  {c.excerpt}".rstrip() for c in result.evidence]
    setting = words.setting(result.fix)
    lines = [
        f"{words.SIGNS[result.outcome]} {result.severity}: {result.title}",
        f"{result.message}",
        *places,
        f"Fix: {setting or result.fix.by_hand}",
    ]
    raise ControlFailed("\n".join(map(printable, lines)))


def _report(config: pytest.Config, target: str) -> "Report":
    reports = config.stash.setdefault(_REPORTS, {})
    if target not in reports:
        reports[target] = _decided(config, lambda controls: _looked_at(target, controls))
    return reports[target]


def _decided(config: pytest.Config, look: Callable[[list[Any]], "TargetReport"]) -> "Report":
    from selfhost.audit.policy import decide
    from selfhost.runners import judging

    profile = judging.profile(config.getoption("--selfhost-profile"))
    controls = judging.controls(profile)
    today = datetime.now(UTC).date()
    waivers = judging.waivers(profile, config.getoption("--selfhost-waivers"), None, today)
    report = judging.report([look(controls)], controls, config.getoption("--selfhost-fail-on"))
    return decide(report, profile, waivers, today)


def _looked_at(target: str, controls: list[Any]) -> "TargetReport":
    from selfhost.audit.evaluate import evaluate
    from selfhost.errors import TargetError
    from selfhost.runners import judging
    from selfhost.targets.parse import parse_target

    scheme, separator, _ = target.partition("://")
    if separator and scheme not in _OWN:
        import testinfra

        return _through(testinfra.get_host(target), target, controls)
    try:
        return evaluate(parse_target(target).collect(), controls)
    except TargetError as error:
        return judging.unreached(target, error)


def _through(host: Any, name: str, controls: list[Any]) -> "TargetReport":
    """A host of testinfra: the collector runs as one command of its connection."""
    from selfhost.audit.evaluate import evaluate
    from selfhost.errors import TargetError
    from selfhost.runners import judging, remote
    from selfhost.targets.model import now
    from selfhost.targets.order import Order
    from selfhost.targets.ssh_connection import Completed

    moment, order = now(), Order()
    answer = host.run(shlex.join(remote.without_stdin(order)))
    done = Completed(answer.rc, answer.stdout_bytes, answer.stderr_bytes)
    try:
        return evaluate(remote.evidence(name, moment, done, order), controls)
    except TargetError as error:
        return judging.unreached(name, error)


@pytest.fixture(scope="session")
def selfhost_audit(pytestconfig: pytest.Config) -> Callable[[Any], "Report"]:
    """Gives the report of one of testinfra's hosts: ``selfhost_audit(host)``."""

    def audit(host: Any) -> "Report":
        name = str(host.backend.get_pytest_id())
        return _decided(pytestconfig, lambda controls: _through(host, name, controls))

    return audit
