"""The collector reads what the plan names, bounded, and changes nothing."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from selfhost.evidence.collector import containers, processes, redactor, run
from selfhost.targets.program import collector_program

CANARY = "c4n4rySECRETvalue"


def step(kind: str, *places: str, name: str = "x", **more: Any) -> dict[str, Any]:
    made = {"name": name, "kind": kind, "places": list(places), "max_bytes": 1000, "timeout": 5.0}
    return made | more


def collect(root: Path, *steps: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {r["path"]: r for r in run.collect(list(steps), str(root), b"k" * 32)}


def test_files_come_with_hash_mode_and_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    raw = f"A_SECRET={CANARY}\nB=1\n".encode()
    (tmp_path / "etc" / "x.env").write_bytes(raw)
    (tmp_path / "etc" / "x.env").chmod(0o640)
    (record,) = collect(tmp_path, step("files", "/etc/*.env")).values()
    assert record["state"] == "present"
    assert record["path"] == "/etc/x.env"
    assert record["mode"] == "0640"
    assert record["sha256"] == hashlib.sha256(raw).hexdigest()
    assert CANARY.encode() not in record["content"]
    assert record["content"].endswith(b"\nB=1\n")


def test_what_is_not_there_is_absent_by_place(tmp_path: Path) -> None:
    found = collect(tmp_path, step("files", "/a", "/b/*"), step("listing", "/c/*"))
    assert {path: r["state"] for path, r in found.items()} == {
        "/a": "absent",
        "/b/*": "absent",
        "/c/*": "absent",
    }


def test_links_stay_inside_the_root(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text(CANARY)
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "up").symlink_to("../../outside")
    (root / "etc" / "absolute").symlink_to(tmp_path / "outside")
    (root / "etc" / "good").symlink_to("/etc/real")
    (root / "etc" / "real").write_text("inside")
    (root / "etc" / "loop").symlink_to("loop")
    (root / "sneaky").symlink_to(tmp_path)
    places = ["/etc/up", "/etc/absolute", "/etc/good", "/etc/loop", "/sneaky/outside"]
    found = collect(root, step("files", *places))
    assert found["/etc/good"]["content"] == b"inside"
    assert found["/etc/good"]["target"] == "/etc/real"
    assert found["/etc/loop"]["state"] == "failed"
    for path in ("/etc/up", "/etc/absolute", "/sneaky/outside"):
        assert found[path]["state"] == "absent"
    assert not any(CANARY.encode() in record["content"] for record in found.values())


def test_pipes_devices_and_large_files_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"x" * 1001)
    (tmp_path / "folder").mkdir()
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "null").write_text("")
    (tmp_path / "masked.service").symlink_to("/dev/null")
    found = collect(tmp_path, step("files", "/*"))
    assert {path: r["state"] for path, r in found.items()} == {
        "/large": "too-large",
        "/masked.service": "present",
        "/pipe": "failed",
    }


def test_a_file_of_50_mb_costs_nothing(tmp_path: Path) -> None:
    with (tmp_path / "config.js").open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    (record,) = collect(tmp_path, step("files", "/config.js")).values()
    assert (record["state"], record["content"]) == ("too-large", b"")


def test_what_may_not_be_read_is_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_text("x")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    (record,) = collect(tmp_path, step("files", "/x")).values()
    assert record["state"] == "denied"


def test_listings_have_names_never_contents(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "a.mp4").write_text(CANARY)
    (tmp_path / "r" / ".hidden").mkdir()
    (record,) = collect(tmp_path, step("listing", "/r/*")).values()
    lines = [json.loads(line) for line in record["content"].splitlines()]
    assert lines == [
        {"path": "/r/.hidden", "type": "directory", "size": 0},
        {"path": "/r/a.mp4", "type": "file", "size": len(CANARY)},
    ]


@pytest.mark.parametrize(
    ("script", "state", "reason"),
    [
        ("echo out; echo err >&2", "present", ""),
        ("exit 3", "failed", "exit code 3"),
        (f"echo A_TOKEN={CANARY} >&2; exit 1", "failed", "A_TOKEN=REDACTED_"),
        ("echo 'x: Permission denied' >&2; exit 1", "denied", "permission denied"),
        ("yes", "too-large", "more than 1000 bytes"),
        ("sleep 20 & sleep 20", "failed", "no answer within 0.3 seconds"),
    ],
)
def test_commands(tmp_path: Path, script: str, state: str, reason: str) -> None:
    timeout = 0.3 if "sleep" in script else 5.0
    (record,) = collect(tmp_path, step("command", "sh", "-c", script, timeout=timeout)).values()
    assert record["state"] == state
    assert record["reason"].startswith(reason)
    assert CANARY not in record["reason"]


def test_a_missing_program_is_absent(tmp_path: Path) -> None:
    (record,) = collect(tmp_path, step("command", "no-such-program-here")).values()
    assert (record["state"], record["reason"]) == ("absent", "not installed")


def test_processes_show_names_and_no_secrets(tmp_path: Path) -> None:
    environment = {**os.environ, "A_PASSWORD": CANARY, "X_URL": f"https://u:{CANARY}@h.example.org"}
    arguments = [sys.executable, "-c", "input()", "--password", CANARY]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, env=environment) as process:
        # Not a child of the collector: its own are left out.
        out = subprocess.run(
            [sys.executable, "-I", "-c", collector_program()],
            input=json.dumps(
                {"plan": [step("probe", "processes", max_bytes=1 << 24)], "key": "", "nonce": ""}
            ),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        process.communicate(b"\n")
    line = json.loads(out.splitlines()[1])
    content = zlib.decompress(base64.b64decode(line["content"])).decode()
    found = {p["pid"]: p for p in map(json.loads, content.splitlines())}
    assert CANARY not in content
    ours = found[process.pid]
    assert ours["arguments"][3] == "--password"
    assert ours["environment"]["A_PASSWORD"] is None
    assert ours["environment"]["X_URL"].endswith("@h.example.org")
    assert ours["uid"] == os.getuid()


@pytest.mark.parametrize(
    ("refusals", "error", "seen"),
    [
        (1, PermissionError, "environment"),  # on its way from setuid to exec
        (99, PermissionError, "none"),
        (99, ProcessLookupError, "ended"),
        (99, FileNotFoundError, "ended"),
    ],
)
def test_a_process_that_starts_or_ends_meanwhile(
    refusals: int, error: type[OSError], seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slurp, left = processes.slurp, [refusals]
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:

        def refusing(path: str, limit: int = 262144) -> bytes:
            if path == f"/proc/{process.pid}/environ" and left[0]:
                left[0] -= 1
                raise error(path)
            return slurp(path, limit)

        monkeypatch.setattr(processes, "slurp", refusing)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(processes, "_own", lambda found: set())
        (record,) = collect(Path("/"), step("probe", "processes", max_bytes=1 << 24)).values()
        process.communicate(b"\n")
    found = {p["pid"]: p for p in map(json.loads, record["content"].splitlines())}
    if seen == "ended":
        assert process.pid not in found
    else:
        assert (found[process.pid]["environment"] is not None) == (seen == "environment")


def test_sockets_have_addresses_states_and_owners(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (record,) = collect(tmp_path, step("probe", "sockets", max_bytes=1 << 24)).values()
    lines = [json.loads(line) for line in record["content"].splitlines()]
    (found,) = [x for x in lines if x["local_port"] == port and x["state"] == "LISTEN"]
    assert (found["protocol"], found["local_address"]) == ("tcp", "127.0.0.1")
    assert found["pid"] == os.getpid()


def test_nothing_is_changed(tmp_path: Path) -> None:
    (tmp_path / "etc" / "sub").mkdir(parents=True)
    (tmp_path / "etc" / "a.conf").write_text("a = 1\n")
    (tmp_path / "etc" / "sub" / "b").symlink_to("../a.conf")
    os.utime(tmp_path / "etc" / "a.conf", (1, 1))

    def snapshot() -> dict[str, tuple[object, ...]]:
        shown: dict[str, tuple[object, ...]] = {}
        for path in sorted(tmp_path.rglob("*")):
            found = path.lstat()
            shown[str(path)] = (found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        return shown

    before = snapshot()
    collect(tmp_path, step("files", "/etc/*", "/etc/*/*"), step("listing", "/etc/*"))
    assert snapshot() == before


def test_all_content_together_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MAX_TOTAL", 150)
    for name in "abc":
        (tmp_path / name).write_bytes(b"x" * 100)
    states = [r["state"] for r in collect(tmp_path, step("files", "/a", "/b", "/c")).values()]
    assert states == ["present", "too-large", "too-large"]


def test_a_container_shows_its_mounts_and_where_its_log_goes() -> None:
    item = {
        "Name": "/web",
        "Config": {"Image": "jitsi/web", "Env": ["ENABLE_RECORDING=1", f"JVB_PASSWORD={CANARY}"]},
        "Mounts": [{"Source": "/run/docker.sock", "Destination": "/x"}, "junk"],
        "HostConfig": {"LogConfig": {"Type": "gelf", "Config": {"gelf-address": CANARY}}},
    }
    found = containers.container("docker", item, redactor.Redactor(b"k" * 32))
    assert found["mounts"] == ["/run/docker.sock"]
    assert (found["log_driver"], found["log_options"]) == ("gelf", ["gelf-address"])
    assert found["environment"] == {"ENABLE_RECORDING": "1", "JVB_PASSWORD": None}
    assert CANARY not in json.dumps(found)
    assert containers.container("podman", {"Id": "1"}, redactor.Redactor(b""))["mounts"] == []


def test_hidden_processes_are_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    slurp = processes.slurp

    def hiding(path: str, limit: int = 262144) -> bytes:
        if path == "/proc/1/stat":
            raise FileNotFoundError(path)
        return slurp(path, limit)

    monkeypatch.setattr(processes, "slurp", hiding)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (record,) = collect(Path("/"), step("probe", "processes", max_bytes=1 << 24)).values()
    assert (record["state"], record["content"]) == ("denied", b"")
