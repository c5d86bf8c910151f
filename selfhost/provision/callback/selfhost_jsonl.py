# Copyright: the selfhost authors
# GNU General Public License v3.0+ (https://www.gnu.org/licenses/gpl-3.0.txt)
#
# This file alone is under that licence, because it imports Ansible, which is. selfhost itself
# never imports it: ansible-playbook loads it, in a process of its own.
"""Ansible callback: what happens in a run, as JSON lines on an open file descriptor."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.playbook.handler import Handler
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: selfhost_jsonl
type: aggregate
short_description: events of a run as JSON lines
description:
  - Writes one JSON object a line to the file descriptor in SELFHOST_EVENTS_FD.
  - Results of tasks with no_log hold neither message nor output.
requirements:
  - enabled in the configuration
"""

_TEXT_LIMIT = 4000  # characters of a message; the whole is in Ansible's own log
_DIFF_LIMIT = 100_000


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Reports starts of tasks, results and the final counts."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "selfhost_jsonl"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        descriptor = os.environ.get("SELFHOST_EVENTS_FD", "")
        self._stream = os.fdopen(int(descriptor), "w") if descriptor.isdigit() else None
        self.disabled = self._stream is None

    def _write(self, event: str, **fields: Any) -> None:
        if self._stream is None:
            return
        record = {"event": event, "time": round(time.time(), 3), **fields}
        try:
            self._stream.write(json.dumps(record, default=str) + "\n")
            self._stream.flush()
        except OSError:
            self._stream = None  # the reader has gone; the run goes on

    def _result(self, event: str, result: Any, **more: Any) -> None:
        data = result.result
        fields: dict[str, Any] = {
            "host": result.host.get_name(),
            "role": _role(result.task),
            "task": result.task.name or result.task.action,
            **more,
        }
        if isinstance(result.task, Handler):
            fields["handler"] = True
        if event in ("failed", "unreachable"):
            fields.update(_reason(data))
        self._write(event, **fields)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._write("play", name=play.get_name(), check=bool(play.check_mode))

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._write("task", role=_role(task), task=task.name or task.action, path=task.get_path())

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        self._write("task", role=_role(task), task=task.name, path=task.get_path(), handler=True)

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        if names := _notified(task):
            self._write("start", host=host.get_name(), task=task.name, notify=names)

    def v2_playbook_on_notify(self, handler: Any, host: Any) -> None:
        topics = [handler.get_name(), handler.name, *handler.listen]
        self._write("notify", host=host.get_name(), task=handler.name, topics=topics)

    def v2_on_file_diff(self, result: Any) -> None:
        data = result.result
        parts = [data, *(item for item in data.get("results") or [] if isinstance(item, dict))]
        text = "".join(self._get_diff(part["diff"]) for part in parts if part.get("diff"))
        if text.strip():
            self._result("diff", result, text=text[:_DIFF_LIMIT])

    def v2_runner_on_ok(self, result: Any) -> None:
        changed = bool(result.is_changed())
        names = _notified(result.task)
        notify = {"notify": names} if changed and names else {}
        self._result("ok", result, changed=changed, **notify)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._result("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._result("unreachable", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._result("failed", result, ignored=bool(ignore_errors))

    def v2_runner_retry(self, result: Any) -> None:
        self._result("retry", result)

    def v2_playbook_on_no_hosts_matched(self) -> None:
        self._write("no-hosts")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        self._write("stats", hosts=hosts, told=dict(stats.custom))


def _role(task: Any) -> str:
    role = getattr(task, "_role", None)
    return role.get_name() if role is not None else ""


def _notified(task: Any) -> list[str]:
    """The handlers that a task notifies: before it has run, a single one is a plain text."""
    names = task.notify or []
    return [names] if isinstance(names, str) else [str(name) for name in names]


def _reason(data: Any) -> dict[str, Any]:
    """Why a task failed: of a loop, why its first failed item did."""
    if "censored" in data:
        return {"hidden": True}
    for item in data.get("results") or []:
        if isinstance(item, dict) and item.get("failed"):
            return {"hidden": True} if "censored" in item else {**_texts(item), "item": _item(item)}
    for module in (data.get("failed_modules") or {}).values():  # gathering facts
        return {**_texts(data), **_texts(module)}
    return _texts(data)


def _item(item: dict[str, Any]) -> str:
    return str(item.get("_ansible_item_label", item.get("item", "")))[:200]


def _texts(data: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("msg", "stderr", "stdout", "module_stderr", "cmd", "rc"):
        value = data.get(key)
        if value not in (None, "", []):
            found[key] = value if isinstance(value, int) else str(value)[:_TEXT_LIMIT]
    return found
