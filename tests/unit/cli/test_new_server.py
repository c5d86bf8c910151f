"""init, check and apply as a person meets them."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from selfhost.cli import main
from selfhost.provision import content

SPECS = """\
---
argument_specs:
  main:
    short_description: Shared
    options:
      site_domain: {type: str, required: true, description: The domain.}
      site_public_address: {type: str, required: true, description: The address.}
      site_private_address: {type: str, default: "", description: Behind NAT.}
      site_jvb_password: {type: str, required: true, no_log: true, description: A secret.}
"""


@pytest.fixture(autouse=True)
def _content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meta = tmp_path / "content" / "roles" / "site" / "meta"
    meta.mkdir(parents=True)
    (meta / "argument_specs.yml").write_text(SPECS)
    (tmp_path / "content" / "playbooks").mkdir()
    (tmp_path / "content" / "playbooks" / "site.yml").write_text("[]\n")
    monkeypatch.setattr(content, "root", lambda: tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    for name in ("SELFHOST_INVENTORY", "ANSIBLE_VAULT_PASSWORD_FILE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def _init(*more: str) -> int:
    return main(["init", "meet.example.test", "--host", "203.0.113.7", *more])


def test_init_says_what_it_wrote_and_what_is_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert _init() == 0
    out = capsys.readouterr().out
    assert "wrote inventory/group_vars/all/settings.yml" in out
    assert out.endswith("  selfhost check\n")
    secret = Path("inventory/group_vars/all/secrets.yml").read_text().split()[-1]
    assert secret not in out
    assert _init("-i", "other place") == 0
    assert capsys.readouterr().out.endswith("  selfhost check -i 'other place'\n")


def test_init_twice_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    _init()
    assert _init() == 2
    assert "hosts.yml exists already; nothing was written" in capsys.readouterr().err
    assert _init("--force") == 0


def test_a_misspelt_setting_is_told_before_any_connection(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _init()
    settings = Path("inventory/group_vars/all/settings.yml")
    line = settings.read_text().count("\n") + 1
    settings.write_text(settings.read_text() + "site_domian: x\n")
    for command in ("check", "apply"):
        assert main([command]) == 2
        assert capsys.readouterr().err == (
            f"error: {settings}:{line}: site_domian: there is no such setting\n"
            "  hint: did you mean site_domain?\n"
        )


def test_without_an_inventory(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-i", "nowhere"]) == 2
    assert "there is no inventory in nowhere" in capsys.readouterr().err


def test_check_tells_a_person_and_a_machine(
    ssh_server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--port", str(ssh_server.port), "--identity-file", str(ssh_server.identity)]
    more += ["--public-address", "203.0.113.7"]
    main(["init", "meet.example.test", "--host", "127.0.0.1", *more])
    capsys.readouterr()
    assert main(["check"]) == 3
    shown = capsys.readouterr()
    assert "✗ failed   connection  the host key of" in shown.out
    assert "fix: compare the fingerprint" in shown.out
    assert "could not be reached" in shown.err
    assert main(["check", "--accept-new-host-key", "--format", "json"]) in (0, 1, 3)
    shown = capsys.readouterr()
    report = json.loads(shown.out)
    assert (report["schema"], report["hosts"][0]["reached"]) == ("selfhost.check/1", True)
    assert shown.err == ""
    assert main(["--color", "always", "check"]) in (0, 1, 3)
    assert "\x1b[32m✓ ok" in capsys.readouterr().out


def test_apply_needs_a_key_that_is_known(
    ssh_server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    _init()
    assert main(["apply"]) == 2
    err = capsys.readouterr().err
    assert "the host key of 203.0.113.7 is not known yet" in err
    assert "hint: run selfhost check first" in err


def test_apply_reports_roles_and_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _init()
    hosts = Path("inventory/hosts.yml")
    hosts.write_text(
        hosts.read_text().replace("ansible_host: 203.0.113.7", "ansible_connection: local")
    )
    program = tmp_path / "ansible-playbook"
    events: list[dict[str, Any]] = [
        {"event": "task", "time": 1, "role": "web", "task": "Install"},
        {"event": "ok", "time": 3.5, "host": "h", "role": "web", "task": "Install", "changed": 1},
        {"event": "stats", "time": 4, "hosts": {}},
    ]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    program.write_text(
        f"#!{sys.executable}\nimport os\n"
        f"os.write(int(os.environ['SELFHOST_EVENTS_FD']), {lines.encode()!r})\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(content, "program", lambda name: program)
    capsys.readouterr()
    assert main(["apply"]) == 0
    shown = capsys.readouterr()
    assert "web                 1 ok, 1 changed" in shown.err
    assert "2.5 s" in shown.err
    assert "1 changed; log: inventory/runs/" in shown.err
    assert "next: selfhost audit" in shown.err
    assert shown.out == ""
    assert main(["apply", "--check"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "would change on h: web : Install\n"
