"""Where the roles and playbooks are: inside an installed wheel, or in the source checkout."""

import sys
from pathlib import Path

from selfhost.errors import SelfhostError, UsageError

_PACKAGE = Path(__file__).resolve().parent.parent


def root() -> Path:
    """The folder that holds ``roles/``, ``playbooks/`` and ``inventory.example/``.

    Raises SelfhostError when the installation lacks them.
    """
    for folder in (_PACKAGE / "_ansible", _PACKAGE.parent):
        if (folder / "roles").is_dir():
            return folder
    raise SelfhostError(
        f"the roles are missing from this installation of selfhost ({_PACKAGE})",
        hint="install it again: pip install --force-reinstall selfhost",
    )


def roles() -> Path:
    """The folder of roles."""
    return root() / "roles"


def playbooks() -> Path:
    """The folder of playbooks."""
    return root() / "playbooks"


def ansible_config() -> Path:
    """The configuration of Ansible that goes with the playbooks."""
    return playbooks() / "ansible.cfg"


def checkout() -> Path:
    """The root of the source checkout that this code runs from.

    Raises UsageError when it runs from an installed package.
    """
    folder = _PACKAGE.parent
    if not (folder / "pyproject.toml").is_file() or not (folder / "roles").is_dir():
        raise UsageError(
            "this command works only in a source checkout of selfhost",
            hint="clone the repository and run it there with: python -m selfhost",
        )
    return folder


def program(name: str) -> Path:
    """An Ansible program of the same environment as this interpreter.

    Raises SelfhostError when it is not installed there, or cannot start as the environment was
    moved: another environment's Ansible could be of a version that the roles do not support.
    """
    found = Path(sys.executable).parent / name
    if not found.exists():
        raise SelfhostError(
            f"{name} is missing beside {sys.executable}",
            hint="install selfhost with its dependencies: pip install --force-reinstall selfhost",
        )
    with found.open("rb") as stream:
        first = stream.readline(4096).decode("utf-8", "replace")
    interpreter = first.removeprefix("#!").strip()
    if first.startswith("#!/") and " " not in interpreter and not Path(interpreter).exists():
        raise SelfhostError(
            f"{found} starts with {interpreter}, which is not there: its folder was moved",
            hint="make the virtual environment again where it is to be, and install selfhost in it",
        )
    return found
