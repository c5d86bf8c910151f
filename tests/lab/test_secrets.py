"""Secrets planted all over a real server: whoever audits it sees none of them."""

import io
import tarfile
from pathlib import Path

import pytest

from selfhost import lab
from tests.lab.conftest import Site
from tests.unit.evidence.planted_secrets import PLACES, planted, shown, shown_in_file

FORMATS = ("terminal", "json", "sarif", "junit", "markdown", "html")
_SLEEP = "import time; time.sleep(600)"
#: In running programs: in their arguments and their environment.
_PROGRAMS = (
    f"python3 -c '{_SLEEP}' --password § -Dx.password=§ -u me:§ --header 'X-API-Key: §' --token=%%",
    "env LDAP_PASSWORD=§ DATABASE_URL=postgres://u:§@h/x JAVA_OPTS=-Dy.secret=§ "
    f"python3 -c '{_SLEEP}'",
    f"bash -c 'exec -a sshpass python3 -c \"{_SLEEP}\" -p § ssh h'",
    f"bash -c 'exec -a redis-cli python3 -c \"{_SLEEP}\" -a §'",
    f"python3 -c '{_SLEEP}' rtmp://a.rtmp.youtube.com/live2/§ https://hooks.slack.com/services/T1/B1/%%",
)
#: What nginx itself shows; it must be right, unlike the table's.
_NGINX = """
map $http_x_api_key $planted_key { default 0; "§" 1; }
server {
    listen 127.0.0.1:4999;
    location / { proxy_set_header Authorization "Basic ¤"; proxy_pass http://127.0.0.1:4998; }
}
"""


def plant(name: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for number, (place, file) in enumerate(PLACES["server"].items()):
            text = _NGINX if place == "nginx" else file["text"]
            if place.startswith("nginx ") or file["path"].startswith("/etc/apt/"):
                continue
            content = planted(text, number).encode()
            info = tarfile.TarInfo(file["path"].lstrip("/"))
            info.size, info.mode = len(content), 0o644
            archive.addfile(info, io.BytesIO(content))
    done = lab.run(name, ["tar", "-x", "-C", "/"], input=packed.getvalue())
    assert done.returncode == 0, done.stderr
    for number, program in enumerate(_PROGRAMS, start=900):
        line = planted(program, number)
        lab.run(name, ["sh", "-c", f"setsid {line} >/dev/null 2>&1 </dev/null &"])


@pytest.mark.parametrize("command", ["audit", "collect"])
def test_no_planted_secret_leaves_the_server(site: Site, command: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.tar.gz"
    try:
        plant(site.server.name)
        if command == "audit":
            reports = [f"--output={form}={tmp_path}/report.{form}" for form in FORMATS]
            done = site.selfhost("audit", "-v", "--timings", f"--save-evidence={kept}", *reports)
            assert done.returncode == 1, done.stderr
            fixed = site.selfhost("fix")
            assert shown(fixed.stdout + fixed.stderr) == []
        else:
            done = site.selfhost("collect", "--output", str(kept))
            assert done.returncode == 0, done.stderr
    finally:
        site.reset()
    assert shown(done.stdout + done.stderr) == []
    with tarfile.open(kept) as archive:
        streams = [archive.extractfile(m) for m in archive.getmembers() if m.isfile()]
        collected = b"".join(stream.read() for stream in streams if stream is not None)
    for sign in (
        b"planted_key",
        b"--header",
        b"hooks.slack.com",
        b"LDAP_PASSWORD",
        b"omelasticsearch",
    ):
        assert sign in collected, f"{sign!r}: what holds the secrets was not read"
    files = [p for root in (tmp_path, site.inventory) for p in root.rglob("*") if p.is_file()]
    assert {str(path): found for path in files if (found := shown_in_file(path))} == {}
