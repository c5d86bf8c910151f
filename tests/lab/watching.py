"""The server's own watch: switched on and off, and what it told the journal."""

import json
from typing import Any

from tests.lab.conftest import Site
from tests.lab.faults import on

UNIT = "selfhost-watch.service"


def told(site: Site) -> list[dict[str, Any]]:
    """What the journal was told so far."""
    lines = on(site, "journalctl -t selfhost-watch -o json --no-pager --all").splitlines()
    return [entry for line in lines if "SELFHOST_KIND" in (entry := json.loads(line))]


def applied(site: Site, *settings: str) -> int:
    """How many tasks changed something."""
    path = site.inventory / "group_vars" / "all" / "watch.yml"
    path.write_text("---\n" + "".join(f"{line}\n" for line in settings), encoding="utf-8")
    done = site.selfhost("apply", "--tags", "watch")
    assert done.returncode == 0, done.stderr[-3000:]
    summary: dict[str, Any] = json.loads(
        (max((site.inventory / "runs").iterdir()) / "run.json").read_text()
    )
    changed: int = summary["changed"]
    return changed
