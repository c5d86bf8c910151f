"""The layers import one way, and the pure ones do no I/O."""

import ast
import sys
from pathlib import Path

import pytest

import selfhost

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
    "reports": {"catalog", "reports", "audit", "controls", "health", "history", "attest"},
    "history": {"history", "audit", "reports", "errors"},
    "watch": {
        *("watch", "audit", "history", "reports", "errors", "exitcodes", "whole_file"),
    },
    "attest": {"attest", "catalog", "controls", "targets", "errors", "whole_file"},
    "backup": {"backup", "provision", "readers", "settings", "targets", "errors", "whole_file"},
    "health": {"health", "provision", "settings", "targets", "errors"},
    "bridges": {"bridges", "provision", "settings", "targets", "errors"},
    "runners": {
        *("runners", "audit", "reports", "targets", "settings", "evidence", "catalog", "controls"),
        *("errors", "exitcodes"),
    },
    "settings": {"settings", "provision", "audit", "errors", "exitcodes", "whole_file"},
    "provision": {"provision", "settings", "targets", "errors", "exitcodes"},
    "targets": {
        *("targets", "evidence", "readers", "settings", "errors", "exitcodes"),
        *("browser", "catalog"),
    },
    "browser": {"browser", "catalog", "errors"},
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
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


@pytest.mark.parametrize("program", ["evidence/collector.py", "health/probe.py"])
def test_what_runs_on_servers_is_one_file_of_the_standard_library(program: str) -> None:
    roots = {name.partition(".")[0] for name in imported(ROOT / program)}
    assert roots <= set(sys.stdlib_module_names)
