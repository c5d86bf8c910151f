"""What a server's container is asked to be."""

import socket
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import LabError
from selfhost.lab import boot, debs, network, packages, server, state
from selfhost.lab.runtime import Runtime


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("443", {"443/tcp": 0}),
        ("10000/udp", {"10000/udp": 0}),
        ("8443:443", {"443/tcp": 8443}),
        ("8443:443/tcp", {"443/tcp": 8443}),
    ],
)
def test_ports_to_publish(text: str, ports: dict[str, int]) -> None:
    assert boot.port_specs([text]) == ports


@pytest.mark.parametrize(
    "text", ["", "http", "0", "65536", "443/sctp", "0.0.0.0:443:443", "-p", "443/", "22", ":443"]
)
def test_what_is_no_port_is_refused(text: str) -> None:
    if text == "443/":
        assert boot.port_specs([text]) == {"443/tcp": 0}
        return
    with pytest.raises(LabError):
        boot.port_specs([text])


def test_a_port_that_was_taken_meanwhile_is_left_to_the_kernel() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert boot.free_ports({"22/tcp": port, "443/tcp": 0}) == {"22/tcp": 0, "443/tcp": 0}
    assert boot.free_ports({"22/tcp": port}) == {"22/tcp": port}


def test_both_engines_listings_of_ports_are_read(engine: Any, podman: Runtime) -> None:
    engine.answer = lambda _: "22/tcp -> 127.0.0.1:35223\n10000/udp -> 127.0.0.1:40000\n"
    assert boot.published(podman, "x") == {"22/tcp": 35223, "10000/udp": 40000}


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("running\n", []),
        ("degraded\na.service\nb.service\n", ["failed units: a.service, b.service"]),
    ],
)
def test_failed_units_are_told_and_no_error(
    engine: Any, podman: Runtime, output: str, told: list[str]
) -> None:
    engine.answer = lambda _: output
    heard: list[str] = []
    boot.await_systemd(podman, "x", heard.append)
    assert heard == told


@pytest.mark.parametrize("output", ["", "starting\n12 slow.service start running\n"])
def test_a_system_that_does_not_come_up_is_an_error(
    engine: Any, podman: Runtime, output: str
) -> None:
    engine.answer = lambda _: output
    with pytest.raises(LabError) as caught:
        boot.await_systemd(podman, "x")
    assert ("slow.service" in caught.value.hint) == ("slow" in output)


def test_a_hardware_address_is_local_and_follows_the_address() -> None:
    assert network.mac("10.89.2.10") == "02:42:0a:59:02:0a"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "A"},
        {"release": "noble"},
        {"packages": "mine"},
        {"hostname": "two words"},
        {"hostname": "-x"},
        {"memory": "much"},
        {"publish": ["x"]},
    ],
)
def test_a_wrong_argument_is_told_before_anything_is_done(
    wrong: dict[str, Any], engine: Any, lab_folder: Path
) -> None:
    with pytest.raises(LabError) as caught:
        server.up(**wrong)
    assert caught.value.hint
    assert engine.calls == []
    assert not lab_folder.exists()


def test_packages_are_lent_and_kept_but_never_those_that_change(lab_folder: Path) -> None:
    state.lab_id()
    first, second = lab_folder / "first", lab_folder / "second"
    debs.lend(first)
    (first / "hello_1_amd64.deb").write_text("one")
    (first / "jicofo_1.0-1~standin1-1_all.deb").write_text("changes")
    (first / "lock").touch()
    debs.keep(first)
    debs.lend(second)
    assert [path.name for path in second.iterdir()] == ["hello_1_amd64.deb"]
    (second / "hello_1_amd64.deb").unlink()  # apt-get clean on one server
    assert (debs.pool() / "hello_1_amd64.deb").read_text() == "one"


@pytest.mark.parametrize(
    ("page", "expected"),
    [("-----BEGIN PGP SIGNED MESSAGE-----\n", True), ("<html>Please log in", False)],
)
def test_a_portals_page_is_no_repository(tmp_path: Path, page: str, expected: bool) -> None:
    file = tmp_path / "InRelease"
    file.write_text(page)
    assert packages.reachable(file.as_uri()) is expected


def test_auto_takes_jitsis_own_where_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    for answers, choice in ((True, "jitsi"), (False, "stand-in")):
        monkeypatch.setattr(packages, "reachable", lambda answers=answers: answers)
        assert packages.choose("auto") == choice
    assert packages.choose("jitsi") == "jitsi"


def test_an_engine_whose_daemon_does_not_run_is_only_one_that_was_tried(engine: Any) -> None:
    engine.answer = lambda _: 1
    why = boot.trial(Runtime("docker", (), (), ()), lambda: pytest.fail("no image is needed"))
    assert why == "`docker version` failed: Error: no"
