"""``selfhost policy``: what the site promises, and whether the server keeps it."""

from datetime import UTC, date, datetime
from pathlib import Path

import click

from selfhost.cli.chosen_audit import audit_argument, chosen
from selfhost.cli.options import (
    force_option,
    form_option,
    inventory_option,
    output_option,
    profile_option,
    vault_option,
)
from selfhost.exitcodes import ExitCode

language_option = click.option(
    "--language", default="en", show_default=True, help="Of the sentences: en, de."
)


def _today() -> date:
    return datetime.now(UTC).date()


@click.group()
def policy() -> None:
    """The promise to those who meet on the server: written, checked, changed, shown.

    INVENTORY/policy.yml holds it: sentences that people understand, each bound to what the audit
    looks at. What was announced is kept in INVENTORY/policy-changes.jsonl.
    """


@policy.command("init")
@click.option("--name", required=True, help="Who is responsible for the server.")
@click.option("--contact", required=True, help="How they are reached.")
@profile_option
@inventory_option
@vault_option
def init(
    name: str, contact: str, profile_name: str, inventory: Path, vault_password_file: Path | None
) -> None:
    """Write a first policy.yml that fits the site's settings and its last audit.

    A sentence that they contradict is left out, with the reason in a comment.
    """
    from selfhost import whole_file
    from selfhost.errors import UsageError
    from selfhost.history import store
    from selfhost.policy import keep, load, start
    from selfhost.runners import judging
    from selfhost.settings import load_site

    path = inventory / keep.POLICY
    if path.exists():
        raise UsageError(f"{path} exists; nothing was written", hint="edit it")
    profile = judging.profile(profile_name)
    site = load_site(inventory, vault_password_file, need_secrets=False)
    report = chosen("latest", inventory).report if store.entries(inventory) else None
    text = start.starting(name, contact, profile.name, site.settings, report, _today())
    load.policy(text, path)  # raises for a name or contact that cannot be
    try:
        whole_file.put(path, text.encode(), 0o644)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {path}")
    click.echo("Next: look through it, then selfhost policy check and selfhost policy announce")


@policy.command("check")
@audit_argument
@inventory_option
@click.option("--draft", is_flag=True, help="Judge policy.yml as it is written, announced or not.")
@language_option
@form_option("terminal", "json")
def check(audit: str, inventory: Path, draft: bool, language: str, form: str) -> ExitCode:
    """Say of each sentence whether the server keeps it, by an audit.

    AUDIT is a JSON report, or an audit of the history: latest, previous, a number, or a day.

    Exits with 1 when promise and server differ, with 3 when that cannot be told for a sentence.
    """
    from selfhost.policy import keep
    from selfhost.policy.judge import judge
    from selfhost.policy.model import State
    from selfhost.reports import promise as shown

    today = _today()
    kept = keep.read(inventory, today)
    report = chosen(audit, inventory).report
    judged = kept.policy.promise if draft else kept.promise
    checked = shown.Checked(
        promise=judged,
        in_force=kept.in_force,
        judged=judge(judged, report, today),
        report=report,
        language=language,
        drifted=kept.drifted,
        draft=draft,
    )
    if kept.drifted and not draft:
        click.echo(
            f"{inventory / keep.POLICY} says something that was not announced: "
            "selfhost policy diff shows it, selfhost policy announce makes it known.",
            err=True,
        )
    code = {
        State.HOLDS: ExitCode.OK,
        State.BROKEN: ExitCode.FINDINGS,
        State.UNKNOWN: ExitCode.INCONCLUSIVE,
    }[checked.state]
    text = shown.as_json(checked, code) if form == "json" else shown.render(checked)
    click.echo(text, nl=False)
    return code


@policy.command("diff")
@inventory_option
@click.option("--all", "everything", is_flag=True, help="Every change that was announced.")
@language_option
def diff(inventory: Path, everything: bool, language: str) -> None:
    """Show what policy.yml changes in what was announced last; with --all, all changes so far."""
    from selfhost.policy import keep
    from selfhost.reports import promise as shown

    if everything:
        click.echo(shown.changes(keep.changes(inventory), language), nl=False)
        return
    kept = keep.read(inventory, _today())
    latest = kept.in_force.coming or kept.in_force.now
    before = latest.promise if latest else None
    click.echo(shown.difference(before, kept.policy.promise, language), nl=False)


@policy.command("announce")
@inventory_option
@click.option(
    "--from",
    "wanted",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="From when it is in force; by default the first day that the notice allows.",
)
@language_option
def announce(inventory: Path, wanted: datetime | None, language: str) -> None:
    """Make known what policy.yml says now, to be in force when its notice is over.

    The notice is that of the promise in force; the first promise is in force at once. Announcing
    what is in force again takes back a change that has not taken effect.
    """
    from selfhost.policy import keep
    from selfhost.reports import promise as shown

    change, before = keep.announce(inventory, _today(), wanted.date() if wanted else None)
    old = before.now.promise if before.now else None
    click.echo(shown.difference(old, change.promise, language), nl=False)
    since = "in force now" if change.effective <= change.announced else "in force from"
    day = "" if change.effective <= change.announced else f" {change.effective}"
    click.echo(
        f"Announced on {change.announced}: promise {change.promise.digest[:12]}, {since}{day}."
    )
    click.echo("Next: selfhost attest puts it into the chain; publish the page anew.")


@policy.command("show")
@click.option("--coming", is_flag=True, help="What is announced, not what is in force.")
@inventory_option
def show(coming: bool, inventory: Path) -> None:
    """Print the promise that is in force as the JSON whose SHA-256 signed statements name.

    Publish it, and participants can compare: selfhost policy show | sha256sum
    """
    from selfhost.errors import UsageError
    from selfhost.policy import keep
    from selfhost.policy.in_force import in_force

    found = in_force(keep.changes(inventory), _today())
    change = found.coming if coming else found.now
    if change is None:
        raise UsageError(
            "nothing is announced that is not in force" if coming else "no promise is in force",
            hint="selfhost policy announce makes policy.yml known",
        )
    click.echo(change.promise.canonical(), nl=False)


@policy.command("render")
@audit_argument
@inventory_option
@vault_option
@click.option(
    "--kind",
    type=click.Choice(["notice", "record", "inventory"]),
    default="notice",
    show_default=True,
    help="Privacy notice, record of processing activities (GDPR Art. 30), or data inventory.",
)
@form_option("markdown", "html")
@language_option
@output_option
@force_option
def render(
    audit: str,
    inventory: Path,
    vault_password_file: Path | None,
    kind: str,
    form: str,
    language: str,
    output: Path | None,
    force: bool,
) -> None:
    """Write a document from the promise in force and an audit's facts. It is no legal advice.

    AUDIT as with check. What the facts do not show reads "not determined", what policy.yml does
    not say reads "not stated".
    """
    from selfhost.cli import reporting
    from selfhost.errors import UsageError
    from selfhost.policy import documents, keep
    from selfhost.reports import document
    from selfhost.settings import load_site

    if output is not None:
        reporting.may_write(output, force)
    today = _today()
    kept = keep.read(inventory, today)
    if language not in kept.policy.languages:
        raise UsageError(
            f"{inventory / keep.POLICY} is not written in {language!r}",
            hint=f"it has {', '.join(kept.policy.languages)}; add it to its languages",
        )
    sources = documents.Sources(
        domain=load_site(inventory, vault_password_file, need_secrets=False).domain,
        policy=kept.policy,
        promise=kept.promise,
        in_force=kept.in_force,
        report=chosen(audit, inventory).report,
        today=today,
        language=language,
    )
    text = document.render(documents.KINDS[kind](sources), form)
    if output is None:
        click.echo(text, nl=False)
    else:
        reporting.put(output, (text.encode(),))
