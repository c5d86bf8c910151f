"""One look of the watch: audit, compare with what was told last, tell what changed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at, and who is told.

    ``folder`` holds the history; ``warn`` is told of what was not sent; ``show`` changes the page
    for participants, and raises SelfhostError.
    """

    folder: Path
    site: str
    channels: Sequence[Channel]
    warn: Callable[[str], None]
    show: Callable[[Report], None] | None = None


def look(watched: Watched, audit: Callable[[], Report], now: str) -> ExitCode:
    """``now`` is ISO, UTC. What could not be sent counts as not told: the next look tells it."""
    try:
        # The timer and apt may start two looks at once: one waits for the other.
        with lock_file.held(watched.folder / _LOCK):
            return _look(watched, audit, now)
    except SelfhostError as error:
        why = _why(error)
        code = ExitCode.INCONCLUSIVE
    except Exception as error:
        # Whatever it is, an audit that ends here must not look like one that found nothing.
        why = f"a bug in selfhost ({type(error).__name__})"
        code = ExitCode.INTERNAL
    _send([notice.blind(watched.site, (why,))], watched)
    return code


def _look(watched: Watched, audit: Callable[[], Report], now: str) -> ExitCode:
    folder, site = watched.folder, watched.site
    report = audit()
    store.add(folder, report, now)
    entries = store.entries(folder)
    before = _told(folder, entries)
    unshown = _unshown(watched, report)
    notices = _notices(folder, site, report, before, entries[-1], now)
    sent = _send([*notices, *unshown], watched)
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


def _unshown(watched: Watched, report: Report) -> list[Notice]:
    """Shows it to participants; what could not be is told, each time."""
    if watched.show is None or all(target.unreachable for target in report.targets):
        return []
    try:
        watched.show(report)
    except SelfhostError as error:
        return [notice.unshown(watched.site, _why(error))]
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


def _send(notices: Sequence[Notice], watched: Watched) -> bool:
    """Each by every channel. False when one of them failed."""
    all_sent = True
    for one in notices:
        for channel in watched.channels:
            try:
                channel.send(one)
            except NotSentError as error:
                all_sent = False
                watched.warn(f"{channel.name}: not sent: {error}")
    return all_sent
