"""``selfhost doctor``: from a symptom to a cause and a fix."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import form_option, inventory_option
from selfhost.cli.session import session
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.health.diagnosis import Look, Symptom
    from selfhost.settings.site import Host, Site

MAX_PARALLEL = 16


@click.command()
@inventory_option
@click.option("--symptom", metavar="WORD", help="Only what can bring this about; see --list.")
@click.option("--outside", is_flag=True, help="Also try the public address from this machine.")
@click.option("--list", "list_", is_flag=True, help="List all causes that the doctor knows.")
@form_option("terminal", "json", "markdown")
def doctor(
    inventory: Path, symptom: str | None, outside: bool, list_: bool, form: str
) -> ExitCode | None:
    """Find out why the site does not work, and say how to mend it. Changes nothing.

    Prints only what applies, the cause first, and what could not be found out. Exits with 0 when
    all is well, 1 when a cause was found, 3 when a server was not reached.
    """
    from selfhost.errors import UsageError
    from selfhost.health.doctor import diagnose
    from selfhost.health.rules import RULES
    from selfhost.reports import diagnosis as report
    from selfhost.settings.site import load_site

    wanted = _symptom(symptom)
    if list_:
        known = [rule for rule in RULES if wanted is None or wanted in rule.symptoms]
        click.echo(
            report.markdown(known) if form == "markdown" else report.listing(known), nl=False
        )
        return None
    if form == "markdown":
        raise UsageError("--format markdown is for --list.")
    site = load_site(inventory, need_secrets=False)
    with ThreadPoolExecutor(min(MAX_PARALLEL, len(site.hosts))) as pool:
        looks = tuple(pool.map(lambda host: _look(site, host, outside), site.hosts))
    results = [
        diagnose(host.name, look, wanted)
        for host, look in zip(site.hosts, looks, strict=True)
        if not isinstance(look, str)
    ]
    found = [diagnosis for diagnoses, _ in results for diagnosis in diagnoses]
    open_ = [undecided for _, unknown in results for undecided in unknown]
    lost = [
        (host.name, why)
        for host, why in zip(site.hosts, looks, strict=True)
        if isinstance(why, str)
    ]
    if form == "json":
        click.echo(report.as_json(found, open_, lost), nl=False)
    else:
        colour = session().colored(sys.stdout)
        click.echo(report.render(found, open_, lost, colour=colour), nl=False, color=colour)
    if found:
        return ExitCode.FINDINGS
    return ExitCode.INCONCLUSIVE if lost else ExitCode.OK


def _symptom(word: str | None) -> "Symptom | None":
    from selfhost.errors import UsageError
    from selfhost.health.diagnosis import WORDS, Symptom

    if word is None:
        return None
    try:
        return Symptom(word)
    except ValueError:
        known = "\n".join(f"{name}: {words}" for name, words in WORDS.items())
        raise UsageError(f"'{word}' is no symptom that the doctor knows.", hint=known) from None


def _look(site: "Site", host: "Host", outside: bool) -> "Look | str":
    """All that can be known of a host, or why it was not reached."""
    from selfhost.errors import TargetError
    from selfhost.health.diagnosis import Look, Outside
    from selfhost.health.expected import expected_of
    from selfhost.health.outside import try_from_here
    from selfhost.health.reach import look_at
    from selfhost.provision.lookup import Lookup

    expected = expected_of(site, host)
    dns = Lookup(expected.domain)
    before = time.time()
    try:
        facts = look_at(site, host, expected)
    except TargetError as error:
        return "; ".join(text for text in (error.message.rstrip("."), error.hint) if text)
    seen = try_from_here(expected) if outside else Outside()
    # The probe reads the clock when it starts: between the two ends of the session.
    offset = min(max(facts.now, before), time.time()) - facts.now
    return Look(facts, expected, dns.answer(), seen, -offset)
