"""What checks of a real browser's visit share."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from selfhost.catalog.endpoints import kind_of_host
from selfhost.controls.model import Cited, Status, Verdict, fail, passed, unknown
from selfhost.controls.text_predicates import looked_at
from selfhost.controls.web_predicates import Owner, Whose, whose
from selfhost.effective.server import Server
from selfhost.readers.outside import Seen

#: Kinds of hosts that measure people or listen to them, by the catalogue of third parties.
MEASURING = ("tracker", "ai")


def conclude(server: Server, source: str, found: Iterable[Verdict], good: str) -> Iterator[Verdict]:
    """What was found; where nothing was, ``good`` if the browser came into the room."""
    verdicts = list(found)
    yield from verdicts
    missed = ", ".join(s.text("stage") for s in stages(server) if not s.true("reached"))
    if any(verdict.status is Status.FAIL for verdict in verdicts):
        return
    if why := not_entered(server):
        yield unknown(why, *looked_at(server, "browser.visit"))
    elif any(entry.number("dropped") for entry in server.outside("browser.visit")):
        yield unknown(
            "the pages did more than was written down", *looked_at(server, "browser.visit")
        )
    elif not verdicts:
        left = f" (not reached: {missed})" if missed else ""
        yield passed(good + left, *looked_at(server, source))


def stages(server: Server) -> tuple[Seen, ...]:
    """How far the browser came."""
    return tuple(e for e in server.outside("browser.visit") if e.text("what") == "stage")


def not_entered(server: Server) -> str:
    """Why the browser saw no meeting; empty where it did."""
    found = stages(server)
    if {"welcome", "join"} <= {stage.text("stage") for stage in found if stage.true("reached")}:
        return ""
    last = next((stage for stage in found if not stage.true("reached")), None)
    if last is None:
        return "the browser did not come into a room"
    shown = last.text("shown")
    why = f"{last.text('stage')}: {last.text('why')}" + (f" ({shown!r})" if shown else "")
    return f"what the browser does in a meeting was not seen; {why}"


def done(server: Server, what: str, by: str, meant: Collection[str] = ()) -> Iterator[Verdict]:
    """Everything of a kind that pages did and that is not meant; ``by`` leads to who it was."""
    for entry in server.outside("browser.kept"):
        key = entry.text("key")
        if entry.text("what") == what and key not in meant:
            text = f"{key} at the stage {entry.text('stage')}, {by} {entry.text('who')}"
            yield fail(text, Cited(entry.origin))


def requests(server: Server, outcome: str) -> Iterator[tuple[Seen, Whose]]:
    """Requests with that outcome to hosts that are not the deployment's own, and whose those
    are."""
    for entry in server.outside("browser.requests"):
        if entry.text("what") != "request" or entry.text("outcome") != outcome:
            continue
        found = whose(server, entry.text("host"))
        if found.owner is not Owner.OWN:
            yield entry, found


def foreign(server: Server, outcome: str, measuring: bool) -> Iterator[Verdict]:
    """Verdicts on those requests: only those to hosts that measure people, or all others."""
    same: dict[tuple[str, str, Whose], list[Seen]] = {}
    for entry, found in requests(server, outcome):
        if (kind_of_host(entry.text("host")) in MEASURING) is measuring:
            same.setdefault((entry.text("url"), entry.text("kind"), found), []).append(entry)
    for (url, kind, found), entries in same.items():
        judged = unknown if found.owner is Owner.UNCLEAR else fail
        text = f"{url} ({kind}) {when_and_who(entries)}: {found.why}"
        yield judged(text, *(Cited(entry.origin, entry.text("host")) for entry in entries))


def when_and_who(entries: Sequence[Seen]) -> str:
    """At which stages something was asked for, and by whom, as a part of a sentence."""
    stages = list(dict.fromkeys(entry.text("stage") for entry in entries))
    who = list(dict.fromkeys(entry.text("who") for entry in entries))
    more = f" and {len(who) - 2} more" if who[2:] else ""
    word = "stages" if stages[1:] else "stage"
    return f"at the {word} {', '.join(stages)}, asked for by {', '.join(who[:2])}{more}"
