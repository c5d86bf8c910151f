"""A secret planted wherever a Jitsi server keeps one is in no output."""

import fnmatch
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from selfhost.cli.root import run
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.syntax import syntax_of
from selfhost.evidence.plan import full_plan
from tests.unit.evidence.planted_secrets import PLACES, planted, shown, shown_in_file

FORMATS = ("terminal", "json", "sarif", "junit", "markdown", "html")
#: Read by no step; that it is not there is what is asked.
NEVER_READ = "account"
ALL = [(kind, name) for kind, places in PLACES.items() for name in places]
LONE = {"env": "docker.environment", "compose": "docker.compose", "helm": "helm.values"}


def text_of(kind: str, name: str) -> str:
    return planted(PLACES[kind][name]["text"], ALL.index((kind, name)))


def cut(text: str) -> str:
    """The text up to its last secret and a character: no bracket and no block is closed."""
    ends = [text.rfind(part) + len(part) for part in ("canary", "CaNaRyB7fQ2mTz8w") if part in text]
    end = max(ends, default=len(text))
    if text[end : end + 1] == "@" or "passwd" in text:  # what follows says that it is one
        end = text.find("\n", end)
    return text[: end + 1]


def plant(root: Path, kind: str, change: Callable[[str], str] = str) -> Path:
    for name, place in PLACES[kind].items():
        path = root / place["path"].lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(change(text_of(kind, name)), "utf-8")
    return root


def source(path: str) -> str | None:
    return next(
        (
            step.name
            for step in full_plan()
            if step.kind == "files"
            for place in step.places
            if fnmatch.fnmatch(path, place) and path.count("/") == place.count("/")
        ),
        None,
    )


@pytest.mark.parametrize(("kind", "name"), [place for place in ALL if place[1] != NEVER_READ])
def test_a_place_shows_no_secret_whole_or_cut_off(kind: str, name: str) -> None:
    path = PLACES[kind][name]["path"]
    found = source(path) if kind == "server" else LONE.get(name, "kubernetes.manifests")
    assert found is not None, f"no step reads {path}"
    text = text_of(kind, name)
    assert shown(text), "nothing is planted"
    for given in (text, cut(text), text.replace("\n", "\r\n")):
        for final in (given, "# a 'remark\n" + given):
            out = Redactor(b"k" * 32).content(final.encode(), syntax_of(found, path))
            assert shown(out) == []
            assert out.count(b"\n") == final.count("\n")
            again = Redactor(b"k" * 32).content(out, syntax_of(found, path))
            assert again == out


def test_accounts_are_read_by_no_step() -> None:
    assert source(PLACES["server"][NEVER_READ]["path"]) is None


def tar_of(root: Path) -> Path:
    path = root.with_suffix(".tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        archive.add(root, ".")
    return path


def nothing_shown(folder: Path, said: tuple[str, str]) -> None:
    assert shown(said[0]) + shown(said[1]) == []
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {str(path): found for path in files if (found := shown_in_file(path))} == {}


@pytest.mark.parametrize("change", [str, cut], ids=["whole", "cut-off"])
@pytest.mark.parametrize("kind", ["server", "deployment"])
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "tar"])
def test_no_report_and_no_bundle_shows_one(
    tmp_path: Path,
    kind: str,
    packed: bool,
    change: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = plant(tmp_path / "root", kind, change)
    given = tar_of(root) if packed else root
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    reports = [f"--output={form}={out}/report.{form}" for form in FORMATS]
    kept = f"--save-evidence={out}/kept.tar.gz"
    assert run(["--debug", "audit", "-v", "--timings", str(given), *reports, kept]) in (1, 3)
    assert run(["--debug", "collect", str(given), "--output", f"{out}/collected.tar.gz"]) == 0
    assert run(["audit", "-v", f"{out}/collected.tar.gz", f"--output=json={out}/later.json"]) in (
        1,
        3,
    )
    assert b"REDACTED_" in (out / "report.json").read_bytes() or kind == "deployment"
    assert len(list(out.iterdir())) == len(FORMATS) + 3
    nothing_shown(out, capsys.readouterr())


@pytest.mark.parametrize("change", [str, cut], ids=["whole", "cut-off"])
@pytest.mark.parametrize("name", PLACES["lone"])
def test_no_report_on_a_single_file_shows_one(
    tmp_path: Path, name: str, change: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    root = plant(tmp_path / "root", "lone", change)
    out = tmp_path / "out"
    out.mkdir()
    file = str(root / PLACES["lone"][name]["path"])
    reports = [f"--output={form}={out}/report.{form}" for form in FORMATS]
    source = LONE.get(name, "kubernetes.manifests")
    run(["audit", "-v", file, "--kind", source, *reports, f"--save-evidence={out}/kept.tar.gz"])
    assert (out / "kept.tar.gz").exists()
    nothing_shown(out, capsys.readouterr())


def test_what_follows_an_audit_shows_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    (out / "state").mkdir()
    root = plant(tmp_path / "root", "server")
    jicofo = root / "etc/jitsi/jicofo/a.conf"
    secret = jicofo.read_text("utf-8")
    jicofo.write_text("jicofo { }\n")
    run(["audit", str(root), "--output=json=before.json"])
    assert run(["watch", str(root), "--state", str(out / "state")]) in (0, 1, 3)
    jicofo.write_text(
        secret + 'jicofo.transcription.url-template = "wss://u:swordfish999canary@x"\n'
    )
    run(["audit", str(root), "--output=json=after.json"])
    assert run(["watch", str(root), "--state", str(out / "state")]) in (1, 3)
    failed = [
        result["control"]
        for result in json.loads((out / "after.json").read_text("utf-8"))["results"]
        if result["status"] == "fail"
    ]
    assert "jicofo-transcription-url" in failed
    (out / "waivers.yml").write_text(
        "waivers:\n"
        + "".join(
            f"  - control: {control}\n    reason: known\n    owner: a\n    expires: 2099-01-01\n"
            for control in failed
        )
    )
    run(["audit", str(root), "--waivers", "waivers.yml", "--baseline", "before.json", "-v"])
    assert run(["diff", "before.json", "after.json"]) == 1
    run(["fix", "--report", "after.json"])
    (out / "pass").write_text("a passphrase of some words")
    (out / "pass").chmod(0o600)
    key = [f"--key={out}/key", f"--passphrase-file={out}/pass"]
    assert run(["attest", "init-key", *key]) == 0
    run(["attest", "--report", "after.json", *key])
    nothing_shown(out, capsys.readouterr())
