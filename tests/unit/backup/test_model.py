"""A backup's tar: what is in comes out; what was changed, cut or added is refused."""

import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

from selfhost.backup import model
from selfhost.backup.create import received
from selfhost.backup.model import Backup, Entry, pack, unpack
from selfhost.errors import TargetError, UsageError

DOMAIN = "meet.example.org"
ACCOUNT = "servers/meet/var/lib/prosody/meet%2eexample%2eorg/accounts/anna.dat"
BACKUP = Backup(
    DOMAIN,
    "2026-11-27T22:00:00+00:00",
    "1.2.3",
    (
        Entry("inventory/hosts.yml", "settings", 0o644, b"all: {}\n"),
        Entry("inventory/group_vars/all/secrets.yml", "settings", 0o600, b"a: b\n"),
        Entry(ACCOUNT, "account", 0o640, b"return {}\n"),
        Entry(
            "servers/meet/etc/letsencrypt/live/selfhost/cert.pem",
            "certificate",
            0o777,
            target="../../archive/selfhost/cert1.pem",
        ),
    ),
)


def test_what_goes_in_comes_out() -> None:
    assert unpack(pack(BACKUP), "x.age") == BACKUP
    assert pack(BACKUP) == pack(BACKUP)


def changed(edit: Callable[[dict[str, Any], list[tarfile.TarInfo]], None]) -> bytes:
    """The backup's tar, with a changed manifest or member list."""
    source = tarfile.open(fileobj=io.BytesIO(pack(BACKUP)))  # noqa: SIM115
    members = source.getmembers()
    contents = {
        m.name: f.read() if (f := source.extractfile(m)) else b"" for m in members if m.isreg()
    }
    manifest = json.loads(contents["manifest.json"])
    edit(manifest, members)
    contents["manifest.json"] = json.dumps(manifest).encode()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for member in members:
            data = contents.get(member.name, b"evil")
            if member.isreg():
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
            else:
                archive.addfile(member)
    return stream.getvalue()


def listed(name: str, **more: Any) -> dict[str, Any]:
    sha256 = "4c7a1d55b6e8cfb0d9b1f6b6a3d6a4ad"
    return {"name": name, "kind": "account", "mode": "0640", "size": 4, "sha256": sha256, **more}


def member(name: str, **attributes: Any) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    for key, value in attributes.items():
        setattr(found, key, value)
    return found


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda m, t: m.update(schema="selfhost.backup/2"), "format 2, and this selfhost knows"),
        (lambda m, t: m.update(schema="something"), "is not a backup"),
        (lambda m, t: t.reverse(), "is not a backup"),
        (lambda m, t: m["files"][2].update(sha256="0" * 64), "is not what its list says"),
        (lambda m, t: m["files"][2].update(size=1), "is not what its list says"),
        (lambda m, t: m["files"].pop(), "other files than its list"),
        (lambda m, t: t.pop(), "other files than its list"),
        (lambda m, t: t.append(t[-1]), "twice"),
        (lambda m, t: m.update(files=[1]), "not understood"),
        (lambda m, t: m.update(files=None), "not understood"),
        (lambda m, t: m["files"][0].pop("mode"), "not understood"),
        # Names that lead elsewhere.
        (
            lambda m, t: (
                t.append(member("servers/meet/etc/passwd")),
                m["files"].append(listed("servers/meet/etc/passwd")),
            ),
            "no place in a backup",
        ),
        (
            lambda m, t: (
                t.append(member("inventory/../../evil.yml")),
                m["files"].append(listed("inventory/../../evil.yml")),
            ),
            "no place in a backup",
        ),
        (
            lambda m, t: (
                t.append(member("servers/../x/etc/jitsi/meet/a.crt")),
                m["files"].append(listed("servers/../x/etc/jitsi/meet/a.crt")),
            ),
            "no place in a backup",
        ),
        (lambda m, t: setattr(t[-1], "linkname", "/etc/shadow"), "no place in a backup"),
        # Members that are neither files nor links.
        (lambda m, t: t.append(member("dev", type=tarfile.CHRTYPE)), "is damaged"),
        (
            lambda m, t: t.append(member("hard", type=tarfile.LNKTYPE, linkname=ACCOUNT)),
            "is damaged",
        ),
        (lambda m, t: t.append(member("dir", type=tarfile.DIRTYPE)), "is damaged"),
    ],
)
def test_what_was_made_by_somebody_else_is_refused(
    edit: Callable[[dict[str, Any], list[tarfile.TarInfo]], None], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        unpack(changed(edit), "x.age")
    assert said in caught.value.message
    assert caught.value.message.startswith("x.age ")


@pytest.mark.parametrize("content", [b"", b"\0" * 2048, b"garbage" * 1000])
def test_what_is_no_tar_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"^x\.age is"):
        unpack(content, "x.age")


@pytest.mark.parametrize("cut", [100, 600, 1500, 3000])
def test_a_tar_that_was_cut_is_refused(cut: int) -> None:
    with pytest.raises(UsageError, match=r"^x\.age "):
        unpack(pack(BACKUP)[:cut], "x.age")


def tar(*members: tarfile.TarInfo) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for one in members:
            archive.addfile(one, io.BytesIO(bytes(one.size)))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "cut off"),
        (tar(member("a", size=3))[:1024], "cut off"),
        (b"x" * 4096 + bytes(1024), "not a backup"),
        (tar(member("dev", type=tarfile.BLKTYPE)), "not a backup"),
        (tar(*[member("a")] * 3), None),
    ],
)
def test_what_a_server_sends_is_judged(
    sent: bytes, said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if said is None:
        assert len(received(sent, "meet")) == 3
        monkeypatch.setattr(model, "MAX_FILES", 2)
        said = "not a backup"
    with pytest.raises(TargetError, match=said):
        received(sent, "meet")
