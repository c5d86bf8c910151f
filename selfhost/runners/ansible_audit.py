"""One host's audit for Ansible: from the collector's output to what the task returns."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from selfhost.errors import TargetError, UsageError
from selfhost.exitcodes import ExitCode
from selfhost.runners import judging, remote
from selfhost.targets.order import Order
from selfhost.targets.ssh_connection import Completed

DEFAULTS: Mapping[str, Any] = {
    "profile": "private",
    "fail_on": "low",
    "fail_on_partial": True,
    "fail_on_new": False,
    "select": (),
    "ignore": (),
    "waivers": None,
    "baseline": None,
    "reports": {},
}
_FAIL_ON = ("critical", "high", "medium", "low", "never")


def checked(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The options with their defaults. Raises UsageError for one that is not known."""
    unknown = sorted(set(arguments) - set(DEFAULTS))
    if unknown:
        raise UsageError(
            f"selfhost_audit has no option {unknown[0]!r}", hint=f"it has {', '.join(DEFAULTS)}"
        )
    options = {**DEFAULTS, **{k: v for k, v in arguments.items() if v is not None}}
    if options["fail_on"] not in _FAIL_ON:
        raise UsageError(f"fail_on is one of {', '.join(_FAIL_ON)}, not {options['fail_on']!r}")
    for name in ("fail_on_partial", "fail_on_new"):
        if not isinstance(options[name], bool):
            raise UsageError(f"{name} is true or false, not {options[name]!r}")
    if options["fail_on_new"] and not options["baseline"]:
        raise UsageError("fail_on_new needs a baseline")
    _check_reports(options["reports"])
    return options


def _check_reports(reports: object) -> None:
    from selfhost.reports import FORMATS

    if not isinstance(reports, Mapping) or not set(reports) <= set(FORMATS):
        raise UsageError(f"reports maps formats to files; the formats are {', '.join(FORMATS)}")
    for path in reports.values():
        if not Path(str(path)).parent.is_dir():
            raise UsageError(f"the folder of the report {path} does not exist")


def outcome(
    name: str, moment: str, done: Completed, order: Order, options: Mapping[str, Any], write: bool
) -> dict[str, Any]:
    """What the task returns; ``done`` is the answer to ``order``. Report files are written unless
    ``write`` is false (check mode).

    Raises UsageError for waivers, controls or a baseline that cannot be used.
    """
    import json

    from selfhost.audit.evaluate import evaluate
    from selfhost.audit.policy import decide
    from selfhost.reports import formats, words

    profile = judging.profile(options["profile"])
    controls = judging.controls(profile, options["select"], options["ignore"])
    today = datetime.now(UTC).date()
    waivers = judging.waivers(profile, _path(options["waivers"]), None, today)
    baseline = judging.saved(Path(options["baseline"])) if options["baseline"] else None
    try:
        target = evaluate(remote.evidence(name, moment, done, order), controls)
    except TargetError as error:
        target = judging.unreached(name, error)
    report = judging.report([target], controls, options["fail_on"])
    report = decide(report, profile, waivers, today, baseline, options["fail_on_new"])
    if write:
        for form, path in options["reports"].items():
            try:
                Path(path).write_text(formats.render(report, form), "utf-8")
            except OSError as error:
                raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    code = report.exit_code
    failed = code is ExitCode.FINDINGS or (
        code is ExitCode.INCONCLUSIVE and options["fail_on_partial"]
    )
    policy, seen = words.policy(report), words.evidence(report)
    return {
        "changed": False,
        "failed": failed,
        "msg": f"policy: {policy.text}; evidence: {seen.text}; {words.counts(report)}",
        "policy": str(report.policy),
        "evidence": str(report.completeness),
        "exit_code": int(code),
        "report": json.loads(formats.render(report, "json")),
    }


def _path(text: object) -> Path | None:
    return Path(str(text)) if text else None
