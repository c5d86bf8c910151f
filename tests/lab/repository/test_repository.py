"""The repository is what apt expects of Jitsi's, and is built only when it must be."""

import hashlib
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from selfhost.errors import LabError
from selfhost.lab.standins import Repository, build_repository
from selfhost.lab.standins import repository as module
from selfhost.lab.standins.releases import RELEASES

JRE = "openjdk-17-jre-headless | openjdk-17-jre | openjdk-21-jre-headless | openjdk-21-jre"


def test_layout(repository: Repository) -> None:
    assert repository.key == repository.root / "jitsi-key.gpg.key"
    assert repository.key.read_text().startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    for suite, versions in repository.versions.items():
        names = {file.name for file in (repository.root / suite).iterdir()}
        assert {"Packages", "Release", "InRelease"} <= names
        assert {f"{name}_{version}_all.deb" for name, version in versions.items()} <= names
    served = [path.name for path in repository.root.rglob("*")]
    assert not [name for name in served if "private" in name or "keyring" in name]


def test_second_version_is_newer_and_below_upstream(repository: Repository) -> None:
    first, second = repository.versions["stable"], repository.versions["testing"]
    assert first.keys() == second.keys()
    for name in first:
        for older, newer in (
            (first[name], second[name]),
            (first[name], first[name].replace("~standin1", "")),
        ):
            subprocess.run(["dpkg", "--compare-versions", older, "lt", newer], check=True)


def test_signature_binds_key_release_and_packages(repository: Repository, tmp_path: Path) -> None:
    environment = {**os.environ, "GNUPGHOME": str(tmp_path), "LC_ALL": "C"}
    keyring = tmp_path / "keyring.gpg"
    subprocess.run(
        ["gpg", "--batch", "--dearmor", "--output", keyring, repository.key],
        env=environment,
        check=True,
        capture_output=True,
    )
    for suite in repository.versions:
        checked = subprocess.run(
            ["gpgv", "--keyring", keyring, "--output", "-", repository.root / suite / "InRelease"],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        assert repository.fingerprint in checked.stderr.replace(" ", "")
        packages = repository.root / suite / "Packages"
        assert hashlib.sha256(packages.read_bytes()).hexdigest() in checked.stdout
        assert f"\nFilename: {suite}/jicofo_" in packages.read_text()


def test_dependencies(stable: Mapping[str, Mapping[str, str]], repository: Repository) -> None:
    version = repository.versions["stable"]
    meta = stable["jitsi-meet"]
    assert meta["Pre-Depends"] == f"jitsi-videobridge2 (= {version['jitsi-videobridge2']})"
    web = version["jitsi-meet-web"]
    assert meta["Depends"] == (
        f"jicofo (= {version['jicofo']}), jitsi-meet-web (= {web}),"
        f" jitsi-meet-web-config (= {web}), jitsi-meet-prosody (= {web})"
    )
    assert meta["Recommends"] == f"jitsi-meet-turnserver (= {web})"
    assert JRE in stable["jicofo"]["Depends"]
    assert stable["jitsi-videobridge2"]["Pre-Depends"] == f"{JRE}, libssl3 | libssl1.1"
    assert stable["jitsi-meet-web-config"]["Pre-Depends"] == (
        "nginx | nginx-full | nginx-extras | openresty | apache2"
    )
    assert stable["jitsi-meet-turnserver"]["Pre-Depends"] == "jitsi-meet-web-config"
    for fields in stable.values():
        assert fields["Architecture"] == "all"
        assert "stand-in" in fields["Description"]


def test_second_call_is_fast_and_keeps_the_key(repository: Repository, destination: Path) -> None:
    began = time.monotonic()
    again = build_repository(destination)
    assert time.monotonic() - began < 0.3
    assert again == repository


@pytest.fixture
def one_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RELEASES", RELEASES[:1])


@pytest.mark.usefixtures("one_release")
def test_changed_sources_are_built_anew_with_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build_repository(tmp_path)
    before = (first.root / "stable/InRelease").stat().st_ino
    told: list[str] = []
    monkeypatch.setattr(module, "_digest", lambda flavour: f"changed {flavour}")
    again = build_repository(tmp_path, progress=told.append)
    assert (again.root / "stable/InRelease").stat().st_ino != before
    assert again.fingerprint == first.fingerprint
    assert any("stable/" in line for line in told)


@pytest.mark.usefixtures("one_release")
def test_light_needs_no_java(tmp_path: Path) -> None:
    light = build_repository(tmp_path, flavour="light")
    packages = (light.root / "stable/Packages").read_text()
    assert "Package: standin-jre" in packages
    assert "jre-headless |" not in packages


def test_missing_tool_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError, match="apt-ftparchive") as caught:
        build_repository(tmp_path / "new")
    assert "apt-utils" in caught.value.hint


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="cannot build"):
        build_repository(tmp_path / "file")


def test_no_agent_is_left(repository: Repository, destination: Path) -> None:
    home = str((destination / "keyring").resolve())
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = process.read_bytes().decode(errors="replace")
        except OSError:
            continue
        assert not ("gpg-agent" in command and (home in command or "standins-" in command))
