"""The engine is what was tried and works, with limits that the machine can give."""

import resource
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import LabError
from selfhost.lab import runtime, state
from selfhost.lab.runtime import Runtime


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> set[str]:
    """The programs that there are, on a machine with one version of cgroups."""
    found = {"podman", "crun", "runc"}
    monkeypatch.setattr(runtime, "_V2_BESIDE_V1", tmp_path / "unified")
    monkeypatch.setattr("shutil.which", lambda name: name if name in found else None)
    return found


@pytest.mark.usefixtures("engine")
def test_the_first_way_that_works_is_taken_and_remembered() -> None:
    tried: list[str] = []

    def trial(way: Runtime) -> str:
        tried.append(str(way))
        return "" if way.options == ("--runtime", "runc") and way.limits else "no cgroups"

    found = runtime.find(trial)
    assert found.options == ("--runtime", "runc")
    assert tried[0] == "podman"
    assert runtime.find(trial) == found == runtime.known()
    assert len(tried) == len(set(tried)), "nothing is tried twice"


def test_another_kernel_or_version_is_tried_anew(engine: Any) -> None:
    runtime.find(lambda _: "")
    calls: list[Runtime] = []
    engine.answer = lambda _: "podman version 99"

    def trial(way: Runtime) -> str:
        calls.append(way)
        return ""

    runtime.find(trial)
    assert len(calls) == 1


@pytest.mark.usefixtures("engine")
def test_when_nothing_works_each_reason_is_told_once() -> None:
    with pytest.raises(LabError) as caught:
        runtime.find(lambda way: f"{' '.join(way.options) or 'default'} fails")
    assert caught.value.hint.count("--runtime runc fails") == 1
    assert "default fails" in caught.value.hint
    assert "apt-get install podman" in caught.value.hint


@pytest.mark.usefixtures("engine")
def test_without_an_engine_it_says_what_to_install(installed: set[str]) -> None:
    installed.clear()
    with pytest.raises(LabError) as caught:
        runtime.find(lambda _: "")
    assert "apt-get install podman" in caught.value.hint


def test_docker_is_tried_after_podman_and_privileged_last(installed: set[str]) -> None:
    installed.add("docker")
    ways = list(runtime.candidates())
    engines = [way.engine for way in ways]
    assert engines == sorted(engines, reverse=True)
    privileged = ["--privileged" in way.boot_options for way in ways]
    assert privileged == sorted(privileged)
    assert privileged[-1]


def test_with_both_versions_of_cgroups_runc_comes_first(tmp_path: Path) -> None:
    assert next(runtime.candidates()).options == ()
    (tmp_path / "unified").mkdir()
    ways = [way.options for way in runtime.candidates()]
    assert list(dict.fromkeys(ways)) == [("--runtime", "runc"), ("--runtime", "crun"), ()]


def test_limits_stay_below_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    hard = {resource.RLIMIT_NOFILE: 1024, resource.RLIMIT_NPROC: resource.RLIM_INFINITY}
    monkeypatch.setattr("resource.getrlimit", lambda kind: (0, hard[kind]))
    assert runtime.limits(4096) == ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"engine": "podman"}'])
def test_a_broken_record_of_the_engine_is_no_engine(text: str) -> None:
    (state.folder() / "runtime.json").write_text(text)
    with pytest.raises(LabError, match="no server yet"):
        runtime.known()


def test_a_failure_is_the_engines_own_last_line(engine: Any, podman: Runtime) -> None:
    engine.answer = lambda _: 125
    with pytest.raises(LabError, match="`podman run` failed: Error: no"):
        podman.call("run", "x")
