"""The lab's memory: its folder is its own, names are checked, records last, one at a time."""

import multiprocessing
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from selfhost.errors import LabError
from selfhost.lab import cleaning, state
from selfhost.lab.state import LabServer


@pytest.fixture
def server() -> LabServer:
    return LabServer(
        name="a",
        release="bookworm",
        hostname="meet.example.test",
        container="selfhost-lab-0-a",
        address="10.0.0.10",
        ssh_host="127.0.0.1",
        ssh_port=2222,
        user="admin",
        key="/k",
        known_hosts="/h",
        packages="stand-in",
        repository_url="http://10.0.0.250",
        repository_key_url="http://10.0.0.250/key",
        repository_fingerprint="ABC",
        ports={"443/tcp": 8443},
    )


def test_a_record_is_read_as_it_was_written(server: LabServer) -> None:
    assert state.save(server) == state.get("a") == server
    assert state.list_servers() == (server,)
    record = state.server_folder("a") / "server.json"
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_a_record_of_another_version_is_read_as_far_as_it_goes(server: LabServer) -> None:
    state.save(server)
    record = state.server_folder("a") / "server.json"
    record.write_text(record.read_text().replace('"memory": ""', '"colour": "red"'))
    assert state.get("a") == server


@pytest.mark.parametrize("text", ["", "[]", '{"name": "a"}'])
def test_a_broken_record_is_told(server: LabServer, text: str) -> None:
    state.save(server)
    (state.server_folder("a") / "server.json").write_text(text)
    with pytest.raises(LabError, match="cannot be read"):
        state.get("a")


def test_an_unknown_server_is_told_with_those_there_are(server: LabServer) -> None:
    state.save(server)
    with pytest.raises(LabError) as caught:
        state.get("b")
    assert "a" in caught.value.hint


@pytest.mark.parametrize("name", ["", "A", "a/b", "../a", "-a", "a-", "a b", "a" * 33, "a.b", "ä"])
def test_names_that_could_be_a_path_or_an_option_are_refused(name: str) -> None:
    with pytest.raises(LabError):
        state.server_folder(name)


def test_the_roles_are_told_of_a_repository_only_where_it_is_not_jitsis(server: LabServer) -> None:
    assert server.role_variables() == {
        "jitsi_repository_url": "http://10.0.0.250",
        "jitsi_repository_key_url": "http://10.0.0.250/key",
        "jitsi_repository_key_fingerprint": "ABC",
        "jitsi_repository_suite": "stable",
        "jitsi_repository_first_release": "newest",
    }
    assert replace(server, packages="jitsi").role_variables() == {}


def test_each_folder_has_an_id_that_stays(
    lab_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = state.lab_id()
    assert state.lab_id() == first
    assert first in state.own_name()
    monkeypatch.setenv("SELFHOST_LAB_DIR", str(lab_folder.with_name("other")))
    assert state.lab_id() != first


def test_a_folder_of_other_things_is_not_taken(lab_folder: Path) -> None:
    lab_folder.mkdir()
    (lab_folder / "thesis.txt").touch()
    with pytest.raises(LabError, match="not a lab's"):
        state.folder()
    with pytest.raises(LabError, match="not a lab's"):
        cleaning.clean()
    assert (lab_folder / "thesis.txt").exists()


def test_addresses_are_given_once() -> None:
    assert state.free_address("10.1.2.0/24", set()) == "10.1.2.10"
    assert state.free_address("10.1.2.0/24", {"10.1.2.10", "10.1.2.12"}) == "10.1.2.11"
    with pytest.raises(LabError, match="full"):
        state.free_address("10.1.2.0/28", {f"10.1.2.{host}" for host in range(16)})


def _hold(folder: Path, entered: str, seconds: float) -> None:
    with state.locked():
        (folder / entered).touch()
        time.sleep(seconds)


def test_a_second_command_waits_and_says_so(lab_folder: Path) -> None:
    state.lab_id()
    told: list[str] = []
    process = multiprocessing.get_context("fork").Process(
        target=_hold, args=(lab_folder, "id.entered", 0.3)
    )
    process.start()
    while not (lab_folder / "id.entered").exists():
        time.sleep(0.005)
    with state.locked(told.append):
        process.join(5)
        assert process.exitcode == 0
    assert told == ["waiting for another command of this lab to end"]


def test_a_lock_survives_the_removal_of_its_file(lab_folder: Path) -> None:
    with state.locked():
        (lab_folder / "lock").unlink()
        with state.locked():  # a new file, so a new lock: not for ever waiting on the old one
            assert (lab_folder / "lock").exists()


def test_a_file_that_is_missing_meanwhile_is_not_taken_for_the_lock(lab_folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="mine"), state.locked():
        raise FileNotFoundError("mine")
