"""Reports that the tests of several formats look at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from selfhost.audit import saved
from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Citation, Report, Result, TargetReport
from selfhost.audit.policy import decide
from selfhost.audit.waivers import Waiver
from selfhost.catalog.profiles import named
from selfhost.controls import examples
from selfhost.controls.model import Severity
from selfhost.controls.registry import controls, digest, find
from selfhost.history.model import Entry, HostEntry, KeptChange

CONTROL = find("jicofo-transcription-url")
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07\x00\x08\ud800\ufffe\u202e\u2028 <script>alert(1)</script>"
    "<img src=x onerror=alert(1)> ]]> --> </style> & &amp; \"'` ``` | [click](javascript:alert(1)) "
    "@everyone #1 https://evil.example/ {0} {{ 7*7 }} {% raw %} %s ~~x~~ **b** \r\n## heading\n- a"
)
PLACES = (
    "/etc/x\n\x1b<b>:`|.conf",
    "$ sh -c 'x <y>'",
    "probe:sockets",
    "../../etc/passwd",
    "a:b",
    "",
)


def of(*targets: TargetReport) -> Report:
    return Report(targets, Severity.LOW, "1.2.3", len(controls()), digest())


def target(kind: str, number: int = 0) -> TargetReport:
    return evaluate(examples.evidence(CONTROL, getattr(CONTROL, kind)[number]), [CONTROL])


def full() -> Report:
    """Every outcome, every change, every state of a waiver, all texts of the host hostile."""
    fail, unclear, good = (target(kind).results[0] for kind in ("bad", "unclear", "good"))
    absent = target("good", 3).results[0]
    cited = tuple(
        Citation(path, n % 2, HOSTILE, HOSTILE, "0" * 64, (HOSTILE,))
        for n, path in enumerate(PLACES)
    )

    def hostile(result: Result, control: str, **more: object) -> Result:
        changes = {"control": control, "target": HOSTILE, "message": HOSTILE, "evidence": cited}
        return replace(result, **{**changes, **more})  # type: ignore[arg-type]

    results = (
        hostile(fail, "one"),
        hostile(fail, "waived"),
        hostile(fail, "web-hidden-domain"),
        hostile(unclear, "open"),
        hostile(good, "passed"),
        hostile(absent, "not-there"),
    )
    documents = replace(target("bad").documents[0], path=HOSTILE, state="denied", reason=HOSTILE)
    first = replace(
        target("bad"), target=HOSTILE, results=results, documents=(documents,), out_of_scope=("x",)
    )
    first = replace(first, kept=(("journal", None), ("nginx", 3)))
    lost = TargetReport(HOSTILE + "2", "", (), (), (), unreachable=HOSTILE)
    granted = [
        Waiver(name, "*", HOSTILE, HOSTILE, day, place=HOSTILE)
        for name, day in (
            ("waived", date(2026, 3, 9)),
            ("passed", date(2026, 3, 9)),
            ("one", date(2026, 2, 1)),
        )
    ]
    before = of(
        replace(first, results=(results[4], hostile(fail, "passed"), hostile(good, "open")))
    )
    return decide(
        of(first, lost),
        named("internal-recording-with-consent"),
        granted,
        date(2026, 3, 1),
        saved.of(before, HOSTILE),
    )


def partial() -> Report:
    return of(target("unclear"))


def history(count: int, outcomes: tuple[str, ...] = ("fail", "unknown")) -> tuple[Entry, ...]:
    """So many audits, one a day."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    return tuple(
        Entry(
            id=number + 1,
            at=(start + timedelta(days=number)).isoformat().replace("+00:00", "Z"),
            version="1.2.3",
            catalogue="0" * 64,
            profile="private",
            policy="fail" if number % 7 == 3 else "pass",
            evidence="complete",
            exit_code=0,
            digest="0" * 64,
            facts=0,
            hosts=(HostEntry("meet", True, dict.fromkeys(outcomes, number % 7)),),
            changes=(KeptChange("new", "web-stun", "high", "meet", "pass", "fail"),),
        )
        for number in range(count)
    )


REPORTS: dict[str, Callable[[], Report]] = {
    "full": full,
    "nothing": lambda: of(),
    "good": lambda: of(target("good")),
    "bad": lambda: of(target("bad")),
    "partial": partial,
}
