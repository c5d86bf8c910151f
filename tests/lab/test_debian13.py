"""The main job on Debian 13: provision, audit, provision again; and its own watch."""

import json
from pathlib import Path

from selfhost import lab
from tests.lab.conftest import provisioned
from tests.lab.faults import on


def test_provision_audit_and_provision_again(tmp_path: Path) -> None:
    try:
        site = provisioned("test-trixie", "trixie", tmp_path, settings="watch_enabled: true\n")
        report = json.loads(site.selfhost("audit", "--format", "json").stdout)
        wrong = [r["message"] for r in report["results"] if r["status"] in ("fail", "unknown")]
        assert wrong == []
        assert report["verdict"] == {"policy": "pass", "evidence": "complete"}
        health = json.loads(site.selfhost("doctor", "--format", "json").stdout)
        assert health["diagnoses"] == []
        on(site, "systemctl start selfhost-watch.service")
        told = on(site, "journalctl -t selfhost-watch -o cat --no-pager")
        assert "policy pass, evidence complete, 0 failed, 0 unknown" in told
        again = site.selfhost("apply")
        assert again.returncode == 0, again.stderr
        assert "nothing had to change" in again.stderr
    finally:
        lab.down("test-trixie")
