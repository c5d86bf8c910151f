"""The Ansible module, run by ansible-playbook on this machine."""

import json
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml

from selfhost.errors import UsageError
from selfhost.provision import content
from selfhost.runners import ansible_audit, remote
from selfhost.targets.order import Order
from selfhost.targets.ssh_connection import Completed

ROOT = content.root()


def audit(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "hosts.yml").write_text(
        "all:\n  hosts:\n    here:\n      ansible_connection: local\n"
    )
    program = content.program("ansible-playbook")
    return subprocess.run(
        [str(program), "-i", str(folder / "hosts.yml"), "playbooks/audit.yml", *options],
        cwd=ROOT,
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("ANSIBLE_")},
            "ANSIBLE_CONFIG": str(content.ansible_config()),
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_playbook_audits_writes_reports_and_changes_nothing(tmp_path: Path) -> None:
    """This machine is no Jitsi server: whatever it is found to be, the task says so and ends."""
    done = audit(tmp_path, "-e", f"audit_reports={tmp_path}")
    report = json.loads((tmp_path / "here.json").read_text())
    assert report["targets"][0]["unreachable"] is None, report["targets"]
    assert len(report["results"]) > 50
    assert {path.suffix for path in tmp_path.iterdir()} == {
        ".yml",
        ".json",
        ".html",
        ".junit",
        ".sarif",
    }
    assert done.returncode == (2 if report["exit_code"] else 0), done.stdout + done.stderr
    assert "changed=0" in done.stdout
    assert f"policy: {report['headline']}; evidence:" in done.stdout


def test_check_mode_audits_and_writes_nothing(tmp_path: Path) -> None:
    done = audit(tmp_path, "--check", "-e", f"audit_reports={tmp_path}")
    assert "policy: " in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["hosts.yml"]


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("audit_profile=privat", "There is no profile 'privat'"),
        ("audit_waivers=/nowhere/waivers.yml", "There is no file /nowhere/waivers.yml"),
    ],
)
def test_a_wrong_option_is_a_sentence(tmp_path: Path, option: str, says: str) -> None:
    done = audit(tmp_path, "-e", option)
    assert done.returncode == 2
    assert says in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


# -- without Ansible --------------------------------------------------------------------------


ORDER = Order()


def outcome(stdout: bytes, **options: Any) -> dict[str, Any]:
    done = Completed(0, stdout, b"")
    return ansible_audit.outcome(
        "meet", "2026-01-01T00:00:00Z", done, ORDER, ansible_audit.checked(options), write=False
    )


@pytest.fixture(scope="module")
def answer() -> bytes:
    """What the collector says of this machine."""
    command, stdin = remote.with_stdin(ORDER)
    command[0] = sys.executable
    return subprocess.run(command, input=stdin.encode(), capture_output=True, check=True).stdout


def test_it_fails_as_fail_on_says(answer: bytes) -> None:
    one = {"select": ["jicofo-transcription-url"]}
    absent = outcome(answer, **one)  # nothing of Jitsi here: nothing is judged
    assert (absent["failed"], absent["exit_code"], absent["changed"]) == (True, 3, False)
    assert "no failure seen" in absent["msg"]
    assert not outcome(answer, fail_on_partial=False, **one)["failed"]


def test_a_report_that_cannot_be_written_is_a_sentence(answer: bytes, tmp_path: Path) -> None:
    options = ansible_audit.checked({"reports": {"html": str(tmp_path)}})
    with pytest.raises(UsageError, match="cannot be written"):
        ansible_audit.outcome(
            "meet", "2026-01-01T00:00:00Z", Completed(0, answer, b""), ORDER, options, True
        )


@pytest.mark.parametrize("stdout", [b"", b"garbage\n", b'{"selfhost": 1}\n', b"\xff" * 1000])
def test_a_host_that_answers_nonsense_is_no_pass(stdout: bytes) -> None:
    found = outcome(stdout)
    assert (found["failed"], found["evidence"], found["exit_code"]) == (True, "partial", 3)
    assert found["report"]["targets"][0]["unreachable"]


def test_the_same_evidence_with_and_without_standard_input(answer: bytes) -> None:
    command = remote.without_stdin(ORDER)
    assert max(map(len, command)) < 128 * 1024, "the longest argument that Linux takes"
    command[0] = sys.executable
    done = subprocess.run(command, capture_output=True, check=True)
    sources = [
        {json.loads(line)["source"] for line in text.splitlines()[1:-1]}
        for text in (answer, done.stdout)
    ]
    assert sources[0] == sources[1]
    assert not any(b'"key"' in part.encode() for part in command), "the key is made on the host"


@pytest.mark.parametrize(
    "wrong",
    [
        {"fail_no": "low"},
        {"fail_on": "none"},
        {"fail_on_partial": "maybe"},
        {"reports": ["html"]},
        {"reports": {"pdf": "/tmp/x"}},
        {"reports": {"html": "/nowhere/x"}},
        {"fail_on_new": True},
    ],
)
def test_options_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ansible_audit.checked(wrong)


def test_the_documentation_has_the_options_and_their_defaults() -> None:
    path = ROOT / "roles" / "site" / "library" / "selfhost_audit.py"
    spec = spec_from_file_location("documented", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    options = yaml.safe_load(module.DOCUMENTATION)["options"]
    documented = {name: option.get("default") for name, option in options.items()}
    assert documented == {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in ansible_audit.DEFAULTS.items()
    }
    names = {
        profile.name
        for profile in __import__("selfhost.catalog.profiles", fromlist=["x"]).profiles()
    }
    assert set(options["profile"]["choices"]) == names
