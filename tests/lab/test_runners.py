"""The audit run by Ansible and by pytest, on a real server."""

import json
import os
import subprocess
import sys
from pathlib import Path

from selfhost.provision import content
from tests.lab.conftest import Site

ROOT = content.root()


def started(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    variables = {**kept, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(
        command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=300
    )


def test_the_playbook_finds_a_provisioned_server_clean(site: Site, tmp_path: Path) -> None:
    done = started(
        str(content.program("ansible-playbook")),
        "-i",
        str(site.inventory / "hosts.yml"),
        "playbooks/audit.yml",
        "-e",
        f"audit_reports={tmp_path}",
        cwd=ROOT,
        ANSIBLE_CONFIG=str(content.ansible_config()),
        ANSIBLE_SSH_COMMON_ARGS=f"-o UserKnownHostsFile={site.inventory / 'known_hosts'}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "changed=0" in done.stdout
    (written,) = tmp_path.glob("*.json")
    report = json.loads(written.read_text())
    own = json.loads(site.selfhost("audit", "--format", "json").stdout)
    statuses = [
        {(r["target"], r["control"]): r["status"] for r in one["results"]} for one in (report, own)
    ]
    assert statuses[0] == statuses[1]
    assert report["exit_code"] == 0


def test_pytest_has_a_test_for_each_control(site: Site, tmp_path: Path) -> None:
    bundle = tmp_path / "evidence.tar.gz"
    assert site.selfhost("collect", "-o", str(bundle)).returncode == 0
    plugin = ("-p", "no:selfhost", "-p", "selfhost.runners.pytest_plugin")
    done = started(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin),
        f"--selfhost-target={bundle}",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "failed" not in done.stdout


def test_through_the_connection_of_testinfra(site: Site, tmp_path: Path) -> None:
    """Testinfra's own SSH gets the collector to the server, and its answer back."""
    server = site.server
    config = tmp_path / "ssh_config"
    config.write_text(
        f"Host meet\n  HostName {server.ssh_host}\n  Port {server.ssh_port}\n  User {server.user}\n"
        f"  IdentityFile {server.key}\n  UserKnownHostsFile {server.known_hosts}\n"
        "  StrictHostKeyChecking yes\n"
    )
    (tmp_path / "test_own.py").write_text(
        "def test_own(host, selfhost_audit):\n"
        "    report = selfhost_audit(host)\n"
        "    bad = ('fail', 'unknown')\n"
        "    wrong = [(r.control, r.message) for r in report.results if r.status in bad]\n"
        "    assert wrong == []\n"
        "    assert (report.policy, report.completeness) == ('pass', 'complete')\n"
    )
    plugin = ("-p", "no:selfhost", "-p", "selfhost.runners.pytest_plugin")
    done = started(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin),
        *("--sudo", "--hosts=ssh://meet", f"--ssh-config={config}", "test_own.py"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
