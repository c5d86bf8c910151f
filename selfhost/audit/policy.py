"""From results to what they mean: profile, waivers, what got worse since. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from selfhost.audit import compare, profiles, waivers
from selfhost.audit.model import Report
from selfhost.audit.saved import Saved
from selfhost.audit.waivers import Waiver
from selfhost.catalog.profiles import Profile


def decide(
    report: Report,
    profile: Profile,
    granted: Sequence[Waiver],
    today: date,
    baseline: Saved | None = None,
    new_only: bool = False,
) -> Report:
    """The report as its reader gets it.

    A waiver counts before what the profile allows, since somebody put their name to it.
    """
    judged = waivers.apply(profiles.apply(report, profile), granted, today)
    if baseline is not None:
        judged = compare.since(judged, baseline)
    return replace(judged, new_only=new_only)
