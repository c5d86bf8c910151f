"""The callback under the real ansible-playbook, on this machine: slow, but without a container."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import ProvisionError
from selfhost.provision import content
from selfhost.provision.events import RunState
from selfhost.provision.invocation import Request
from selfhost.provision.run import run_playbook
from selfhost.settings.site import Host, Site

pytestmark = pytest.mark.lab


def test_the_callback_under_the_real_ansible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "TopSecretTopSecretTopSecret"
    inventory = tmp_path / "inventory"
    inventory.mkdir()
    host = Host(
        name="h",
        groups=(),
        address="h",
        port=22,
        user="root",
        identity_file=None,
        become=False,
        connection="local",
        settings={},
    )
    site = Site(inventory, (host,), {}, frozenset())
    tasks = tmp_path / "content" / "roles" / "web" / "tasks"
    tasks.mkdir(parents=True)
    (tasks / "main.yml").write_text(
        "- name: Write\n  ansible.builtin.copy:\n"
        f"    dest: {tmp_path}/written\n    content: hello\n    mode: '0600'\n  notify: Tell\n"
        "- name: Skip\n  ansible.builtin.debug:\n  when: false\n"
        "- name: Hide\n  ansible.builtin.command: echo " + secret + "\n  no_log: true\n"
        "  failed_when: true\n  ignore_errors: true\n"
        "- name: Flush\n  ansible.builtin.meta: flush_handlers\n"
        "- name: Loop\n  ansible.builtin.command: sh -c 'echo {{ item }} >&2; exit 3'\n"
        "  loop: [one, two]\n"
    )
    (tasks.parent / "handlers").mkdir()
    (tasks.parent / "handlers" / "main.yml").write_text(
        "- name: Tell\n  ansible.builtin.debug:\n    msg: hi\n"
    )
    playbooks = tmp_path / "content" / "playbooks"
    playbooks.mkdir()
    (playbooks / "ansible.cfg").write_text("[defaults]\n")
    (playbooks / "site.yml").write_text("- hosts: all\n  gather_facts: false\n  roles: [web]\n")
    (site.inventory / "hosts.yml").write_text(
        "all:\n  hosts:\n    h: {ansible_connection: local, "
        f"ansible_python_interpreter: {sys.executable}}}\n"
    )
    monkeypatch.setattr(content, "root", lambda: tmp_path / "content")
    events: list[dict[str, Any]] = []

    def observe(state: RunState, event: dict[str, Any] | None, log: bytes) -> None:
        if event:
            events.append(event)

    with pytest.raises(ProvisionError) as caught:
        run_playbook(site, Request(diff=True), observe)
    assert caught.value.message.startswith("web : Loop: failed on h: non-zero return code (at one)")
    assert "    one" in caught.value.message
    results = [(e["event"], e["task"]) for e in events if "host" in e]
    assert ("ok", "Write") in results
    assert ("skipped", "Skip") in results
    assert ("ok", "Tell") in results
    (diff,) = [e for e in events if e["event"] == "diff"]
    assert "+hello" in diff["text"]
    (hidden,) = [e for e in events if e["event"] == "failed" and e["task"] == "Hide"]
    assert (hidden["hidden"], hidden["ignored"]) == (True, True)
    assert any(e.get("handler") for e in events)
    assert [e["notify"] for e in events if e["event"] == "start"] == [["Tell"]]
    assert events[-1]["event"] == "stats"
    assert secret not in json.dumps(events)
