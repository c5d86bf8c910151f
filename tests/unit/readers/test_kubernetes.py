"""Kubernetes manifests: containers, what they are given, and files of ConfigMaps."""

from selfhost.readers.kubernetes import read_manifests
from selfhost.readers.tree import Source, Unknown

MAP = """apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  ENABLE_RECORDING: "1"
  jicofo.conf: |
    jicofo {
    }
"""
WEB = """apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
      - name: web
        image: jitsi/web:stable
        ports: [{ containerPort: 8080, hostPort: 80 }]
        envFrom:
        - configMapRef: { name: settings }
        env:
        - name: TZ
          value: UTC
        - name: ENABLE_AUTH
          valueFrom: { configMapKeyRef: { name: settings, key: ENABLE_RECORDING } }
        - name: JVB_AUTH_PASSWORD
          valueFrom: { secretKeyRef: { name: s, key: p } }
        - name: PUBLIC_URL
          value: https://$(HOST)/
"""


def test_a_container_has_what_maps_of_the_same_file_give_it() -> None:
    (web,) = read_manifests(Source("all.yaml", f"{MAP}---\n{WEB}")).containers
    assert web.image is not None
    assert web.image.value == "jitsi/web:stable"
    assert [port.value for port in web.ports] == ["80:8080"]
    values = {key: web.environment.get((key,)) for key in ("ENABLE_RECORDING", "TZ", "ENABLE_AUTH")}
    assert {key: node and node.value for key, node in values.items()} == {
        "ENABLE_RECORDING": "1",
        "TZ": "UTC",
        "ENABLE_AUTH": "1",
    }
    recording = values["ENABLE_RECORDING"]
    assert recording is not None
    assert recording.origin.line == 6
    for name in ("JVB_AUTH_PASSWORD", "PUBLIC_URL"):
        node = web.environment.get((name,))
        assert node is not None
        assert isinstance(node.value, Unknown)


def test_a_map_that_was_not_given_leaves_the_variables_open() -> None:
    (web,) = read_manifests(Source("web.yaml", WEB)).containers
    node = web.environment.get(("ENABLE_TRANSCRIPTIONS",))
    assert node is not None
    assert isinstance(node.value, Unknown)


def test_a_list_and_two_files_are_one_set() -> None:
    listed = "kind: List\napiVersion: v1\nitems:\n" + "".join(
        f"{'- ' if not i else '  '}{line}\n" for i, line in enumerate(MAP.splitlines())
    )
    (web,) = read_manifests(Source("a.yaml", listed), Source("b.yaml", WEB)).containers
    node = web.environment.get(("ENABLE_RECORDING",))
    assert node is not None
    assert node.value == "1"


def test_files_keep_their_lines() -> None:
    ((name, file),) = read_manifests(Source("a.yaml", f"# x\n---\n{MAP}")).files
    assert name == "jicofo.conf"
    assert file.text.splitlines().index("jicofo {") + 1 == 10


def test_a_broken_manifest_is_a_problem_of_its_own() -> None:
    read = read_manifests(Source("a.yaml", f"kind: Pod\na: [\n---\n{WEB}"))
    assert [problem.fatal for problem in read.problems] == [True]
    assert len(read.containers) == 1
