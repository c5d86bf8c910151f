"""From a folder of sources to a .deb.

A folder holds the control files by their Debian names, ``dirs`` (folders to make, one a line) and
``root/`` (the files to install). In every file ``@NAME@`` is replaced, and the lines between
``#@if ERA``, ``#@else`` and ``#@endif`` are kept or left out. A file that starts with ``#!`` is
executable; no other modes are needed.
"""

import shutil
from collections.abc import Mapping, Set
from pathlib import Path

from selfhost.lab.standins.programs import output

_CONTROL = (
    "control", "conffiles", "config", "templates", "triggers",
    "preinst", "postinst", "prerm", "postrm",
)  # fmt: skip
_NOTE = """This package is a stand-in for tests in lab containers.
It has the name, files, questions and habits of the real package and none of its code.
Never install it on a server that people use.
"""
# dpkg-deb's output depends on the clock without it
_EPOCH = "1767225600"


def expand(text: str, tokens: Mapping[str, str], eras: Set[str]) -> str:
    """Replace tokens and choose lines. Raises ``ValueError`` when the markers do not pair up."""
    kept: list[str] = []
    choosing: bool | None = None
    for line in text.splitlines(keepends=True):
        word, _, rest = line.strip().partition(" ")
        if word == "#@if":
            if choosing is not None:
                raise ValueError("nested #@if")
            choosing = rest in eras
        elif word == "#@else":
            if choosing is None:
                raise ValueError("#@else without #@if")
            choosing = not choosing
        elif word == "#@endif":
            if choosing is None:
                raise ValueError("#@endif without #@if")
            choosing = None
        elif choosing is not False:
            kept.append(line)
    if choosing is not None:
        raise ValueError("#@if without #@endif")
    result = "".join(kept)
    for name, value in tokens.items():
        result = result.replace(f"@{name}@", value)
    return result


def build(
    source: Path,
    destination: Path,
    work: Path,
    *,
    version: str,
    tokens: Mapping[str, str],
    eras: Set[str],
    programs: Mapping[str, Path],
) -> Path:
    """Build the package of ``source`` into the folder ``destination``; ``work`` is scratch.

    ``programs``: folders inside the package -> folders of Python modules to install there.
    """
    name = source.name
    tree = work / name
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "DEBIAN").mkdir(parents=True)

    def put(file: Path, place: Path) -> None:
        text = expand(file.read_text(encoding="utf-8"), tokens, eras)
        if not text and file.parent == source:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(0o755 if text.startswith("#!") else 0o644)

    for control in _CONTROL:
        if (source / control).is_file():
            put(source / control, tree / "DEBIAN" / control)
    if (source / "dirs").is_file():
        for folder in (source / "dirs").read_text(encoding="utf-8").split():
            (tree / folder).mkdir(parents=True, exist_ok=True)
    root = source / "root"
    for file in sorted(root.rglob("*")):
        if file.is_file():
            put(file, tree / file.relative_to(root))
    for place, modules in programs.items():
        for file in sorted(modules.glob("*.py")):
            put(file, tree / place / file.name)
        (tree / place / "VERSION").write_text(f"{version}\n", encoding="ascii")
    note = tree / "usr/share/doc" / name / "STANDIN"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(_NOTE, encoding="utf-8")

    for made in (tree, *(path for path in tree.rglob("*") if path.is_dir())):
        made.chmod(0o755)
    deb = destination / f"{name}_{version}_all.deb"
    output(
        ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(tree), str(deb)],
        environment={"SOURCE_DATE_EPOCH": _EPOCH},
    )
    shutil.rmtree(tree)
    return deb
