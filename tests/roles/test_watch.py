"""The server's own watch: what it may do, what apt starts, what replaces what."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.roles.render import example, module, render_defaults

program = module("selfhost_program", role="watch")
UNIT = "etc/systemd/system/selfhost-watch"
HOOK = "etc/apt/apt.conf.d/90selfhost-watch"


def rendered(folder: Path, **settings: Any) -> Path:
    render_defaults(folder, {**example(), **settings})
    return folder


def text(folder: Path, name: str) -> str:
    return (folder / name).read_text("utf-8")


def test_nothing_of_it_is_there_unless_it_is_wanted(tmp_path: Path) -> None:
    rendered(tmp_path)
    assert not list(tmp_path.glob(f"{UNIT}*"))
    assert not (tmp_path / HOOK).exists()


def test_it_may_read_everything_and_reach_nothing(tmp_path: Path) -> None:
    unit = text(rendered(tmp_path, watch_enabled=True), f"{UNIT}.service")
    lines = unit.splitlines()
    assert {"IPAddressDeny=any", "ProtectSystem=strict", "NoNewPrivileges=yes", "Nice=19"} <= {
        *lines
    }
    assert "CAP_SYS_ADMIN" not in unit
    started = unit.replace("\\\n", "").partition("ExecStart=")[2].splitlines()[0].split()
    assert " ".join(started) == (
        "/usr/bin/python3 -I /usr/local/lib/selfhost watch local --state /var/lib/selfhost "
        "--name meet.example.org --host meet.example.org --profile private --exit-zero --journal "
        "--page meet.example.org"
    )
    written = [line.partition("=")[2] for line in lines if line.startswith("ReadWritePaths=")]
    assert " ".join(written).split() == [
        "-/etc/jitsi/meet/meet.example.org-privacy",
        "-/etc/nginx/snippets",
        "-/run/nginx.pid",
        "-/var/log/nginx",
    ]


def test_on_a_server_without_pages_it_may_change_none(tmp_path: Path) -> None:
    render_defaults(
        tmp_path,
        {**example(), "watch_enabled": True},
        groups=["jitsi_videobridge"],
        name="jvb1.example.org",
        others={"meet.example.org": (["jitsi_signalling", "jitsi_web", "jitsi_turn"], {})},
    )
    unit = text(tmp_path, f"{UNIT}.service")
    assert "--host jvb1.example.org" in unit
    assert "--page" not in unit
    assert "privacy" not in unit
    assert "snippets" not in unit


def test_it_judges_as_the_inventory_is_judged(tmp_path: Path) -> None:
    inventory, server = tmp_path / "inventory", tmp_path / "server"
    inventory.mkdir()
    waivers = '- reason: \'{{ lookup("pipe", "false") }}\'\n'
    (inventory / "waivers.yml").write_text(waivers)
    for folder in (server / "without", server / "with"):
        folder.mkdir(parents=True)
    rendered(server / "without", inventory_dir=str(inventory))
    assert not (server / "without/var/lib/selfhost/waivers.yml").exists()
    rendered(server / "with", watch_enabled=True, inventory_dir=str(inventory))
    brought = server / "with/var/lib/selfhost/waivers.yml"
    assert brought.read_text() == waivers
    assert brought.stat().st_mode & 0o777 == 0o600
    assert not (brought.parent / "policy-changes.jsonl").exists()


def test_mail_and_webhook_are_told_too_and_reach_the_network(tmp_path: Path) -> None:
    secret = "k" * 30
    folder = rendered(
        tmp_path,
        watch_enabled=True,
        watch_mail="root@example.org",
        watch_webhook="https://chat.example.org/a%20b",
        watch_webhook_secret=secret,
    )
    unit = text(folder, f"{UNIT}.service")
    assert "--mail root@example.org" in unit
    assert "--webhook https://chat.example.org/a%%20b --webhook-secret-file" in unit
    assert "IPAddressDeny" not in unit
    kept = folder / "var/lib/selfhost/webhook-secret"
    assert kept.read_text() == f"{secret}\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert secret not in "".join(path.read_text() for path in folder.glob(f"{UNIT}*"))


@pytest.mark.parametrize("found", ["exit 1", "exit 0", "sleep 0; exit 127"])
def test_apt_goes_on_whatever_becomes_of_the_hook(tmp_path: Path, found: str) -> None:
    hook = text(rendered(tmp_path, watch_enabled=True), HOOK)
    command = hook.partition('{ "')[2].partition('"; }')[0].replace("/run/systemd/system", "/")
    assert "selfhost-watch-apt.timer" in command
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "systemctl").write_text(f"#!/bin/sh\necho $* >>{tmp_path}/asked\n{found}\n")
    (fake / "systemctl").chmod(0o755)
    done = subprocess.run(["/bin/sh", "-c", command], env={"PATH": f"{fake}:/usr/bin:/bin"})
    assert done.returncode == 0
    assert text(tmp_path, "asked") == "--no-block restart selfhost-watch-apt.timer\n"


def archive(path: Path, **files: str) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name.replace("__", "/").replace("_py", ".py"))
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content.encode()))
    return path


def test_the_program_is_replaced_as_a_whole(tmp_path: Path) -> None:
    place = tmp_path / "selfhost"
    assert program.digest(str(place)) == ""
    one = archive(tmp_path / "1", DIGEST="one\n", a__b_py="x = 1\n", old_py="")
    program.unpack(str(one), str(place))
    assert program.digest(str(place)) == "one"
    # What a run that was cut short left behind is no hindrance.
    (tmp_path / "selfhost.new").mkdir()
    (tmp_path / "selfhost.new" / "left.py").write_text("")
    two = archive(tmp_path / "2", DIGEST="two\n", a__b_py="x = 2\n")
    program.unpack(str(two), str(place))
    assert program.digest(str(place)) == "two"
    sources = {path.relative_to(place).as_posix() for path in place.rglob("*.py")}
    assert sources == {"a/b.py"}
    assert list(place.rglob("*.pyc"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2", "selfhost"]
    shown = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path[:0] = [{str(place)!r}]; import a.b; print(a.b.x)",
        ],
        capture_output=True,
        text=True,
    )
    assert shown.stdout == "2\n"


def test_a_folder_that_is_cut_short_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "DIGEST").write_bytes(b"\xff\xfe")
    assert program.digest(str(tmp_path)) == ""
