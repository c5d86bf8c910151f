"""``selfhost dev``: for those who work on selfhost itself, in a source checkout."""

import click

from selfhost.exitcodes import ExitCode


@click.group()
def dev() -> None:
    """Keep the source tree in step with itself."""


@dev.command()
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 when outdated.")
def sync(check_only: bool) -> ExitCode:
    """Write what follows from the roles' meta/argument_specs.yml.

    That is each role's defaults/main.yml, the table of variables in its README.md, and
    inventory.example.
    """
    from selfhost.provision import content
    from selfhost.settings.sync import outdated

    checkout = content.checkout()
    files = outdated(checkout)
    for path, text in files.items():
        if not check_only:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        click.echo(f"{'outdated' if check_only else 'wrote'} {path.relative_to(checkout)}")
    if not files:
        click.echo("all derived files are up to date")
    return ExitCode.FINDINGS if files and check_only else ExitCode.OK


@dev.command()
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 when outdated.")
def docs(check_only: bool) -> ExitCode:
    """Write docs/controls/ from the controls."""
    from selfhost.catalog.surfaces import surfaces
    from selfhost.controls.registry import controls
    from selfhost.provision import content
    from selfhost.reports.handbook import pages

    checkout = content.checkout()
    folder = checkout / "docs" / "controls"
    wanted = {folder / name: text for name, text in pages(controls(), surfaces()).items()}
    there = {path: path.read_text("utf-8") for path in folder.glob("*.md")}
    changed = [path for path in wanted if there.get(path) != wanted[path]]
    gone = [path for path in there if path not in wanted]
    if not check_only:
        folder.mkdir(parents=True, exist_ok=True)
        for path in changed:
            path.write_text(wanted[path], encoding="utf-8")
        for path in gone:
            path.unlink()
    for path in sorted((*changed, *gone)):
        click.echo(f"{'outdated' if check_only else 'wrote'} {path.relative_to(checkout)}")
    if not (changed or gone):
        click.echo("docs/controls is up to date")
    return ExitCode.FINDINGS if (changed or gone) and check_only else ExitCode.OK
