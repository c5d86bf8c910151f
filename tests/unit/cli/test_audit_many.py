"""A hundred hosts side by side."""

import json
import resource
from pathlib import Path

import pytest

from selfhost.cli.root import run
from selfhost.evidence.bundle import write_bundle
from selfhost.evidence.model import Document, Evidence, State


def bundle(path: Path, number: int) -> str:
    config = f"var config = {{ hosts: {{ domain: 'meet{number}.example.org' }} }};\n"
    documents = (
        Document("web.config", "/config.js", State.PRESENT, config.encode()),
        Document("web.page", "/index.html", State.PRESENT, b"x" * 2_000_000),
    )
    scope = frozenset({"web.config", "web.page"})
    name = f"meet{number}"
    write_bundle(Evidence(name, "2026-01-01T00:00:00Z", documents, scope), path / f"{name}.tgz")
    return str(path / f"{name}.tgz")


def test_a_hundred_hosts_in_bounded_memory_with_progress(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [bundle(tmp_path, number) for number in range(100)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    arguments = ["audit", *names, "--select", "web-live-streaming", "--format", "json"]
    assert run(arguments) == 0
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert [t["target"] for t in report["targets"]] == [f"meet{n}" for n in range(100)]
    assert "100/100 " in said.err
    # Evidence of 200 MB is let go of when it was judged. In KiB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024
