"""Files of the source tree that follow from the roles' argument specs."""

from pathlib import Path

from selfhost.errors import UsageError
from selfhost.settings import render
from selfhost.settings.release import load_release
from selfhost.settings.specs import NO_DEFAULT, Option, RoleSpec, load_specs

BEGIN, END = "<!-- variables -->", "<!-- /variables -->"
_DEFAULTS_HEAD = [
    "---",
    "# Written by 'selfhost dev sync' from meta/argument_specs.yml, which is the file to edit.",
]


def derived_files(checkout: Path) -> dict[Path, str]:
    """Each derived file of a checkout, and the text that it should have.

    Raises UsageError when a role's README lacks the two markers of the table.
    """
    specs = load_specs(checkout / "roles")
    files: dict[Path, str] = {}
    for spec in specs:
        folder = spec.path.parent.parent
        if any(option.default is not NO_DEFAULT for option in spec.options):
            files[folder / "defaults" / "main.yml"] = defaults_text(spec)
        readme = folder / "README.md"
        files[readme] = readme_text(spec, readme)
    release = load_release(checkout / "roles").number
    for name, text in render.example(specs, release).items():
        files[checkout / "inventory.example" / name] = text
    return files


def outdated(checkout: Path) -> dict[Path, str]:
    """The derived files that differ from what they should be."""
    return {
        path: text
        for path, text in derived_files(checkout).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }


def defaults_text(spec: RoleSpec) -> str:
    """``defaults/main.yml``: Ansible does not apply the defaults of a specification itself."""
    lines = list(_DEFAULTS_HEAD)
    for option in spec.options:
        if option.default is not NO_DEFAULT:
            lines += ["", *render.comment(option)]
            lines += render.dump({option.name: option.default}).splitlines()
    return "\n".join(lines) + "\n"


def readme_text(spec: RoleSpec, readme: Path) -> str:
    """The role's README with its table of variables written anew."""
    new = f"# {spec.name}\n\n{spec.summary}\n\n{BEGIN}\n{END}\n"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else new
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UsageError(
            f"{readme} lacks the place for its table of variables",
            hint=f"add a line '{BEGIN}' and a line '{END}'",
        )
    rows = ["| variable | type | default | meaning |", "|---|---|---|---|"]
    rows += [_row(option) for option in spec.options]
    return f"{before}{BEGIN}\n" + "\n".join(rows) + f"\n{END}{after}"


def _row(option: Option) -> str:
    kind = f"{option.type} of {option.elements}" if option.elements else option.type
    if option.choices:
        kind = ", ".join(f"`{choice}`" for choice in option.choices)
    if option.secret and option.required:
        default = "generated"
    elif option.default is NO_DEFAULT:
        default = "required" if option.required else "none"
    else:
        value = render.dump({"x": option.default}).removeprefix("x:").strip()
        default = f"`{' '.join(value.split())}`"
    meaning = " ".join(option.description)
    cells = (f"`{option.name}`", kind, default, meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
