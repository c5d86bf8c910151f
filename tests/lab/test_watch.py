"""The server's own watch: confined, quiet, started by apt, and no burden to the audit itself."""

import json
import time
from collections.abc import Iterator

import pytest

from selfhost.lab.matrix import switch_on
from selfhost.lab.server import run
from selfhost.lab.switches.java import TRANSCRIPTION
from tests.lab.conftest import Site
from tests.lab.faults import on
from tests.lab.watching import UNIT, applied, told


def tried(site: Site, script: str) -> tuple[int, str]:
    done = run(site.server.name, ["sh", "-ec", script])
    return done.returncode, done.stdout.decode("utf-8", "replace")


def audited(site: Site) -> list[tuple[str, str, str]]:
    """What is not as it shall be."""
    document = json.loads(site.selfhost("audit", "--format", "json").stdout)
    return [
        (one["control"], one["status"], str(one["evidence"])[:300])
        for one in document["results"]
        if one["status"] in ("fail", "unknown")
    ]


@pytest.fixture
def watched(site: Site) -> Iterator[Site]:
    """A server with its watch on."""
    assert applied(site, "watch_enabled: true") > 0
    yield site
    (site.inventory / "group_vars" / "all" / "watch.yml").unlink()
    site.reset()


def test_it_watches_and_nothing_is_the_worse_for_it(watched: Site) -> None:
    assert applied(watched, "watch_enabled: true") == 0
    on(watched, f"systemctl start {UNIT}")
    (begun,) = told(watched)
    assert begun["SELFHOST_KIND"] == "begun"
    assert "0 findings" in begun["MESSAGE"]
    assert "evidence complete" in begun["MESSAGE"]
    assert ", 0 unknown" in begun["MESSAGE"]
    assert audited(watched) == []

    switch_on(watched.server.name, TRANSCRIPTION)
    on(watched, f"systemctl start {UNIT}")
    on(watched, f"systemctl start {UNIT}")
    worse = told(watched)[1:]
    assert [one["SELFHOST_KIND"] for one in worse] == ["worse"], "told once"
    assert "jicofo-transcription-url" in worse[0]["MESSAGE"]
    assert worse[0]["PRIORITY"] == "3"

    # It says so when it cannot look; and when it cannot even say so, systemd does.
    history = "/var/lib/selfhost/history.sqlite"
    on(watched, f"mv {history} /root/ && echo no >{history}")
    assert tried(watched, f"systemctl start {UNIT}")[0] != 0
    assert told(watched)[-1]["SELFHOST_KIND"] == "blind"
    on(watched, f"mv /root/history.sqlite {history} && mv /usr/local/lib/selfhost/yaml /root/")
    assert tried(watched, f"systemctl start {UNIT}")[0] != 0
    on(
        watched,
        "for i in $(seq 50); do journalctl -p crit -t selfhost-watch | grep -q exit-code && exit;"
        " sleep 0.2; done; exit 1",
    )
    on(watched, "mv /root/yaml /usr/local/lib/selfhost/ && systemctl reset-failed")

    # Switched off, its history alone stays.
    assert applied(watched, "watch_enabled: false") > 0
    assert applied(watched, "watch_enabled: false") == 0
    folders = "/etc/systemd/system /etc/apt/apt.conf.d"
    assert "selfhost-watch" not in on(watched, f"ls {folders}")
    assert tried(watched, "systemctl is-active selfhost-watch.timer")[1] != "active\n"
    assert tried(watched, "test -e /usr/local/lib/selfhost")[0] != 0


@pytest.mark.nightly
def test_apt_starts_it_and_does_not_wait_for_it(watched: Site) -> None:
    on(watched, "systemctl stop selfhost-watch-apt.timer")
    drop_in = "/run/systemd/system/selfhost-watch-apt.timer.d"
    on(
        watched,
        f"mkdir -p {drop_in} && printf '[Timer]\\nOnActiveSec=\\nOnActiveSec=3s\\n'"
        f" >{drop_in}/soon.conf && systemctl daemon-reload",
    )
    on(watched, "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install hello")
    assert on(watched, "systemctl is-active selfhost-watch-apt.timer") == "active\n"
    for _ in range(120):
        if told(watched):
            break
        time.sleep(1)
    assert [one["SELFHOST_KIND"] for one in told(watched)] == ["begun"]
    # Without systemd's answer, and without its program, apt does its work all the same.
    on(watched, "mv /usr/bin/systemctl /root/")
    try:
        on(watched, "DEBIAN_FRONTEND=noninteractive apt-get -qq purge hello")
    finally:
        on(watched, "mv /root/systemctl /usr/bin/")


@pytest.mark.nightly
def test_the_units_are_what_systemd_accepts_and_confines(watched: Site) -> None:
    units = "/etc/systemd/system/selfhost-watch*"
    assert "selfhost" not in on(watched, f"systemd-analyze verify {units} 2>&1 || true")
    exposure = on(watched, f"systemd-analyze security --no-pager {UNIT} | tail -1")
    assert float(exposure.split()[-3]) < 5, exposure
