"""What runs on a server has the sizes of the table."""

import re

import pytest

from selfhost.provision import sizing
from tests.lab.conftest import Site
from tests.lab.faults import on

GROUPS = ("jitsi_signalling", "jitsi_web", "jitsi_videobridge", "jitsi_turn")


def test_services_got_their_heaps_and_files(site: Site) -> None:
    memory = int(on(site, "awk '/^MemTotal:/ {print int($2 / 1024)}' /proc/meminfo"))
    heaps = sizing.heaps(memory, GROUPS)
    arguments = on(site, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert sorted(map(int, re.findall(r"-Xmx(\d+)m", arguments))) == sorted(
        (heaps.bridge, heaps.focus)
    )
    limits = on(site, "cat /proc/$(pgrep -u www-data -n nginx)/limits")
    assert re.search(rf"Max open files\s+{sizing.NGINX_FILES}\s", limits)
    assert f"worker_connections {sizing.NGINX_CONNECTIONS};" in on(site, "nginx -T 2>/dev/null")
    unit = on(site, "systemctl show prosody -p LimitNOFILE")
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
