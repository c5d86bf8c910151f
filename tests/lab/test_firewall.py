"""New firewall rules on a server: kept when it can still be reached, taken back when not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from selfhost import lab
from selfhost.exitcodes import ExitCode
from tests.lab.conftest import Site

LOCKOUT = "\nfirewall_ssh_sources: [198.51.100.0/24]\n"
FILE = "/etc/nftables.d/selfhost.nft"


@contextmanager
def more_settings(site: Site, text: str) -> Iterator[None]:
    """The site's settings with more at the end."""
    settings = site.inventory / "group_vars" / "all" / "settings.yml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before + text, encoding="utf-8")
    try:
        yield
    finally:
        settings.write_text(before, encoding="utf-8")


def said(site: Site, *command: str) -> str:
    done = lab.run(site.server.name, command)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def rules(site: Site) -> tuple[str, str]:
    """What the kernel has, and what it will have after the next start."""
    return said(site, "nft", "-s", "list", "table", "inet", "selfhost"), said(site, "cat", FILE)


def test_rules_that_would_lock_out_are_taken_back(site: Site) -> None:
    before = rules(site)
    with more_settings(site, LOCKOUT):
        done = site.selfhost("apply", "--tags", "firewall")
    assert done.returncode == ExitCode.FINDINGS, done.stderr
    assert "took no new SSH connection from here" in done.stderr
    assert "firewall_ssh_sources" in done.stderr
    assert "Traceback" not in done.stderr
    assert rules(site) == before
    assert site.selfhost("check").returncode == 0, "over a new connection"


@pytest.mark.nightly
def test_a_run_that_dies_in_between_leaves_the_former_rules(site: Site) -> None:
    before = rules(site)
    command = [sys.executable, "-m", "selfhost", "apply", "-i", str(site.inventory)]
    with more_settings(site, LOCKOUT):
        run = subprocess.Popen(
            [*command, "--tags", "firewall"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 120
        while "198.51.100.0" not in said(site, "nft", "list", "chain", "inet", "selfhost", "input"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        for child in subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(run.pid)], capture_output=True, text=True
        ).stdout.split():
            os.kill(int(child), signal.SIGKILL)
        run.kill()
        run.wait()
    deadline = time.monotonic() + 90
    while rules(site) != before:
        assert time.monotonic() < deadline, "the timer on the server has not put them back"
        time.sleep(1)


@pytest.mark.nightly
def test_tables_of_others_and_changes_by_hand(site: Site) -> None:
    """A rule added by hand to ours is gone after the next run; other tables are not touched."""
    before = rules(site)
    try:
        said(site, "nft", "add", "table", "inet", "other")
        said(site, "nft", "insert", "rule", "inet", "selfhost", "input", "accept")
        done = site.selfhost("apply", "--tags", "firewall")
        assert done.returncode == 0, done.stderr
        assert rules(site) == before
        assert "table inet other" in said(site, "nft", "list", "tables")
        said(site, "systemctl", "restart", "nftables")
        assert rules(site) == before, "nftables.service flushes all tables, and ours follows it"
    finally:
        site.reset()


@pytest.mark.nightly
def test_without_firewall_and_confinement_nothing_of_it_is_left(site: Site) -> None:
    try:
        with more_settings(site, "\nfirewall_enabled: false\n"):
            assert site.selfhost("apply", "--tags", "firewall").returncode == 0
            kernel = said(site, "nft", "list", "table", "inet", "selfhost")
            assert "chain output" in kernel
            assert "chain input" not in kernel
        more = "\nfirewall_enabled: false\nfirewall_confine_services: false\n"
        with more_settings(site, more):
            assert site.selfhost("apply", "--tags", "firewall").returncode == 0
            assert "selfhost" not in said(site, "nft", "list", "tables")
            left = lab.run(site.server.name, ["ls", FILE, "/run/selfhost-firewall"])
            assert left.stdout == b""
    finally:
        site.reset()
