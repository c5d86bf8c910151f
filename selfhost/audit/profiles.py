"""What a profile makes of a report. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from selfhost.audit.evaluate import MAX_CITATIONS
from selfhost.audit.model import Accepted, By, Report, Result
from selfhost.catalog.profiles import DEFAULT, Profile, Relaxation
from selfhost.controls.model import Control, Status


def select(controls: Iterable[Control], profile: Profile) -> list[Control]:
    """The controls that it judges by: those of the default, and those of its own."""
    wanted = {DEFAULT, profile.name}
    return [control for control in controls if wanted.intersection(control.profiles)]


def apply(report: Report, profile: Profile) -> Report:
    """The report with what the profile allows marked."""
    by_control = {relaxation.control: relaxation for relaxation in profile.relaxes}

    def mark(result: Result) -> Result:
        relaxation = by_control.get(result.control)
        if relaxation is None or not _allowed(result, relaxation):
            return result
        return replace(result, accepted=Accepted(By.PROFILE, profile.name, relaxation.reason))

    return replace(report.mapped(mark), profile=profile.name, unknown_fails=profile.unknown_fails)


def _allowed(result: Result, relaxation: Relaxation) -> bool:
    if result.status is not Status.FAIL:
        return False
    pattern = relaxation.places
    if pattern is None:
        return True
    # Where citations were left away, something else may be among them.
    if not result.evidence or len(result.evidence) >= MAX_CITATIONS:
        return False
    # What is missing has no line: then it is the key that tells.
    return all(pattern.search(citation.excerpt or citation.key) for citation in result.evidence)
