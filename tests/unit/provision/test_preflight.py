"""Checking a host over SSH: one session, keys stored only when trusted."""

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import UsageError
from selfhost.provision import preflight
from selfhost.provision.preflight import Trust, check_host, remember_keys, verdict


@pytest.fixture(autouse=True)
def _no_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def lookup(host: str, *args: Any, **more: Any) -> Any:
        if host == "meet.example.net":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.fixture
def site(ssh_server: Any, make_site: Any, tmp_path: Path) -> Any:
    (tmp_path / "inventory").mkdir()
    return make_site(
        tmp_path / "inventory", port=ssh_server.port, identity_file=ssh_server.identity
    )


def test_the_probe_runs_here_in_one_session(ssh_server: Any, site: Any) -> None:
    report = check_host(site, site.hosts[0], Trust(any_new=True))
    assert report.reached
    checks = {check.id: check for check in report.checks}
    assert checks["connection"].message.endswith("now stored")
    assert checks["clock"].status.value == "ok"
    assert " GiB" in checks["memory"].message
    assert checks["architecture"].status.value == "ok"
    assert "has no address in DNS" in checks["dns"].message
    assert (ssh_server.connections, len(ssh_server.commands)) == (1, 1)


def test_a_key_is_stored_only_when_trusted(ssh_server: Any, site: Any) -> None:
    (host,) = site.hosts
    wrong = "SHA256:" + "A" * 43
    for trust in (Trust(), Trust(wrong), Trust(wrong, any_new=True)):
        report = check_host(site, host, trust)
        assert not report.reached
        assert verdict((report,)) == "unreachable"
        assert not site.known_hosts.exists()
    assert wrong in report.checks[0].message
    report = check_host(site, host, Trust())
    shown = report.checks[0].fix.split()[-1]
    site.known_hosts.write_text("other ssh-ed25519 AAAA")  # without a newline at its end
    assert check_host(site, host, Trust(shown)).reached
    assert site.known_hosts.read_text() == (
        "other ssh-ed25519 AAAA\n" + ssh_server.line(ssh_server.host_key)
    )
    again = check_host(site, host, Trust())
    assert not again.checks[0].message.endswith("now stored")
    assert site.known_hosts.read_text().count("\n") == 2


def test_apply_needs_a_known_key_and_takes_it_from_the_user(ssh_server: Any, site: Any) -> None:
    with pytest.raises(UsageError, match="is not known yet") as caught:
        remember_keys(site)
    assert "selfhost check" in caught.value.hint
    shutil.copy(ssh_server.known_hosts, Path.home() / ".ssh" / "known_hosts")
    remember_keys(site)
    remember_keys(site)
    assert site.known_hosts.read_text() == ssh_server.line(ssh_server.host_key)


@pytest.mark.parametrize("answer", ["", "Welcome!\n", "== privilege\nroot\n"])
def test_an_answer_that_is_cut_off_counts_as_unreachable(
    site: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    (tmp_path / "answer").write_text(answer)
    (tmp_path / "probe").write_text(f"cat {tmp_path}/answer")
    monkeypatch.setattr(preflight, "PROBE", tmp_path / "probe")
    report = check_host(site, site.hosts[0], Trust(any_new=True))
    assert not report.reached
    assert "cut off" in report.checks[0].message


def test_the_machine_itself(make_site: Any, tmp_path: Path) -> None:
    site = make_site(tmp_path, connection="local")
    report = check_host(site, site.hosts[0], Trust())
    assert (report.reached, report.checks[0].message) == (True, "this machine itself")
    assert preflight.as_json((report,))["verdict"] in ("ready", "not-ready", "unknown")


def test_a_fingerprint_must_look_like_one() -> None:
    with pytest.raises(UsageError, match="not a fingerprint"):
        Trust("MD5:00:11")


def test_no_such_host(make_site: Any, tmp_path: Path) -> None:
    site = make_site(tmp_path, address="nosuch.invalid")
    report = check_host(site, site.hosts[0], Trust())
    assert (report.reached, report.checks[0].message) == (False, "no such host: nosuch.invalid")


def test_a_known_key_must_have_the_fingerprint_given(ssh_server: Any, site: Any) -> None:
    check_host(site, site.hosts[0], Trust(any_new=True))
    report = check_host(site, site.hosts[0], Trust("SHA256:" + "B" * 43))
    assert not report.reached
    assert "not SHA256:BBB" in report.checks[0].message
