"""``selfhost doctor`` on a real server that ails."""

import json
import shlex
import time

import pytest

from selfhost.lab.server import run
from tests.lab.ailments import FREQUENT, RARE, Ailment
from tests.lab.conftest import Site


def inside(site: Site, script: str) -> None:
    done = run(site.server.name, ["sh", "-ec", script])
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]


def causes(site: Site) -> list[str]:
    done = site.selfhost("doctor", "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == (1 if document["diagnoses"] else 0), done.stderr
    return [found["rule"] for found in document["diagnoses"]]


def well_again(site: Site) -> None:
    """Wait until focus and bridge have found each other again."""
    for _ in range(10):
        found = causes(site)
        if not found:
            return
        time.sleep(2)
    assert found == []


def told(site: Site, ailment: Ailment) -> None:
    keep = " ".join(map(shlex.quote, ailment.files))
    if keep:
        inside(site, f"tar -C / -cPf /root/kept.tar {keep}")
    try:
        inside(site, ailment.harm)
        for _ in range(6):  # what has only just started is not judged yet
            found = causes(site)
            if found:
                break
            time.sleep(2)
        assert found == [ailment.rule], found
    finally:
        inside(site, "tar -C / -xPf /root/kept.tar && rm /root/kept.tar" if keep else ":")
        inside(site, ailment.mend)


def test_a_healthy_server_has_nothing_and_the_look_changes_nothing(site: Site) -> None:
    watch = "find /etc /var/lib/prosody /usr/share/jitsi-meet /var/www -xdev -newermt @{} -type f"
    stamp = int(time.time())
    assert causes(site) == []
    done = run(site.server.name, ["sh", "-c", watch.format(stamp + 1)])
    assert done.stdout == b""


@pytest.mark.parametrize("ailment", FREQUENT, ids=lambda a: a.rule)
def test_a_frequent_cause_is_named(site: Site, ailment: Ailment) -> None:
    told(site, ailment)


def test_the_server_is_well_again(site: Site) -> None:
    well_again(site)
    done = site.selfhost("doctor")
    assert "All is well" in done.stdout


@pytest.mark.nightly
@pytest.mark.parametrize("ailment", RARE, ids=lambda a: a.rule)
def test_a_rare_cause_is_named(site: Site, ailment: Ailment) -> None:
    told(site, ailment)
    well_again(site)


@pytest.mark.nightly
def test_ports_are_tried_from_outside(site: Site) -> None:
    """The container's own address counts as the public one: here it can be reached."""
    settings = site.inventory / "group_vars" / "all" / "settings.yml"
    kept = settings.read_text(encoding="utf-8")
    address = site.server.address
    try:
        settings.write_text(kept.replace("203.0.113.10", address), encoding="utf-8")
        done = site.selfhost("doctor", "--outside", "--format", "json")
        rules = [found["rule"] for found in json.loads(done.stdout)["diagnoses"]]
        assert rules == ["address-mapping"]  # of the settings, which were changed here
        inside(site, "systemctl stop coturn")
        done = site.selfhost("doctor", "--outside", "--symptom", "no-sound-behind-firewall")
        assert "The TURN server does not run" in done.stdout
    finally:
        settings.write_text(kept, encoding="utf-8")
        inside(site, "systemctl start coturn")
