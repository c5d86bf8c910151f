"""One look of the watch: audit, compare with what was told last, tell what changed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from selfhost import lock_file, whole_file
from selfhost.audit import saved
from selfhost.audit.compare import compare
from selfhost.audit.model import Report
from selfhost.errors import SelfhostError, UsageError
from selfhost.exitcodes import ExitCode
from selfhost.history import store
from selfhost.history.model import Entry
from selfhost.watch import notice, promise
from selfhost.watch.notice import Kind, Notice
from selfhost.watch.send import Channel, NotSentError

STATE = "watch.json"
_LOCK = ".watch.lock"


def look(
    folder: Path,
    site: str,
    audit: Callable[[], Report],
    channels: Sequence[Channel],
    now: str,
    warn: Callable[[str], None],
    show: Callable[[Report], None] | None = None,
) -> ExitCode:
    """``folder`` holds the history; ``now`` is ISO, UTC; ``warn`` is told of what was not sent;
    ``show`` changes the page for participants, and raises SelfhostError.

    What could not be sent counts as not told: the next look tells it again.
    """
    try:
        # The timer and apt may start two looks at once: one waits for the other.
        with lock_file.held(folder / _LOCK):
            return _look(folder, site, audit, channels, now, warn, show)
    except SelfhostError as error:
        why = _why(error)
        code = ExitCode.INCONCLUSIVE
    except Exception as error:
        # Whatever it is, an audit that ends here must not look like one that found nothing.
        why = f"a bug in selfhost ({type(error).__name__})"
        code = ExitCode.INTERNAL
    _send([notice.blind(site, (why,))], channels, warn)
    return code


def _look(
    folder: Path,
    site: str,
    audit: Callable[[], Report],
    channels: Sequence[Channel],
    now: str,
    warn: Callable[[str], None],
    show: Callable[[Report], None] | None,
) -> ExitCode:
    report = audit()
    store.add(folder, report, now)
    entries = store.entries(folder)
    before = _told(folder, entries)
    unshown = _unshown(site, report, show)
    notices = _notices(folder, site, report, before, entries[-1], now)
    sent = _send([*notices, *unshown], channels, warn)
    kinds = {one.kind for one in notices}
    if Kind.BLIND in kinds or not sent:
        return ExitCode.INCONCLUSIVE
    if notices or before is None:
        state = json.dumps({"audit": entries[-1].id}) + "\n"
        try:
            whole_file.put(folder / STATE, state.encode())
        except OSError as error:
            raise UsageError(f"{folder / STATE} cannot be written: {error.strerror}") from None
    if unshown:
        return ExitCode.INCONCLUSIVE
    return ExitCode.FINDINGS if Kind.WORSE in kinds else ExitCode.OK


def _unshown(site: str, report: Report, show: Callable[[Report], None] | None) -> list[Notice]:
    """Shows it to participants; what could not be is told, each time."""
    if show is None or all(target.unreachable for target in report.targets):
        return []
    try:
        show(report)
    except SelfhostError as error:
        return [notice.unshown(site, _why(error))]
    return []


def _why(error: SelfhostError) -> str:
    return " ".join(text for text in (error.message, error.hint) if text)


def _notices(
    folder: Path, site: str, report: Report, before: Entry | None, latest: Entry, now: str
) -> list[Notice]:
    notices: list[Notice] = []
    lost = {target.target: target.unreachable for target in report.targets if target.unreachable}
    if before is not None:
        found = compare(store.compared(folder, before), saved.of(report))
        # Of a host that was not reached, that is told, and not each of its findings.
        seen = tuple(one for one in found.changes if one.target not in lost)
        changed = notice.changed(site, replace(found, changes=seen), latest)
        notices += [changed] if changed else []
    elif len(lost) < len(report.targets):
        notices.append(notice.begun(site, latest))
    if not lost:
        promised = promise.changed(folder, site, report, before, date.fromisoformat(now[:10]))
        notices += [promised] if promised else []
    if lost:
        reasons = [f"{name} was not reached: {why}" for name, why in lost.items()]
        notices.append(notice.blind(site, reasons))
    return notices


def _told(folder: Path, entries: Sequence[Entry]) -> Entry | None:
    """The audit that was told last. One that cannot be found again begins anew, loudly."""
    try:
        number = json.loads((folder / STATE).read_text("utf-8"))["audit"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return next((entry for entry in entries if entry.id == number), None)


def _send(
    notices: Sequence[Notice], channels: Sequence[Channel], warn: Callable[[str], None]
) -> bool:
    """Each by every channel. False when one of them failed."""
    all_sent = True
    for one in notices:
        for channel in channels:
            try:
                channel.send(one)
            except NotSentError as error:
                all_sent = False
                warn(f"{channel.name}: not sent: {error}")
    return all_sent
