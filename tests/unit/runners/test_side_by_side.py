"""Many targets: judged in processes as in this one, whatever becomes of the processes."""

import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls import registry
from selfhost.errors import TargetError, UsageError
from selfhost.evidence.model import Document, Evidence, State
from selfhost.runners import judge_process, side_by_side
from selfhost.runners.side_by_side import PROCESSES_FROM
from selfhost.targets.ssh import SshTarget
from selfhost.targets.ssh_connection import Endpoint

CONTROLS = [registry.find(name) for name in ("web-live-streaming", "web-stun")]


@dataclass
class Host:
    """A target that answers at once."""

    name: str
    wait: Callable[[], object] = lambda: None

    def collect(self, plan: object = None) -> Evidence:
        self.wait()
        config = (
            f"var config = {{ liveStreamingEnabled: {'true' if '7' in self.name else 'false'} }};"
        )
        document = Document("web.config", "/config.js", State.PRESENT, config.encode())
        return Evidence(self.name, "2026-01-01T00:00:00Z", (document,), frozenset({"web.config"}))


HOSTS = [Host(f"meet{number}") for number in range(PROCESSES_FROM + 1)]


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1}, raising=False)


def expected() -> tuple[object, ...]:
    return tuple(evaluate(host.collect(), CONTROLS) for host in HOSTS)


def test_processes_give_what_this_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfhost.audit.evaluate.evaluate", lambda *_: pytest.fail("judged here"))
    told: list[str] = []
    reports = side_by_side.audit(HOSTS, lambda: CONTROLS, judged=lambda r: told.append(r.target))
    monkeypatch.undo()
    assert reports == expected()
    assert sorted(told) == sorted(host.name for host in HOSTS)


def test_without_processes_it_is_judged_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(judge_process, "pool", refused)
    assert side_by_side.audit(HOSTS, lambda: CONTROLS) == expected()


def test_a_process_that_is_ended_costs_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(ThreadPoolExecutor):
        def submit(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise BrokenExecutor

    monkeypatch.setattr(judge_process, "pool", lambda *_: Ended(1))
    assert side_by_side.audit(HOSTS, lambda: CONTROLS) == expected()


def test_controls_load_while_a_server_is_asked() -> None:
    asked, loaded = Event(), Event()

    def controls() -> list[object]:
        assert asked.wait(10)
        loaded.set()
        return CONTROLS  # type: ignore[return-value]

    def wait() -> None:
        asked.set()
        assert loaded.wait(10)

    (report,) = side_by_side.audit([Host("meet", wait)], controls)  # type: ignore[arg-type]
    assert [result.control for result in report.results] == [one.id for one in CONTROLS]


def test_controls_that_cannot_be_had_end_it() -> None:
    def controls() -> list[object]:
        raise UsageError("none")

    with pytest.raises(UsageError):
        side_by_side.audit(HOSTS, controls)  # type: ignore[arg-type]


def test_a_target_that_is_not_reached_is_in_its_place() -> None:
    def refuse() -> None:
        raise TargetError("it is off")

    hosts = [Host("a"), Host("b", refuse), Host("c")]
    reports = side_by_side.audit(hosts, lambda: CONTROLS)
    assert [(r.target, r.unreachable) for r in reports] == [
        ("a", ""),
        ("b", "it is off"),
        ("c", ""),
    ]


def test_who_breaks_off_does_not_wait_for_the_servers(ssh_server: Any, tmp_path: Path) -> None:
    silent = tmp_path / "silent" / "python3"
    silent.parent.mkdir()
    silent.write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    silent.chmod(0o755)
    ssh_server.path = f"{silent.parent}:{ssh_server.path}"
    endpoint = Endpoint(
        "127.0.0.1", ssh_server.port, "root", ssh_server.identity, (ssh_server.known_hosts,)
    )
    began = time.monotonic()

    def broken_off() -> NoReturn:
        while not ssh_server.commands:
            time.sleep(0.05)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side.audit([SshTarget(endpoint)], broken_off)
    assert time.monotonic() - began < 20
