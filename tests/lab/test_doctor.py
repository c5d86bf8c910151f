"""``selfhost doctor`` on a real server that ails."""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from selfhost import lab
from selfhost.lab.server import run
from tests.lab import faults
from tests.lab.ailments import FREQUENT, RARE
from tests.lab.ailments.ailment import Ailment
from tests.lab.conftest import Site, provisioned

KEPT = "/root/kept.tar"
#: Ailment after ailment, more often than systemd would start a service.
_START_AGAIN = "systemctl reset-failed; "


def diagnosed(site: Site, *options: str) -> dict[str, list[dict[str, Any]]]:
    """What the doctor says of a server that it reached."""
    done = site.selfhost("doctor", "--format", "json", *options)
    document: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    assert done.returncode == (1 if document["diagnoses"] else 0), done.stderr
    return document


def causes(site: Site, *options: str) -> list[str]:
    return [found["rule"] for found in diagnosed(site, *options)["diagnoses"]]


def awaited(site: Site, wanted: list[str], *options: str) -> None:
    """Until the doctor tells just this; a service that has only just started is not judged yet."""
    for _ in range(12):
        found = causes(site, *options)
        if found == wanted:
            return
        time.sleep(2)
    assert found == wanted, found


def well_again(site: Site) -> None:
    awaited(site, [])


def told(site: Site, ailment: Ailment) -> None:
    address = site.server.address

    def script(text: str) -> str:
        return text.replace("ADDRESS", address)

    keep = " ".join(map(shlex.quote, ailment.files))
    if keep:
        faults.on(site, f"tar -C / -cPf {KEPT} {keep}")
    if ailment.mount:
        faults.mounting(site, script(ailment.mount))
    try:
        if ailment.settings:
            known = {"ADDRESS": address}
            values = {k: known.get(str(v), v) for k, v in ailment.settings.items()}
            faults.settings(site, **values)
        faults.on(site, _START_AGAIN + script(ailment.harm))
        awaited(site, list(ailment.told), *ailment.options)
    finally:
        faults.no_settings(site)
        if keep:
            faults.on(site, f"tar -C / -xPf {KEPT} && rm {KEPT}")
        faults.on(site, _START_AGAIN + script(ailment.mend))
        if ailment.unmount:
            faults.mounting(site, script(ailment.unmount))


def name(ailment: Ailment) -> str:
    return "+".join(ailment.told)


def test_a_healthy_server_has_nothing_and_the_look_changes_nothing(site: Site) -> None:
    watch = "find /etc /var/lib/prosody /usr/share/jitsi-meet /var/www -xdev -newermt @{} -type f"
    stamp = int(time.time())
    assert causes(site) == []
    done = run(site.server.name, ["sh", "-c", watch.format(stamp + 1)])
    assert done.stdout == b""


@pytest.mark.parametrize("ailment", FREQUENT, ids=name)
def test_a_frequent_cause_is_named(site: Site, ailment: Ailment) -> None:
    told(site, ailment)


def test_the_server_is_well_again(site: Site) -> None:
    well_again(site)
    done = site.selfhost("doctor")
    assert "All is well" in done.stdout


@pytest.mark.nightly
@pytest.mark.parametrize("ailment", RARE, ids=name)
def test_a_rare_cause_is_named_and_gone_when_it_is_mended(site: Site, ailment: Ailment) -> None:
    told(site, ailment)
    well_again(site)


def test_a_look_without_roots_rights_says_so(site: Site) -> None:
    hosts = site.inventory / "hosts.yml"
    kept = hosts.read_text(encoding="utf-8")
    assert kept.count("ansible_become: true") == 1
    try:
        hosts.write_text(kept.replace("ansible_become: true", "ansible_become: false"), "utf-8")
        document = diagnosed(site)
    finally:
        hosts.write_text(kept, encoding="utf-8")
    open_ = {rule: entry["why"] for entry in document["unknown"] for rule in entry["rules"]}
    assert "ansible_become" in open_["not-root"]


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Site]:
    """A server whose name is none of those that are reserved for examples and tests, for which
    DNS does not matter."""
    server = "test-named"
    yield provisioned(server, "bookworm", tmp_path, hostname="meet.lab.internal")
    lab.down(server)


@pytest.mark.nightly
def test_a_name_that_leads_elsewhere(named: Site, tmp_path: Path) -> None:
    def looked(address: str) -> list[str]:
        """With a resolver of the doctor's own."""
        hosts = tmp_path / "hosts"
        hosts.write_text(f"127.0.0.1 localhost\n{address} meet.lab.internal\n", encoding="utf-8")
        script = f'mount --bind {shlex.quote(str(hosts))} /etc/hosts && exec "$@"'
        doctor = [sys.executable, "-m", "selfhost", "doctor", "-i", str(named.inventory)]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script, "sh", *doctor, "--format", "json"],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        return [found["rule"] for found in json.loads(done.stdout)["diagnoses"]]

    assert looked("203.0.113.10") == []
    assert looked("198.51.100.1") == ["dns-wrong"]
