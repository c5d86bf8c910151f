"""Saved images: layers as they lie on one another, and archives made to hurt."""

import gzip
import hashlib
import io
import json
import lzma
import tarfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls.model import Status
from selfhost.controls.registry import controls
from selfhost.errors import TargetError
from selfhost.evidence.model import Evidence
from selfhost.targets import image, image_outline
from selfhost.targets.parse import parse_target

Layer = Mapping[str, str | tarfile.TarInfo]
CONF = "etc/jitsi/jicofo/jicofo.conf"


def entry(kind: bytes, link: str = "", size: int = 0) -> tarfile.TarInfo:
    made = tarfile.TarInfo()
    made.type, made.linkname, made.size = kind, link, size
    return made


def tar(files: Layer) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as made:
        for name, what in files.items():
            if isinstance(what, tarfile.TarInfo):
                what.name = name
                made.addfile(what)
            else:
                member = tarfile.TarInfo(name)
                content = what.encode()
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
    return raw.getvalue()


def blob(content: bytes) -> tuple[str, str]:
    digest = hashlib.sha256(content).hexdigest()
    return f"sha256:{digest}", f"blobs/sha256/{digest}"


def archive_of(path: Path, members: Sequence[tuple[str, bytes | tarfile.TarInfo]]) -> Path:
    with tarfile.open(path, "w") as made:
        for name, content in members:
            member = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            member.name = name
            if isinstance(content, bytes):
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
            else:
                made.addfile(member)
    return path


def docker_archive(
    path: Path,
    layers: Sequence[Layer | bytes],
    *,
    tag: str = "ghcr.io/jitsi/jicofo:stable",
    config: Mapping[str, Any] | None = None,
    packed: Callable[[bytes], bytes] = bytes,
    last: bool = True,
) -> Path:
    """As ``docker save`` and ``podman save`` write it; ``last``: the manifest comes at the end."""
    blobs = [layer if isinstance(layer, bytes) else tar(layer) for layer in layers]
    names = [f"{number:064x}/layer.tar" for number in range(len(blobs))]
    manifest = [{"Config": "c0ffee.json", "RepoTags": [tag] if tag else None, "Layers": names}]
    own = ("manifest.json", json.dumps(manifest).encode())
    members = [
        ("c0ffee.json", json.dumps({"config": dict(config or {})}).encode()),
        *((name, packed(content)) for name, content in zip(names, blobs, strict=True)),
    ]
    return archive_of(path, [*members, own] if last else [own, *members])


def oci_archive(path: Path, layers: Sequence[Layer], config: Mapping[str, Any]) -> Path:
    contents = [gzip.compress(tar(layer)) for layer in layers]
    described = json.dumps({"config": dict(config)}).encode()
    inner = json.dumps(
        {
            "config": {"digest": blob(described)[0]},
            "layers": [{"digest": blob(content)[0]} for content in contents],
        }
    ).encode()
    index = {
        "manifests": [
            {
                "digest": blob(inner)[0],
                "annotations": {"org.opencontainers.image.ref.name": "jitsi/jibri:stable"},
            },
            {"digest": "sha256:00", "platform": {"os": "unknown"}},
        ]
    }
    return archive_of(
        path,
        [
            ("oci-layout", b'{"imageLayoutVersion": "1.0.0"}'),
            ("index.json", json.dumps(index).encode()),
            *((blob(content)[1], content) for content in (*contents, described, inner)),
        ],
    )


def collected(path: Path) -> Evidence:
    return parse_target(str(path)).collect()


def texts(evidence: Evidence, source: str) -> dict[str, str]:
    return {d.path: d.text for d in evidence.of(source)}


def failures(evidence: Evidence) -> dict[str, str]:
    results = evaluate(evidence, controls()).results
    return {r.control: r.message for r in results if r.status is Status.FAIL}


@pytest.mark.parametrize("packed", [bytes, gzip.compress, lzma.compress])
@pytest.mark.parametrize("last", [True, False])
def test_a_later_layer_wins(tmp_path: Path, packed: Callable[[bytes], bytes], last: bool) -> None:
    layers = [{CONF: "jicofo { old = 1 }\n"}, {CONF: "jicofo { new = 1 }\n"}]
    path = docker_archive(tmp_path / "i.tar", layers, packed=packed, last=last)
    assert texts(collected(path), "jicofo.config") == {f"/{CONF}": "jicofo { new = 1 }\n"}


@pytest.mark.parametrize(
    ("above", "left"),
    [
        ({"etc/jitsi/jicofo/.wh.jicofo.conf": ""}, []),
        ({"etc/jitsi/.wh.jicofo": ""}, []),
        ({"etc/jitsi/.wh..wh..opq": ""}, []),
        ({"etc/jitsi/jicofo": entry(tarfile.SYMTYPE, "/nowhere")}, []),
        ({"etc/jitsi/jicofo/.wh.jicofo.con": ""}, [f"/{CONF}"]),
        ({"etc/jitsi/jicofo": entry(tarfile.DIRTYPE)}, [f"/{CONF}"]),
        ({"etc/jitsi/jicofo/.wh..wh..opq": "", "etc/jitsi/jicofo/other.conf": "a=1\n"},
         ["/etc/jitsi/jicofo/other.conf"]),
        ({"etc/jitsi/.wh.jicofo": "", CONF: "jicofo { again = 1 }\n"}, [f"/{CONF}"]),
    ],
)  # fmt: skip
def test_whiteouts_hide_what_lies_below(tmp_path: Path, above: Layer, left: list[str]) -> None:
    below = {CONF: "jicofo { }\n", "etc/debian_version": "12\n"}
    evidence = collected(docker_archive(tmp_path / "i.tar", [below, above]))
    assert list(texts(evidence, "jicofo.config")) == left


def test_an_image_tells_what_its_containers_are_started_with(tmp_path: Path) -> None:
    config = {"Env": ["ENABLE_RECORDING=1", "JVB_AUTH_PASSWORD=c4n4rySECRET99"], "Cmd": ["/init"]}
    path = docker_archive(tmp_path / "i.tar", [{"etc/debian_version": "12\n"}], config=config)
    evidence = collected(path)
    assert all(b"c4n4rySECRET99" not in d.content for d in evidence.documents)
    assert "ENABLE_RECORDING" in failures(evidence)["docker-recording"]


def test_a_recorder_is_known_by_the_name_of_its_image(tmp_path: Path) -> None:
    layers = [{"etc/debian_version": "12\n"}, {"config/jibri.conf": "jibri { }\n"}]
    evidence = collected(oci_archive(tmp_path / "i.tar", layers, {"Env": ["A=1"]}))
    assert "jibri" in failures(evidence)["docker-recorder-services"].lower()
    assert texts(evidence, "jibri.config") == {"/config/jibri.conf": "jibri { }\n"}


def test_packed_as_a_whole(tmp_path: Path) -> None:
    plain = docker_archive(tmp_path / "i.tar", [{CONF: "jicofo { }\n"}])
    packed = tmp_path / "i.tar.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert texts(collected(packed), "jicofo.config") == {f"/{CONF}": "jicofo { }\n"}


def test_a_shared_layer_is_a_link_to_the_first(tmp_path: Path) -> None:
    first = tar({CONF: "jicofo { }\n"})
    manifest = [{"Config": "c.json", "RepoTags": ["x"], "Layers": ["a/layer.tar", "b/layer.tar"]}]
    path = archive_of(
        tmp_path / "i.tar",
        [
            ("c.json", b'{"config": {}}'),
            ("a/layer.tar", first),
            ("b/layer.tar", entry(tarfile.SYMTYPE, "../a/layer.tar")),
            ("manifest.json", json.dumps(manifest).encode()),
        ],
    )
    assert list(texts(collected(path), "jicofo.config")) == [f"/{CONF}"]


def test_a_root_file_system_with_a_manifest_of_its_own_is_no_image(tmp_path: Path) -> None:
    for text in ("{}", "[1]", "[", '[{"name": "icon"}]'):
        files = {CONF: "jicofo { }\n", "manifest.json": text}
        (tmp_path / "r.tar").write_bytes(tar(files))
        assert list(texts(collected(tmp_path / "r.tar"), "jicofo.config")) == [f"/{CONF}"]


# -- made to hurt ------------------------------------------------------------------------------


def test_names_and_links_that_lead_out_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("jicofo { the hosts }\n")
    layer: Layer = {
        "../../etc/jitsi/jicofo/a.conf": "x=1\n",
        "/etc/jitsi/jicofo/absolute.conf": "y=1\n",
        "etc/jitsi/jicofo/link.conf": entry(tarfile.SYMTYPE, f"../../../../..{tmp_path}/secret"),
        "etc/jitsi/jicofo/device.conf": entry(tarfile.CHRTYPE),
        "etc/jitsi/jicofo/pipe.conf": entry(tarfile.FIFOTYPE),
        "etc/jitsi/jicofo/loop.conf": entry(tarfile.SYMTYPE, "loop.conf"),
        "etc/jitsi/jicofo/hard.conf": entry(tarfile.LNKTYPE, "etc/shadow"),
        CONF: "jicofo { }\n",
    }
    before = sorted(tmp_path.iterdir())
    evidence = collected(docker_archive(tmp_path / "i.tar", [layer]))
    found = texts(evidence, "jicofo.config")
    assert all("the hosts" not in text for text in found.values())
    states = {d.path.rpartition("/")[2]: str(d.state) for d in evidence.of("jicofo.config")}
    assert states["absolute.conf"] == states["jicofo.conf"] == "present"
    assert states["device.conf"] == states["pipe.conf"] == states["loop.conf"] == "failed"
    assert states["hard.conf"] == "failed"
    assert not {"a.conf", "link.conf"} & states.keys()
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "i.tar"])


def test_paths_that_linux_cannot_open_cost_nothing(tmp_path: Path) -> None:
    layer: Layer = {
        "a/" * 200_000 + "b": "",
        "etc/jitsi/jicofo/sym.conf": entry(tarfile.SYMTYPE, "a/" * 200_000),
        "etc/jitsi/jicofo/hard.conf": entry(tarfile.LNKTYPE, "a/" * 200_000),
        CONF: "jicofo { }\n",
    }
    started = time.process_time()
    evidence = collected(docker_archive(tmp_path / "i.tar", [layer]))
    assert time.process_time() - started < 5
    states = {d.path.rpartition("/")[2]: str(d.state) for d in evidence.of("jicofo.config")}
    assert states == {"sym.conf": "failed", "hard.conf": "failed", "jicofo.conf": "present"}


def test_a_name_twice_in_a_layer_counts_as_the_last(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as made:
        for text in (b"jicofo { first = 1 }\n", b"jicofo { second = 1 }\n"):
            member = tarfile.TarInfo(CONF)
            member.size = len(text)
            made.addfile(member, io.BytesIO(text))
    evidence = collected(docker_archive(tmp_path / "i.tar", [raw.getvalue()]))
    assert texts(evidence, "jicofo.config") == {f"/{CONF}": "jicofo { second = 1 }\n"}


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([b"no tar at all" * 100], "damaged"),
        ([gzip.compress(tar({CONF: "x" * 5000}))[:90]], "damaged"),
        ([b"\x28\xb5\x2f\xfd" + b"0" * 600], "zstd"),
        ([tar({CONF: "jicofo { }"})[:700]], "damaged"),
    ],
)
def test_a_layer_that_cannot_be_read_is_said(
    tmp_path: Path, layers: list[bytes], said: str
) -> None:
    with pytest.raises(TargetError, match=said):
        collected(docker_archive(tmp_path / "i.tar", layers))


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ([{"Config": "c.json", "Layers": ["gone/layer.tar"]}], "lacks 1 of its 1 layers"),
        ([{"Config": "c.json", "Layers": ["../../etc/passwd"]}], "lacks 1 of its 1 layers"),
        ([{"Config": "c.json", "Layers": "abc"}], "not understood"),
        ([{"Config": "c.json", "Layers": [{}]}], "not understood"),
        ([{"Config": "gone.json", "Layers": []}], "not understood"),
        ([{"Config": 7, "Layers": []}], "not understood"),
        ([{"Config": "c.json", "Layers": ["x"] * 501}], "more than 500 layers"),
        ([{"Config": "c.json", "Layers": []}] * 2, "holds 2 images"),
        ([{"Layers": [], "RepoTags": {"a": 1}}] * 2, "not understood"),
        ([{"Layers": [], "RepoTags": 5}] * 2, "not understood"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_said(
    tmp_path: Path, manifest: object, said: str
) -> None:
    members = [("c.json", b'{"config": {}}'), ("manifest.json", json.dumps(manifest).encode())]
    with pytest.raises(TargetError, match=said):
        collected(archive_of(tmp_path / "i.tar", members))


@pytest.mark.parametrize(
    ("index", "manifest"),
    [
        ({"manifests": 5}, {}),
        ({"manifests": [{"digest": "sha256:a", "annotations": [1]}]}, {}),
        ({"manifests": [{"digest": "sha256:a", "annotations": "x"}]}, {}),
        ({"manifests": [{"digest": "sha256:a"}]}, {"layers": 5}),
        ({"manifests": [{"digest": ["sha256:a"]}]}, {}),
    ],
)
def test_an_index_that_makes_no_sense_is_said(
    tmp_path: Path, index: object, manifest: object
) -> None:
    members = [
        ("oci-layout", b"{}"),
        ("index.json", json.dumps(index).encode()),
        ("blobs/sha256/a", json.dumps(manifest).encode()),
    ]
    with pytest.raises(TargetError, match="not understood"):
        collected(archive_of(tmp_path / "i.tar", members))


@pytest.mark.parametrize("config", [{"Env": 5}, {"Env": [5], "Cmd": 7}])
def test_a_configuration_that_makes_no_sense_is_said(
    tmp_path: Path, config: dict[str, object]
) -> None:
    path = docker_archive(tmp_path / "i.tar", [{CONF: "jicofo { }\n"}], config=config)
    with pytest.raises(TargetError, match="not understood"):
        collected(path)


def test_layers_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [{f"etc/jitsi/x{n}/{m}": "" for m in range(60)} for n in range(3)]
    path = docker_archive(tmp_path / "i.tar", many)
    monkeypatch.setattr(image, "MAX_ENTRIES", 100)
    with pytest.raises(TargetError, match="more than 100 files"):
        collected(path)
    monkeypatch.setattr(image, "MAX_ENTRIES", 1000)
    monkeypatch.setattr(image, "MAX_KEPT", 1 << 20)
    big = [{f"etc/jitsi/{n}.conf": "x" * 600_000} for n in range(2)]
    with pytest.raises(TargetError, match="more than 1 MiB of files"):
        collected(docker_archive(tmp_path / "b.tar", big))


def test_a_bomb_does_not_unfold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """64 MiB of nothing in each of eight layers, and 4 MiB allowed: refused at once."""
    bomb = gzip.compress(tar({"srv/zeros": "\0" * (8 << 20)}), 9)
    path = docker_archive(tmp_path / "i.tar", [bomb] * 8)
    assert path.stat().st_size < 1 << 20
    monkeypatch.setattr(image, "MAX_UNPACKED", 20 << 20)
    started = time.monotonic()
    with pytest.raises(TargetError, match="holds more than"):
        collected(path)
    assert time.monotonic() - started < 20


def test_a_header_that_claims_a_huge_size_is_cheap(tmp_path: Path) -> None:
    member = tarfile.TarInfo(CONF)
    member.size = 1 << 60
    layer = member.tobuf() + b"jicofo { }\n".ljust(512, b"\0") + b"\0" * 1024
    with pytest.raises(TargetError, match=r"damaged|more than"):
        collected(docker_archive(tmp_path / "i.tar", [layer]))


def test_whiteouts_by_the_thousand_cost_little(tmp_path: Path) -> None:
    below = {f"srv/{n}/file": "" for n in range(20_000)} | {CONF: "jicofo { }\n"}
    above = {f"srv/.wh.{n}": "" for n in range(20_000)}
    path = docker_archive(tmp_path / "i.tar", [below, above])
    started = time.monotonic()
    assert list(texts(collected(path), "jicofo.config")) == [f"/{CONF}"]
    assert time.monotonic() - started < 60


def test_bounds_hold_for_the_outer_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [(f"{n}.json", b"{" + b" " * 2000 + b"}") for n in range(100)]
    path = archive_of(tmp_path / "i.tar", members)
    monkeypatch.setattr(image_outline, "MAX_TEXTS", 50_000)
    with pytest.raises(TargetError, match="more descriptions"):
        collected(path)
    monkeypatch.setattr(image_outline, "MAX_TEXTS", 1 << 30)
    monkeypatch.setattr("selfhost.evidence.archive.MAX_MEMBERS", 50)
    with pytest.raises(TargetError, match="more than 50 members"):
        collected(path)
