"""What the documentation says is proved by a test, is; and its links lead somewhere."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")])
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def names(file: Path) -> set[str]:
    """The names of a file's tests."""
    return {
        node.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    missing = [
        f"{file}::{name}" if name else file
        for file, name in _TEST.findall(page.read_text(encoding="utf-8"))
        if not (ROOT / file).is_file() or (name and name not in names(ROOT / file))
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if ":" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    text = (ROOT / page).read_text(encoding="utf-8").split(f"\n{heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table is not None
    lines = table[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_feature_of_the_comparison_says_how_it_is_proved() -> None:
    found = rows("docs/comparison.md", "## Features")
    assert len(found) == 36
    for row in found:
        proof = row[-1]
        assert _TEST.search(proof) or "cannot" in proof or "not offered" in proof, row[0]


def test_every_trouble_of_other_installations_is_answered() -> None:
    found = rows("docs/comparison.md", "## Troubles that users report")
    assert [row[0] for row in found] == [str(number) for number in range(1, 19)]
    for row in found:
        assert _TEST.search(row[-1]) or "cannot" in row[-1], row[1]
