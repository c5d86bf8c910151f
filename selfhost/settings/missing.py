"""Secrets that an inventory of an earlier release lacks: generated, and added where they belong."""

from pathlib import Path

from selfhost.errors import SettingsError
from selfhost.provision import content
from selfhost.settings import edit, render, secrets
from selfhost.settings.document import VAULT_HEADER, Vaulted, parse, read_text
from selfhost.settings.inventory import read_inventory
from selfhost.settings.specs import Option, load_specs

FILE = Path("group_vars/all/secrets.yml")


def add(inventory: Path, vault_password_file: Path | None = None) -> tuple[str, ...]:
    """Generate each required secret that a host of the inventory lacks, and return their names.

    They come to the end of ``group_vars/all/secrets.yml``; what stands there stays. A file, or
    values, that ansible-vault has encrypted stay encrypted. Raises SettingsError when something
    is encrypted and no password is given, or the file cannot be added to.
    """
    inventory = inventory.expanduser()
    password_file = secrets.vault_password_file(vault_password_file)
    lacking = _lacking(inventory, password_file)
    if not lacking:
        return ()
    path = inventory / FILE
    generated = {option.name: secrets.generate() for option in lacking}
    if not path.exists():
        text = "---\n" + _text(lacking, generated)
        edit.write_text(path, secrets.seal(text, password_file) if password_file else text, 0o600)
        return tuple(generated)
    found = read_text(path)
    closed = found.startswith(VAULT_HEADER)
    text = _opened(found, password_file, str(path)) if closed else found
    inline = any(isinstance(value.data, Vaulted) for value in parse(text, path).values())
    if inline and password_file is None:
        raise _closed(f"a value in {path}")
    new = text.rstrip("\n") + "\n\n" + _text(lacking, generated, password_file if inline else None)
    _check(text, new, path, generated)
    if closed and password_file:
        new = secrets.seal(new, password_file)
    edit.write_text(path, new)
    return tuple(generated)


def _lacking(inventory: Path, password_file: Path | None) -> list[Option]:
    """The required secrets that a host does not have, in the order of the roles' declarations."""

    def unseal(ciphertext: str, where: str) -> str:
        return _opened(ciphertext, password_file, where)

    hosts = read_inventory(inventory, unseal)
    needed = render.secret_options(load_specs(content.roles()))
    return [o for o in needed if any(o.name not in host.variables for host in hosts)]


def _opened(ciphertext: str, password_file: Path | None, where: str) -> str:
    if password_file is None:
        raise _closed(where)
    return secrets.unseal(ciphertext, password_file, where)


def _closed(what: str) -> SettingsError:
    return SettingsError(
        f"{what} is encrypted and no password is given",
        hint="name the password's file with --vault-password-file",
    )


def _text(options: list[Option], values: dict[str, str], password_file: Path | None = None) -> str:
    """The lines to add; with a password, each value encrypted by itself."""
    blocks = []
    for option in options:
        if password_file is None:
            lines = render.dump({option.name: values[option.name]}).splitlines()
        else:
            sealed = secrets.seal(values[option.name], password_file).splitlines()
            lines = [f"{option.name}: !vault |", *(f"  {line}" for line in sealed)]
        blocks.append("\n".join([*render.comment(option), *lines]) + "\n")
    return "\n".join(blocks)


def _check(old: str, new: str, path: Path, generated: dict[str, str]) -> None:
    """Refuse a file that would not say the same as before, with the new ones beside it."""
    before = {name: value.plain() for name, value in parse(old, path).items()}
    try:
        after = {name: value.plain() for name, value in parse(new, path).items()}
    except SettingsError:
        after = {}
    if {k: v for k, v in after.items() if k not in generated} != before or not (
        generated.keys() <= after.keys()
    ):
        raise SettingsError(
            f"{path} is written in a way that nothing can be added to",
            hint=f"add {', '.join(generated)} by hand, each 32 letters and digits",
        )
