"""Real containers as targets: a Compose project as docker-jitsi-meet's scripts leave it, clean and
with things switched on, its saved image; and that looking runs nothing inside."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from selfhost.lab import boot, image, owned, runtime, state
from selfhost.lab.runtime import Runtime
from selfhost.targets import container as containers
from selfhost.targets.container import ComposeTarget
from tests.compose_project import COMMON, ENVIRONMENT, files
from tests.lab.conftest import selfhost

#: What the images' scripts do at their start (jitsi/docker-jitsi-meet: */scripts/config).
_START = "mkdir -p /run/NAME/config && cp -r /config/. /run/NAME/config && exec sleep infinity"


@pytest.fixture(scope="module")
def engine() -> Runtime:
    """The engine that can run containers here."""
    return runtime.find(lambda one: boot.trial(one, lambda: image.ensure(one, "bookworm")))


@dataclass
class Project:
    """Containers with the labels of a Compose project; everything of it bears the lab's name."""

    engine: Runtime
    folder: Path
    name: str
    base: str
    made: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    def start(
        self,
        service: str,
        content: dict[str, str],
        variables: dict[str, str],
        *options: str,
    ) -> str:
        """Run a container whose start writes ``content`` into its /run, and wait for that."""
        root = f"/run/{service}/config"
        given = self.folder / self.name / service
        for path, text in content.items():
            place = given / path.removeprefix(root).lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        given.mkdir(parents=True, exist_ok=True)
        tag = f"localhost/{state.own_name()}/jitsi/{service}:stable"
        self.engine.call("tag", self.base, tag)
        self.images.append(tag)
        container = state.own_name(f".{self.name}-{service}-1")
        owned.remove_container(self.engine, container)
        self.engine.call(
            "run", "-d", "--name", container, *runtime.label_options(), *self.engine.limits,
            "--label", f"com.docker.compose.project={self.name}",
            "--label", f"com.docker.compose.service={service}",
            "--network", "none", "--read-only", "--tmpfs", "/run:size=16m,mode=1777",
            "--log-driver", "json-file", "--log-opt", "max-size=10m",
            "-v", f"{given}:/config:ro",
            *(word for pair in variables.items() for word in ("-e", "=".join(pair))),
            *options, tag, "sh", "-c", _START.replace("NAME", service),
        )  # fmt: skip
        self.made.append(container)
        for _ in range(100):
            here = ("exec", container, "ls", root)
            if not content or self.engine.call(*here, check=False).stdout:
                break
            time.sleep(0.1)
        return container

    def end(self) -> None:
        for container in self.made:
            owned.remove_container(self.engine, container)
        for tag in self.images:
            words = ("untag", tag, tag) if self.engine.engine == "podman" else ("rmi", tag)
            self.engine.call(*words, check=False)

    def audit(self, *arguments: str) -> tuple[int, dict[str, dict[str, object]], str]:
        """Exit code, results by control, and all that was said."""
        target = arguments or (f"compose:{self.name}",)
        done = selfhost("audit", *target, "--format", "json")
        results = {r["control"]: r for r in json.loads(done.stdout)["results"]}
        return done.returncode, results, done.stdout + done.stderr


def project(engine: Runtime, folder: Path, name: str) -> Project:
    return Project(engine, folder, name, image.ensure(engine, "bookworm"))


def meeting(made: Project, more: dict[str, dict[str, str]] | None = None, tail: str = "") -> None:
    """The four containers of a meeting; ``tail`` comes at the end of config.js."""
    for service, content in files().items():
        own = {p: t for p, t in content.items() if p.startswith("/run/")}
        if service == "web":
            own["/run/web/config/config.js"] += tail
        variables = {**COMMON, **ENVIRONMENT[service], **((more or {}).get(service, {}))}
        made.start(service, own, variables)


@pytest.fixture(scope="module")
def clean(engine: Runtime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A private deployment."""
    made = project(engine, tmp_path_factory.mktemp("clean"), "labclean")
    try:
        meeting(made)
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def dirty(engine: Runtime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The same with things switched on, and a recorder beside it."""
    made = project(engine, tmp_path_factory.mktemp("dirty"), "labdirty")
    try:
        meeting(
            made,
            {"web": {"ENABLE_TRANSCRIPTIONS": "1"}, "jicofo": {"ENABLE_RECORDING": "true"}},
            "config.transcribingEnabled = true;\n",
        )
        made.start(
            "jibri",
            {"/run/jibri/config/jibri.conf": 'jibri.streaming.rtmp-allow-list = [ ".*" ]\n'},
            {"JIBRI_XMPP_PASSWORD": "c4n4rySECRET99"},
            "--cap-add", "SYS_PTRACE",
        )  # fmt: skip
        yield made
    finally:
        made.end()


def of(results: dict[str, dict[str, object]], status: str) -> set[str]:
    return {name for name, result in results.items() if result["status"] == status}


def test_a_private_deployment_passes(clean: Project) -> None:
    code, results, said = clean.audit()
    assert (of(results, "fail"), of(results, "unknown"), code) == (set(), set(), 0), said[-3000:]
    assert len(of(results, "pass")) > 150


def test_looking_runs_nothing_inside_and_changes_nothing(clean: Project) -> None:
    """A container without any program of its own gives the same, so none of it can lie."""
    (web, *_) = clean.made
    before = clean.engine.call("top", web).stdout
    if clean.engine.engine == "podman":
        assert clean.engine.call("inspect", "-f", "{{.ExecIDs}}", web).stdout.strip() == b"[]"
    clean.audit()
    assert clean.engine.call("top", web).stdout.count(b"\n") == before.count(b"\n")
    changed = clean.engine.call("diff", web).stdout.decode().splitlines()
    assert [line for line in changed if line not in ("A /config", "C /run")] == []


def test_copied_out_by_the_engine_it_is_the_same(
    clean: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for a user who is not root, or an engine on another machine. Docker shows no tmpfs."""
    through_the_kernel = ComposeTarget(clean.name).collect()
    monkeypatch.setattr(containers, "_root_of", lambda _item: None)
    copied = ComposeTarget(clean.name).collect()
    seen = {(d.source, d.path): (d.state, d.sha256) for d in through_the_kernel.documents}
    also = {(d.source, d.path): (d.state, d.sha256) for d in copied.documents}
    if clean.engine.engine == "podman":
        differ = {key for key in seen.keys() | also.keys() if seen.get(key) != also.get(key)}
        assert {source for source, _ in differ} <= {"docker.compose", "host.containers"}
    else:
        assert "failed" in {str(state) for state, _ in also.values()}


def test_what_is_switched_on_is_caught(dirty: Project) -> None:
    code, results, said = dirty.audit()
    assert code == 1
    wanted = {
        *("docker-transcription", "docker-recording", "web-transcription"),
        *("docker-recorder-services", "jibri-stream-targets", "container-privileges"),
    }
    assert wanted <= of(results, "fail"), said[-3000:]
    assert "web:/run/web/config/config.js" in said
    assert "c4n4rySECRET99" not in said


def test_one_container_alone(dirty: Project) -> None:
    target = f"{dirty.engine.engine}:{dirty.made[-1]}"
    code, results, said = dirty.audit(target)
    assert code == 1
    assert "jibri-stream-targets" in of(results, "fail"), said[-3000:]


def test_a_container_that_ended_is_said(clean: Project, engine: Runtime, tmp_path: Path) -> None:
    gone = project(engine, tmp_path, "labgone")
    try:
        name = gone.start("web", {}, {})
        engine.call("kill", name)
        done = selfhost("audit", f"{engine.engine}:{name}")
        assert (done.returncode, "does not run" in done.stdout) == (3, True)
        done = selfhost("audit", "compose:labgone")
        assert (done.returncode, "no container" in done.stdout) == (3, True)
    finally:
        gone.end()


@pytest.mark.nightly
def test_a_saved_image(dirty: Project, tmp_path: Path) -> None:
    """Of a container's state, as the engine itself writes archives."""
    (tmp_path / "extra").mkdir()
    recipe = tmp_path / "Containerfile"
    tag = f"localhost/{state.own_name()}/jitsi/jibri:saved"
    recipe.write_text(
        f"FROM {dirty.base}\nRUN mkdir -p /config && echo 'jibri {{ a = 1 }}' >/config/jibri.conf\n"
        "RUN rm /config/jibri.conf && echo 'jibri { a = 2 }' >/config/custom-jibri.conf\n"
        "ENV ENABLE_RECORDING=1\n"
    )
    build = [*dirty.engine.command("build"), "--network", "none", "-t", tag]
    made = subprocess.run(
        [*build, "-f", str(recipe), str(tmp_path / "extra")],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[-2000:]
    try:
        forms = [(), ("--format", "oci-archive")] if dirty.engine.engine == "podman" else [()]
        for form in forms:
            saved = tmp_path / "image.tar"
            saved.unlink(missing_ok=True)
            dirty.engine.call("save", *form, "-o", str(saved), tag)
            code, results, said = dirty.audit(str(saved))
            assert code == 1
            assert {"docker-recording", "docker-recorder-services"} <= of(results, "fail"), said
            assert "/config/jibri.conf" not in said
    finally:
        dirty.engine.call("rmi", tag, check=False)
        shutil.rmtree(tmp_path, ignore_errors=True)
