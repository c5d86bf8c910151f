"""Figures for Prometheus: there, on loopback, and nowhere else."""

import json
import socket
from typing import Any

import pytest

from tests.lab.conftest import Site
from tests.lab.faults import on

PORTS = (8080, 8888, 9100)


#: A server that was just put back is still starting.
STARTED = """for second in $(seq 60); do
curl -sf http://127.0.0.1:8888/metrics | grep -q 'bridge_count_operational 1' && break
sleep 1
done"""


def reached(site: Site, port: int) -> bool:
    """From this machine, which is beyond the server's packet filter."""
    try:
        socket.create_connection((site.server.address, port), 2).close()
    except OSError:
        return False
    return True


def test_bridge_and_focus_tell_of_themselves_on_loopback_only(site: Site) -> None:
    on(site, STARTED)
    assert "jitsi_jvb_healthy 1" in on(site, "curl -sf http://127.0.0.1:8080/metrics")
    focus = on(site, "curl -sf http://127.0.0.1:8888/metrics")
    assert "jitsi_jicofo_bridge_selector_bridge_count_operational 1" in focus
    assert reached(site, 443)
    assert [port for port in PORTS if reached(site, port)] == []


@pytest.mark.nightly
def test_the_alert_rules_are_what_promtool_accepts(site: Site) -> None:
    on(
        site,
        "cd /tmp && apt-get -qq update && apt-get -qq download prometheus"
        " && dpkg-deb -x prometheus_*.deb /tmp/prometheus && rm prometheus_*.deb",
    )
    out = on(
        site,
        "/tmp/prometheus/usr/bin/promtool check rules /usr/local/share/selfhost/alerts.yml"
        " && /tmp/prometheus/usr/bin/promtool check config --syntax-only"
        " /usr/local/share/selfhost/scrape.yml && rm -r /tmp/prometheus",
    )
    assert "SUCCESS" in out
    assert " rules found" in out


@pytest.mark.nightly
def test_the_host_exporter_comes_goes_and_never_shows_itself(site: Site) -> None:
    settings = site.inventory / "group_vars" / "all" / "settings.yml"
    kept = settings.read_text(encoding="utf-8")

    def applied(value: str) -> dict[str, Any]:
        settings.write_text(
            kept.replace("monitoring_host_exporter: false", "")
            + f"\nmonitoring_host_exporter: {value}\n",
            encoding="utf-8",
        )
        done = site.selfhost("apply", "--tags", "monitoring")
        assert done.returncode == 0, done.stderr[-3000:]
        last = sorted((site.inventory / "runs").iterdir())[-1]
        summary: dict[str, Any] = json.loads((last / "run.json").read_text())
        return summary

    try:
        assert applied("true")["changed"] > 0
        assert applied("true")["changed"] == 0
        figures = on(
            site,
            "for i in $(seq 50); do test -e /var/lib/prometheus/node-exporter/selfhost.prom"
            " && break; sleep 0.2; done; curl -sf http://127.0.0.1:9100/metrics",
        )
        for name in ("web", "turn", "xmpp"):
            assert f'selfhost_certificate_end_seconds{{name="{name}"}}' in figures
        assert "node_memory_MemAvailable_bytes" in figures
        assert [port for port in PORTS if reached(site, port)] == []
        # Even without the packet filter.
        on(site, "systemctl stop selfhost-firewall")
        assert not reached(site, 9100)
        on(site, "systemctl start selfhost-firewall")
        audit = json.loads(site.selfhost("audit", "--format", "json").stdout)
        assert [r["control"] for r in audit["results"] if r["status"] == "fail"] == []
        assert applied("false")["changed"] > 0
        assert applied("false")["changed"] == 0
        left = on(site, "dpkg-query -W -f '${db:Status-Status}' prometheus-node-exporter || true")
        assert left in ("", "not-installed")
        assert on(site, "ls /etc/systemd/system | grep -c selfhost-metrics || true") == "0\n"
    finally:
        settings.write_text(kept, encoding="utf-8")
        on(site, "systemctl start selfhost-firewall")
