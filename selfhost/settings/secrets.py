"""Secrets: generated here, never on a command line; sealed with ansible-vault when asked."""

import os
import secrets
import string
import subprocess
from pathlib import Path

from selfhost.errors import SettingsError
from selfhost.provision import content

_ALPHABET = string.ascii_letters + string.digits
LENGTH = 32
MIN_LENGTH = 16


def generate() -> str:
    """A new secret of letters and digits.

    Nothing else: Jitsi's packages paste secrets by shell and sed into Lua and HOCON, where a
    quote or ``#`` breaks the file.
    """
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def vault_password_file(given: Path | None) -> Path | None:
    """The file given, or the one that Ansible's own variable names; None without either.

    Raises SettingsError when it does not exist.
    """
    named = os.environ.get("ANSIBLE_VAULT_PASSWORD_FILE")
    path = given or (Path(named) if named else None)
    if path is None:
        return None
    path = path.expanduser()
    if not path.is_file():
        raise SettingsError(
            f"the vault password file {path} does not exist",
            hint="create it with mode 0600; its first line is the password",
        )
    return path.resolve()


def seal(text: str, password_file: Path) -> str:
    """``text`` encrypted by ansible-vault. Raises SettingsError when that fails."""
    return _vault("encrypt", text, password_file, "the secrets")


def unseal(ciphertext: str, password_file: Path, where: str) -> str:
    """The text that ``ciphertext`` hides. Raises SettingsError when the password is wrong."""
    return _vault("decrypt", ciphertext, password_file, where)


def _vault(action: str, text: str, password_file: Path, where: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ANSIBLE_")}
    environment["ANSIBLE_CONFIG"] = str(content.ansible_config())
    done = subprocess.run(
        [
            content.program("ansible-vault"),
            action,
            "--vault-password-file",
            password_file,
            "--output",
            "-",
        ],
        input=text.encode(),
        capture_output=True,
        env=environment,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise SettingsError(
            f"ansible-vault cannot {action} {where} with the password in {password_file}",
            hint="is it the password that the file was encrypted with?",
        )
    return done.stdout.decode()
