"""What runs on a server has the sizes of the table."""

import re

import pytest

from selfhost.lab.server import run
from selfhost.provision import sizing
from tests.lab.conftest import Site

GROUPS = ("jitsi_signalling", "jitsi_web", "jitsi_videobridge", "jitsi_turn")


def said(site: Site, script: str) -> str:
    done = run(site.server.name, ["sh", "-ec", script])
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
    return done.stdout.decode("utf-8", "replace")


def test_services_got_their_heaps_and_files(site: Site) -> None:
    memory = int(said(site, "awk '/^MemTotal:/ {print int($2 / 1024)}' /proc/meminfo"))
    heaps = sizing.heaps(memory, GROUPS)
    arguments = said(site, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert sorted(map(int, re.findall(r"-Xmx(\d+)m", arguments))) == sorted(
        (heaps.bridge, heaps.focus)
    )
    limits = said(site, "cat /proc/$(pgrep -u www-data -n nginx)/limits")
    assert re.search(rf"Max open files\s+{sizing.NGINX_FILES}\s", limits)
    assert f"worker_connections {sizing.NGINX_CONNECTIONS};" in said(site, "nginx -T 2>/dev/null")
    unit = said(site, "systemctl show prosody -p LimitNOFILE")
    assert unit == f"LimitNOFILE={sizing.PROSODY_FILES}\n"


@pytest.mark.nightly
def test_a_server_that_is_too_small_is_refused_by_check_and_by_the_roles(site: Site) -> None:
    settings = site.inventory / "group_vars" / "all" / "settings.yml"
    kept = settings.read_text(encoding="utf-8")
    lines = [line for line in kept.splitlines() if not line.startswith("preflight_minimum_memory")]
    try:
        settings.write_text("\n".join([*lines, "preflight_minimum_memory_mb: 9000000", ""]))
        check = site.selfhost("check")
        assert check.returncode == 1
        assert "is too little: what this host does needs 9000000 MiB" in check.stdout
        apply = site.selfhost("apply", "--tags", "preflight")
        assert apply.returncode == 1
        assert "9000000" in apply.stderr
    finally:
        settings.write_text(kept, encoding="utf-8")
