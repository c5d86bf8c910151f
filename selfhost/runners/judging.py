"""What an audit judges by, from its options: profile, controls, waivers, an earlier report.

Shared by the command line and by those that run the audit inside something else.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from selfhost import named_file
from selfhost.errors import TargetError, UsageError

if TYPE_CHECKING:
    from selfhost.audit.model import Report, TargetReport
    from selfhost.audit.saved import Saved
    from selfhost.audit.waivers import Waiver
    from selfhost.catalog.profiles import Profile
    from selfhost.controls.model import Control

#: In the inventory: findings that somebody answers for.
WAIVERS = "waivers.yml"
MAX_REPORT = 64 * 1024 * 1024  # bytes


def profile(name: str) -> "Profile":
    """The profile of that name. Raises UsageError naming those that there are."""
    from selfhost.catalog import profiles

    try:
        return profiles.named(name)
    except KeyError:
        names = ", ".join(one.name for one in profiles.profiles())
        raise UsageError(f"There is no profile {name!r}.", hint=f"One of: {names}.") from None


def controls(
    chosen: "Profile", select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list["Control"]:
    """The profile's controls, or those of ``select``, without those of ``ignore``."""
    from selfhost.audit import profiles
    from selfhost.controls import registry

    wanted = [registry.find(name) for name in select] or profiles.select(
        registry.controls(), chosen
    )
    ignored = {registry.find(name).id for name in ignore}
    left = [control for control in wanted if control.id not in ignored]
    if not left:
        raise UsageError("No control is left to judge by.", hint="Use --select or --ignore less.")
    return left


def waivers(
    chosen: "Profile", given: Path | None, own: Path | None, today: date
) -> tuple["Waiver", ...]:
    """The waivers of the file that was given, or else of the inventory's own when it is there."""
    from selfhost.controls import registry
    from selfhost.settings.waivers import read_waivers

    path = given or (own if own is not None and own.is_file() else None)
    if not chosen.takes_waivers:
        if given is not None:
            raise UsageError(f"The profile {chosen.name} takes no waivers.")
        return ()
    if path is None:
        return ()
    if not path.is_file():
        raise UsageError(f"There is no file {path} with waivers.")
    return read_waivers(path, lambda name: registry.find(name).id, today)


def saved(path: Path) -> "Saved":
    """An earlier JSON report. Raises UsageError when it cannot be read or is none."""
    from selfhost.audit.saved import read

    return read(report_text(path), str(path))


def report_text(path: Path) -> str:
    """The file's text. Raises UsageError when it cannot be read, or is too large for a report."""
    try:
        return named_file.content(path, MAX_REPORT, "a report can be (64 MiB)").decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not a report of selfhost audit: it is not text") from None


def unreached(name: str, error: TargetError) -> "TargetReport":
    """The report of a target that gave nothing."""
    from selfhost.audit.model import TargetReport

    why = "; ".join(text for text in (error.message.rstrip("."), error.hint) if text)
    return TargetReport(name, "", (), (), (), unreachable=why)


def report(
    targets: Sequence["TargetReport"], chosen: Sequence["Control"], fail_on: str
) -> "Report":
    """The targets as one report, nothing accepted yet. ``fail_on``: a severity, or never."""
    from selfhost import __version__
    from selfhost.audit.model import Report
    from selfhost.controls import registry
    from selfhost.controls.model import Severity

    return Report(
        targets=tuple(targets),
        fail_on=None if fail_on == "never" else Severity(fail_on),
        version=__version__,
        controls=len(chosen),
        controls_digest=registry.digest(),
    )
