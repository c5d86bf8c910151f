"""Which target a word names, and what evidence files, folders and tars give."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from selfhost.errors import TargetError, UsageError
from selfhost.evidence.bundle import write_bundle
from selfhost.evidence.model import Document, Evidence, State
from selfhost.targets.archive import ArchiveTarget
from selfhost.targets.bundle import BundleTarget
from selfhost.targets.directory import DirectoryTarget
from selfhost.targets.file import FileTarget
from selfhost.targets.local import LocalTarget
from selfhost.targets.parse import parse_target
from selfhost.targets.recognise import SAMPLE, recognise
from selfhost.targets.ssh import SshTarget
from tests.fuzz import guard

CANARY = "c4n4rySECRETvalue"
JICOFO = "jicofo { bridge { } }\n"
NGINX = "nginx.files"


def write(root: Path, **files: str) -> Path:
    """``etc__jitsi__x`` is the path etc/jitsi/x; ``_dot_`` stands for a dot."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def states(evidence: Evidence, source: str) -> list[tuple[str, str]]:
    return [(d.path, str(d.state)) for d in evidence.of(source)]


def test_servers() -> None:
    target = parse_target("ssh://admin@meet.example.org:2222")
    assert isinstance(target, SshTarget)
    assert (target.endpoint.host, target.endpoint.port, target.endpoint.user) == (
        "meet.example.org",
        2222,
        "admin",
    )
    assert target.name == "ssh://admin@meet.example.org:2222"
    six = parse_target("ssh://root@[2001:db8::1]")
    assert isinstance(six, SshTarget)
    assert (six.endpoint.host, six.endpoint.port) == ("2001:db8::1", 22)
    assert isinstance(parse_target("local"), LocalTarget)


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("http://meet.example.org", "only looked at over TLS", "https://"),
        ("podman:", "names no container", "podman:NAME"),
        ("docker:a b", "names no container", "docker:NAME"),
        ("docker:--privileged", "names no container", "docker:NAME"),
        ("podman:a:/etc", "names no container", "podman:NAME"),
        ("compose:a/b", "names no project", "compose:PROJECT"),
        ("composer:meet", "does not exist", "did you mean compose:meet?"),
        ("shh://x", "no targets of the kind", "did you mean ssh"),
        ("ssh://", "does not name a server", "looks like"),
        ("ssh://-oProxyCommand=x", "does not name a server", "looks like"),
        ("ssh://a:b@h.example.org", "password", "key"),
        ("ssh://h.example.org/x", "more than", "looks like"),
        ("ssh://h.example.org:99999", "does not name a server", "looks like"),
        ("locl", "does not exist", "did you mean local"),
        ("root@meet.example.org", "does not exist", "ssh://root@meet.example.org"),
        ("a\0b", "does not exist", "a target is"),
    ],
)
def test_words_that_name_nothing(text: str, said: str, hint: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        parse_target(text)
    assert hint in caught.value.hint


def test_a_mistyped_path_is_told_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, config_dot_js="")
    with pytest.raises(UsageError) as caught:
        parse_target(str(tmp_path / "confg.js"))
    assert caught.value.hint == f"did you mean {tmp_path / 'config.js'}?"


def test_kind_is_checked(tmp_path: Path) -> None:
    path = write(tmp_path, x="") / "x"
    with pytest.raises(UsageError, match="no kind of file") as caught:
        parse_target(str(path), kind="jicofo.confg")
    assert "jicofo.config" in caught.value.hint
    with pytest.raises(UsageError, match="single file"):
        parse_target(str(tmp_path), kind="jicofo.config")


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        ("config.js", "", "web.config"),
        ("meet.example.org-config.js", "", "web.config"),
        ("x.cfg.lua", "", "prosody.config"),
        (".env", "", "docker.environment"),
        ("jvb.conf", "", "videobridge.config"),
        ("saved.txt", "var config = {\n};\n", "web.config"),
        ("saved.txt", "var interfaceConfig = {\n};\n", "web.interface"),
        ("saved.txt", 'VirtualHost "a"\n', "prosody.config"),
        ("saved.txt", "jicofo {\n}\n", "jicofo.config"),
        ("saved.txt", "videobridge {\n}\n", "videobridge.config"),
        ("saved.txt", "# configuration file /etc/nginx/nginx.conf:\n", "nginx.effective"),
        ("saved.txt", "use-auth-secret\n", "coturn.config"),
        ("saved.txt", "ENABLE_RECORDING=1\n", "docker.environment"),
        ("jicofo/sip-communicator.properties", "", "jicofo.legacy"),
        ("sip-communicator.properties", "org.jitsi.videobridge.x=1\n", "videobridge.legacy"),
        ("sip-communicator.properties", "org.jitsi.jigasi.x=1\n", "jigasi.config"),
        ("custom-sip-communicator.properties", "", "jigasi.config"),
        ("jigasi/config", "", "jigasi.environment"),
        ("jibri/logging.properties", "", "jibri.logging"),
        ("custom-jibri.conf", "", "jibri.config"),
        ("xmpp.conf", "jibri.api.xmpp.environments = [ ]\n", "jibri.config"),
        ("config.json", '{\n "recording_directory": "/r"\n}\n', "jibri.legacy"),
        ("jmr.conf", "", "multitrack.config"),
        (".env", "SKYNET_PORT=8000\n", "skynet.environment"),
        (".env", "PROVIDERS_PRIORITY=openai\n", "opus.environment"),
        (".env", "PUBLIC_URL=x\nENABLED_MODULES=assistant\n", "docker.environment"),
        ("wrangler.jsonc", '{ "name": "opus-transcriber-proxy" }\n', "opus.environment"),
        ("meet.conf", "server_name _;\nroot /usr/share/jitsi-meet;\nlocation = / {\n}\n", NGINX),
        ("meet.conf", "{{ if .Env.X }}\nlocation ~ ^/x {\n}\n{{ end }}\n", NGINX),
        ("ssl.conf", "ssl_certificate /config/keys/cert.crt;\n", NGINX),
        ("vhost.conf", "<VirtualHost *:443>\n  ServerName x\n</VirtualHost>\n", "apache.files"),
        (".env", "#!/bin/bash\nPUBLIC_URL=x\n", "docker.environment"),
    ],
)
def test_a_single_file(tmp_path: Path, name: str, text: str, source: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    evidence = parse_target(str(path)).collect()
    assert evidence.scope == frozenset({source})
    assert [(d.path, d.state, d.mode) for d in evidence.documents] == [
        (str(path), State.PRESENT, "")
    ]


def test_a_file_that_nobody_knows_needs_its_kind(tmp_path: Path) -> None:
    path = write(tmp_path, note=f'app_secret = "{CANARY}"\n') / "note"
    with pytest.raises(UsageError, match="not recognised"):
        parse_target(str(path)).collect()
    evidence = parse_target(str(path), kind="prosody.config").collect()
    assert evidence.scope == frozenset({"prosody.config"})
    assert CANARY not in evidence.documents[0].text


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("setup.sh", "JICOFO_AUTH_PASSWORD=x\n", "a script"),
        ("setup", "#!/usr/bin/env bash\ncat <<E > jicofo.conf\njicofo {\n}\nE\n", "a script"),
        ("main.tf", 'resource "x" "y" {\n}\n', "of Terraform"),
        ("deploy.yml", "- hosts: all\n  tasks: []\n", "of Ansible"),
        ("tasks.yml", "- name: jvb\n  template: src=jvb.conf.j2\n", "of Ansible"),
        ("web.yaml", "{{- if .Values.web.enabled }}\nkind: Service\n{{- end }}\n", "Helm chart"),
    ],
)
def test_what_only_makes_files_is_told_from_them(
    tmp_path: Path, name: str, text: str, what: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UsageError, match=what) as raised:
        parse_target(str(path)).collect()
    assert raised.value.hint.startswith("give ")


def test_what_stands_inside_of_yaml_is_not_the_file(tmp_path: Path) -> None:
    text = "jitsi_config: |\n  org.jitsi.jigasi.ENABLE_TRANSCRIPTION=true\n  modules_enabled = {}\n"
    path = write(tmp_path, main_dot_yml=text) / "main.yml"
    with pytest.raises(UsageError, match="not recognised"):
        parse_target(str(path)).collect()


def test_a_file_of_50_mb_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "config.js").open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    (document,) = parse_target(str(tmp_path / "config.js")).collect().documents
    assert (document.state, document.content) == (State.TOO_LARGE, b"")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, config_dot_js="")
    target = FileTarget(tmp_path / "config.js")
    monkeypatch.setattr(os, "open", _refuse)
    with pytest.raises(TargetError, match="may not be read"):
        target.collect()


def _refuse(*_: object, **__: object) -> int:
    raise PermissionError(13, "Permission denied")


def test_a_part_of_a_root_file_system(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        **{
            "etc__jitsi__jicofo__other": "",
            "etc__jitsi__meet__h-config_dot_js": "var config = {};\n",
            "etc__prosody__prosody_dot_cfg_dot_lua": f'app_secret = "{CANARY}"\n',
            "etc__systemd__system__x_dot_service": "[Service]\n",
        },
    )
    evidence = parse_target(str(root)).collect()
    assert evidence.scope is not None
    assert states(evidence, "jicofo.config") == [
        ("/etc/jitsi/jicofo/jicofo.conf", "absent"),
        ("/etc/jitsi/jicofo/*.conf", "absent"),
    ]
    assert states(evidence, "web.config") == [("/etc/jitsi/meet/h-config.js", "present")]
    assert states(evidence, "host.unit_overrides")[0] == (
        "/etc/systemd/system/x.service",
        "present",
    )
    unseen = ("nginx.files", "nginx.effective", "coturn.config", "host.packages", "host.cron")
    assert not evidence.scope & {*unseen, "docker.environment", "web.page", "host.processes"}
    assert not any(CANARY in document.text for document in evidence.documents)


def test_a_lone_file_in_a_root_file_system(tmp_path: Path) -> None:
    root = write(tmp_path, **{"etc__jitsi__meet__h-config_dot_js": "var config = {};\n"})
    evidence = parse_target(str(root)).collect()
    assert evidence.scope == frozenset({"web.config"})


def test_a_whole_root_file_system(tmp_path: Path) -> None:
    status = (
        "Package: jicofo\nStatus: install ok installed\nArchitecture: all\nVersion: 1.0-1\n\n"
        "Package: apt\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 2\n"
    )
    root = write(tmp_path, var__lib__dpkg__status=status, etc__jitsi__x="")
    evidence = parse_target(str(root)).collect()
    assert evidence.scope is not None
    assert evidence.scope >= {"nginx.files", "coturn.config", "host.cron", "host.media_files"}
    assert not evidence.scope & {"nginx.effective", "host.processes", "docker.environment"}
    (packages,) = evidence.of("host.packages")
    assert packages.text == "rc \tapt\t2\tamd64\nii \tjicofo\t1.0-1\tall\n"


def test_a_docker_folder(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        **{
            "_dot_env": f"JVB_AUTH_PASSWORD={CANARY}\n",
            "docker-compose_dot_yml": "services:\n",
            "env_dot_example": "",
            "web__rootfs__defaults__nginx_dot_conf": "",
        },
    )
    evidence = parse_target(str(root)).collect()
    assert evidence.scope == frozenset({"docker.environment", "docker.compose"})
    assert states(evidence, "docker.environment")[0] == ("/.env", "present")
    assert ("/docker-compose.yml", "present") in states(evidence, "docker.compose")
    assert not any(CANARY in document.text for document in evidence.documents)


def test_another_program_s_variables_are_no_deployment(tmp_path: Path) -> None:
    root = write(tmp_path, _dot_env="SKYNET_LISTEN_IP=0.0.0.0\nLOG_LEVEL=DEBUG\n")
    assert parse_target(str(root)).collect().scope == frozenset({"skynet.environment"})


def test_loose_files(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        web__config_dot_js="",
        jicofo_dot_conf=JICOFO,
        notes_dot_txt="hello\n",
    )
    evidence = parse_target(str(root)).collect()
    assert evidence.scope == frozenset({"web.config", "jicofo.config"})
    assert states(evidence, "web.config") == [("/web/config.js", "present")]


def test_a_folder_without_anything_of_jitsi(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no file of a Jitsi server"):
        parse_target(str(tmp_path)).collect()


def tar(path: Path, *members: tuple[str, str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, link, kind in members:
            info = tarfile.TarInfo(name)
            info.type, info.mode = kind, 0o640
            content = link.encode() if kind == tarfile.REGTYPE else b""
            info.linkname = "" if kind == tarfile.REGTYPE else link
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
@pytest.mark.parametrize("prefix", ["", "./", "server/"])
def test_a_tar_is_read_as_the_folder_would_be(tmp_path: Path, mode: str, prefix: str) -> None:
    path = tar(
        tmp_path / "x.tar",
        (prefix + "etc/jitsi/jicofo/jicofo.conf", "../real", tarfile.SYMTYPE),
        (prefix + "etc/jitsi/real", JICOFO, tarfile.REGTYPE),
        (prefix + "etc/systemd/system/x.service", "/dev/null", tarfile.SYMTYPE),
        (prefix + "etc/turnserver.conf", "", tarfile.FIFOTYPE),
        (prefix + "etc/jitsi/videobridge/jvb.conf", "../../../../../etc/passwd", tarfile.SYMTYPE),
        ("../../etc/jitsi/videobridge/config", CANARY, tarfile.REGTYPE),
        mode=mode,
    )
    target = parse_target(str(path))
    assert isinstance(target, ArchiveTarget)
    evidence = target.collect()
    (jicofo,) = evidence.of("jicofo.config")
    assert (jicofo.text, jicofo.mode, jicofo.target) == (JICOFO, "0640", "../real")
    assert states(evidence, "host.unit_overrides")[0] == (
        "/etc/systemd/system/x.service",
        "present",
    )
    assert states(evidence, "coturn.config")[0] == ("/etc/turnserver.conf", "failed")
    assert states(evidence, "videobridge.config") == [("/etc/jitsi/videobridge/jvb.conf", "absent")]
    assert not any(CANARY in document.text for document in evidence.documents)


def test_a_damaged_tar(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tgz", ("etc/jitsi/x", "x" * 5000, tarfile.REGTYPE))
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(TargetError, match="damaged"):
        parse_target(str(path)).collect()


def test_a_bundle_keeps_its_name(tmp_path: Path) -> None:
    evidence = Evidence(
        "ssh://root@x", "2026-01-01T00:00:00Z", (Document("a", "/a", State.ABSENT),)
    )
    write_bundle(evidence, tmp_path / "e.tar.gz")
    target = parse_target(str(tmp_path / "e.tar.gz"))
    assert isinstance(target, BundleTarget)
    assert target.collect() == evidence


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listdir", _refuse)
    with pytest.raises(TargetError, match="cannot be read"):
        DirectoryTarget(tmp_path).collect()


MANIFEST = f"""apiVersion: v1
kind: ConfigMap
data:
  jicofo.conf: |
    jicofo {{
      xmpp.client.password = "{CANARY}"
    }}
  entry.sh: |
    #!/bin/sh
    echo
---
apiVersion: v1
kind: Pod
spec:
  containers:
  - name: jvb
    env:
    - name: JVB_AUTH_PASSWORD
      value: {CANARY}
"""


def test_files_of_a_manifest_are_documents_of_their_own(tmp_path: Path) -> None:
    path = write(tmp_path, deploy__jitsi_dot_yaml=MANIFEST) / "deploy" / "jitsi.yaml"
    expected = {("kubernetes.manifests", "jitsi.yaml"), ("jicofo.config", "jicofo.conf")}
    for target in (FileTarget(path), DirectoryTarget(path.parent)):
        evidence = target.collect()
        found = {(d.source, d.path.rpartition("/")[2]) for d in evidence.documents}
        assert found == expected
        assert CANARY not in "".join(document.text for document in evidence.documents)


@pytest.mark.parametrize("piece", ["\n", " ", "\t", "add_header a\n", "{{", "jibri:\n", "<script>"])
def test_no_text_keeps_the_recogniser_busy(piece: str) -> None:
    guard.checked(lambda text: recognise("/x/unknown", text), piece * (SAMPLE // len(piece)))
