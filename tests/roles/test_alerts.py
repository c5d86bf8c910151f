"""The alert rules: their shape, and that every metric is one that somebody exports."""

import re
from typing import Any

import pytest
import yaml

from selfhost.health.diagnosis import Symptom
from tests.roles.render import ROLES

FILES = ROLES / "monitoring" / "files"
#: As jitsi-videobridge and jicofo register them (2026-08), as prometheus-node-exporter has them
#: by default, and as the role's own script writes them.
METRICS = {
    "up",
    "jitsi_jvb_healthy",
    "jitsi_jvb_ice_failed_total",
    "jitsi_jvb_ice_succeeded_total",
    "jitsi_jvb_incoming_loss_fraction",
    "jitsi_jvb_stress",
    "jitsi_jicofo_bridge_selector_bridge_count_operational",
    "jitsi_jicofo_bridge_selector_lost_bridges_total",
    "jitsi_jicofo_xmpp_disconnects_total",
    "node_filesystem_avail_bytes",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
    "node_netstat_Udp_RcvbufErrors",
    "node_textfile_mtime_seconds",
    "node_timex_sync_status",
    "node_vmstat_oom_kill",
    "selfhost_certificate_end_seconds",
    "selfhost_restart_pending",
}
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FILES / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_is_whole_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Jitsi[A-Z]\w+", rule["alert"])
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert re.fullmatch(r"\d+[mhd]", rule.get("for", "1m"))
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["action"]
    for word in re.findall(r"--symptom (\S+)", rule["annotations"]["action"]):
        assert word in set(Symptom)


def test_every_metric_is_exported_by_somebody_and_none_is_listed_in_vain() -> None:
    text = " ".join(re.sub(r'\{[^}]*\}|"[^"]*"', "", rule["expr"]) for rule in RULES)
    used = set(re.findall(r"\b(?:up|(?:jitsi|node|selfhost)_\w+)\b", text))
    assert used == METRICS


def test_names_are_given_once() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names))


def test_targets_are_on_loopback_and_jobs_are_those_of_the_rules() -> None:
    scrape = yaml.safe_load((FILES / "scrape.yml").read_text("utf-8"))["scrape_configs"]
    targets = [t for job in scrape for config in job["static_configs"] for t in config["targets"]]
    assert sorted(targets) == ["127.0.0.1:8080", "127.0.0.1:8888", "127.0.0.1:9100"]
    jobs = {job["job_name"] for job in scrape}
    asked = {j for rule in RULES for j in re.findall(r'job="([^"]+)"', rule["expr"])}
    assert asked < jobs
