"""The layers import one way, and the pure ones do no I/O."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import selfhost
from selfhost.targets.program import joined

ROOT = Path(selfhost.__file__).parent
PURE = ("readers", "effective", "controls", "audit", "reports")
IO_MODULES = {
    "ansible",
    "http",
    "os",
    "paramiko",
    "requests",
    "socket",
    "subprocess",
    "tempfile",
    "urllib.request",
}
#: What each layer may import from the others.
MAY = {
    "readers": {"readers"},
    "catalog": {"catalog"},
    "evidence": {"evidence", "errors", "whole_file"},
    "effective": {"effective", "readers", "evidence", "catalog"},
    "controls": {"controls", "effective", "readers", "evidence", "catalog", "errors"},
    "audit": {
        *("audit", "controls", "effective", "evidence", "readers", "catalog"),
        *("errors", "exitcodes"),
    },
    "policy": {
        *("policy", "attest", "audit", "catalog", "controls", "effective", "evidence"),
        *("by_language", "settings", "errors", "lock_file", "named_file", "whole_file"),
    },
    "reports": {
        *("catalog", "reports", "audit", "controls", "health", "history", "attest", "policy"),
        "errors",
    },
    "history": {"history", "audit", "reports", "errors"},
    "watch": {
        *("watch", "audit", "history", "page", "policy", "reports", "settings"),
        *("errors", "exitcodes", "lock_file", "loopback", "named_file", "whole_file"),
    },
    "attest": {
        *("attest", "catalog", "controls", "targets", "errors"),
        *("lock_file", "loopback", "named_file", "whole_file"),
    },
    "page": {
        *("page", "attest", "audit", "history", "policy", "provision", "reports", "settings"),
        *("by_language", "targets", "errors", "named_file", "whole_file"),
    },
    "backup": {
        *("backup", "attest", "provision", "readers", "settings", "targets", "errors"),
        *("named_file", "whole_file"),
    },
    "health": {"health", "provision", "settings", "targets", "errors", "whole_file"},
    "bridges": {"bridges", "provision", "settings", "targets", "errors"},
    "runners": {
        *("runners", "audit", "reports", "targets", "settings", "evidence", "catalog", "controls"),
        *("errors", "exitcodes", "named_file"),
    },
    "settings": {
        *("settings", "provision", "audit", "errors", "exitcodes"),
        *("loopback", "whole_file"),
    },
    "provision": {"provision", "settings", "targets", "errors", "exitcodes", "lock_file"},
    "targets": {
        *("targets", "evidence", "readers", "settings", "errors", "exitcodes"),
        *("browser", "catalog"),
    },
    "browser": {"browser", "catalog", "errors"},
}


def imported(path: Path) -> set[str]:
    return imported_by(ast.parse(path.read_text("utf-8")))


def imported_by(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def modules(layer: str) -> list[Path]:
    return sorted((ROOT / layer).rglob("*.py"))


@pytest.mark.parametrize("layer", sorted(MAY))
def test_layer_imports_only_what_lies_below(layer: str) -> None:
    assert modules(layer)
    for path in modules(layer):
        ours = {name.split(".")[1] for name in imported(path) if name.startswith("selfhost.")}
        ours &= {entry.stem for entry in ROOT.iterdir()}
        assert ours <= MAY[layer], f"{path} imports {ours - MAY[layer]}"


@pytest.mark.parametrize("layer", PURE)
def test_pure_layers_do_no_io(layer: str) -> None:
    for path in modules(layer):
        names = imported(path)
        used = {m for m in IO_MODULES if any(n == m or n.startswith(m + ".") for n in names)}
        assert not used, f"{path} imports {used}"
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"open", "eval", "exec", "input", "print"}, path


def test_nothing_imports_the_command_line() -> None:
    for path in ROOT.rglob("*.py"):
        if path.is_relative_to(ROOT / "cli") or path.name == "__main__.py":
            continue
        assert not any(name.startswith("selfhost.cli") for name in imported(path)), path


def test_only_the_lab_knows_that_there_are_stand_ins() -> None:
    kept = (ROOT, ROOT.parent / "roles", ROOT.parent / "playbooks")
    files = [path for folder in kept for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        if path.is_relative_to(ROOT / "lab") or path.suffix == ".pyc":
            continue
        assert not re.search(rb"stand[-_]?in", path.read_bytes().lower()), path


PROGRAMS = ("selfhost.evidence.collector", "selfhost.health.probe")


@pytest.mark.parametrize("package", PROGRAMS)
def test_what_runs_on_servers_needs_the_standard_library_of_python_3_9_alone(package: str) -> None:
    program = ast.parse(joined(package), feature_version=(3, 9))
    roots = {name.partition(".")[0] for name in imported_by(program)}
    assert roots <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("package", PROGRAMS)
def test_its_parts_can_stand_in_one_text(package: str) -> None:
    """All of them, each after what it imports, and no name of two things."""
    parts = import_module(package).PARTS
    folder = ROOT.parent / package.replace(".", "/")
    assert {path.stem for path in folder.glob("*.py")} == {"__init__", *parts}
    for number, part in enumerate(parts):
        own = {n for n in imported(folder / f"{part}.py") if n.startswith(f"{package}.")}
        assert {n.split(".")[3] for n in own} <= set(parts[:number]), part
    names = Counter(defined(ast.parse(joined(package))))
    assert [name for name, count in names.items() if count > 1] == []


def defined(module: ast.Module) -> Iterator[str]:
    """What a module's own statements give names to."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (name for target in targets for name in ast.walk(target))
            yield from (name.id for name in names if isinstance(name, ast.Name))
