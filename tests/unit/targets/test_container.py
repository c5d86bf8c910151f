"""Running containers and Compose projects as targets, with an engine of folders."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls.model import Status
from selfhost.controls.registry import controls
from selfhost.errors import TargetError
from selfhost.evidence.model import Evidence, State
from selfhost.targets import container as containers
from selfhost.targets.container import ComposeTarget, ContainerTarget
from selfhost.targets.parse import parse_target
from tests.compose_project import COMMON, ENVIRONMENT, files
from tests.unit.targets.engine_double import FakeEngine, inspected, put

CANARY = "c4n4rySECRETvalue9"
ENGINES = ("docker", "podman")


def deployment(
    folder: Path,
    engine: str = "docker",
    *,
    old: bool = False,
    more: Mapping[str, Mapping[str, str]] | None = None,
) -> FakeEngine:
    """The clean deployment; ``more``: variables by service."""
    items, roots = [], {}
    for service, content in files(old=old).items():
        variables = {**COMMON, **ENVIRONMENT[service], **((more or {}).get(service, {}))}
        image = f"ghcr.io/jitsi/{service}:stable-1"
        item = inspected(engine, f"meet-{service}-1", image, variables, service=service)
        items.append(item)
        roots[item["Id"]] = put(folder / service, content)
    return FakeEngine(engine, tuple(items), roots)


def add(engine: FakeEngine, folder: Path, name: str, image: str, **content: str) -> FakeEngine:
    """One more container; ``config__jibri_conf`` is /config/jibri.conf."""
    item = inspected(engine.name, f"meet-{name}-1", image, service=name)
    paths = {"/" + k.replace("__", "/").replace("_dot_", "."): v for k, v in content.items()}
    roots = {**engine.roots, item["Id"]: put(folder / f"more-{name}", paths)}
    return replace(engine, items=(*engine.items, item), roots=roots)


def collected(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Evidence:
    monkeypatch.setattr(containers, "NAMES", (engine.name,))
    monkeypatch.setattr(containers, "Engine", lambda _name: engine)
    return ComposeTarget("meet").collect()


def statuses(evidence: Evidence) -> dict[str, Status]:
    return {r.control: r.status for r in evaluate(evidence, controls()).results}


def with_status(evidence: Evidence, status: Status) -> dict[str, str]:
    results = evaluate(evidence, controls()).results
    return {r.control: r.message for r in results if r.status is status}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("old", [False, True], ids=["/run", "/config"])
def test_a_private_deployment_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, old: bool
) -> None:
    evidence = collected(deployment(tmp_path, engine, old=old), monkeypatch)
    assert with_status(evidence, Status.FAIL) == {}
    assert with_status(evidence, Status.UNKNOWN) == {}
    counted = Counter(statuses(evidence).values())
    assert counted[Status.PASS] > 150
    for control in ("nginx-access-log", "prosody-federation", "jicofo-jibri-brewery"):
        assert statuses(evidence)[control] is Status.PASS


@pytest.mark.parametrize(
    ("service", "variables", "control"),
    [
        ("web", {"ENABLE_TRANSCRIPTIONS": "1"}, "docker-transcription"),
        ("jicofo", {"ENABLE_RECORDING": "true"}, "docker-recording"),
        ("jvb", {"JVB_STUN_SERVERS": "stun.l.google.com:19302", "JVB_DISABLE_STUN": ""},
         "docker-bridge-stun"),
    ],
)  # fmt: skip
def test_a_variable_that_switches_something_on_is_found(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    variables: dict[str, str],
    control: str,
) -> None:
    evidence = collected(deployment(tmp_path, more={service: variables}), monkeypatch)
    assert control in with_status(evidence, Status.FAIL)


def test_a_variable_is_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"web": {"ENABLE_TRANSCRIPTIONS": "1"}}
    found = with_status(collected(deployment(tmp_path, more=more), monkeypatch), Status.FAIL)
    assert [name for name, told in found.items() if "ENABLE_TRANSCRIPTIONS" in told] == [
        "docker-transcription"
    ]


@pytest.mark.parametrize(
    ("service", "path", "text", "control"),
    [
        ("web", "/run/web/config/config.js",
         "config.transcribingEnabled = true;\n", "web-transcription"),
        ("web", "/run/web/config/nginx-custom/own.conf",
         "access_log /dev/stdout;\n", "nginx-access-log"),
        ("prosody", "/run/prosody/config/conf.d/z.cfg.lua",
         'Component "x" "muc"\nmodules_enabled = { "muc_mam" }\n', "prosody-message-archive"),
        ("jicofo", "/run/jicofo/config/jicofo.conf",
         '\njicofo.jibri.brewery-jid = "j@internal.x"\n', "jicofo-jibri-brewery"),
    ],
)  # fmt: skip
def test_a_setting_in_a_container_is_found_at_its_place(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    path: str,
    text: str,
    control: str,
) -> None:
    engine = deployment(tmp_path)
    with (tmp_path / service / path.lstrip("/")).open("a") as file:
        file.write(text)
    report = evaluate(collected(engine, monkeypatch), controls())
    (found,) = [r for r in report.results if r.control == control]
    assert found.status is Status.FAIL
    assert f"{service}:{path}" in [place.path for place in found.evidence]


def test_a_recorder_beside_the_meeting_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = add(
        deployment(tmp_path), tmp_path, "jibri", "ghcr.io/jitsi/jibri:stable",
        run__jibri__config__jibri_dot_conf="jibri { recording { } }\n",
        storage__recordings__one_dot_mp4="x",
    )  # fmt: skip
    found = with_status(collected(engine, monkeypatch), Status.FAIL)
    assert "docker-recorder-services" in found
    assert "/storage/recordings/one.mp4" in " ".join(found.values())


def test_a_scaled_bridge_is_judged_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jvb = files()["jvb"]["/run/jvb/config/jvb.conf"]
    image = "ghcr.io/jitsi/jvb:stable"
    engine = deployment(tmp_path)
    engine = add(engine, tmp_path, "jvb2", image, run__jvb__config__jvb_dot_conf=jvb)
    engine.items[-1]["Config"]["Labels"]["com.docker.compose.service"] = "jvb"
    evidence = collected(engine, monkeypatch)
    assert with_status(evidence, Status.FAIL) == {}
    assert with_status(evidence, Status.UNKNOWN) == {}
    present = [d for d in evidence.of("videobridge.config") if d.state is State.PRESENT]
    assert [d.path for d in present] == [
        "meet-jvb-1:/run/jvb/config/jvb.conf",
        "meet-jvb2-1:/run/jvb/config/jvb.conf",
    ]


def test_of_two_bridges_the_worse_one_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = "\nvideobridge.rest.debug.enabled = true\nice4j.harvest.mapping.stun.addresses = "
    bad = '[ "stun.l.google.com:19302" ]\n'
    for number, (first, second) in enumerate([("", rest + bad), (rest + bad, "")]):
        engine = deployment(tmp_path / str(number))
        path = tmp_path / str(number) / "jvb/run/jvb/config/jvb.conf"
        text = path.read_text()
        path.write_text(text + first)
        both = add(
            engine, tmp_path / str(number), "visitors-jvb", "ghcr.io/jitsi/jvb:stable",
            run__jvb__config__jvb_dot_conf=text + second,
        )  # fmt: skip
        assert "videobridge-stun" in with_status(collected(both, monkeypatch), Status.FAIL)


def test_a_container_of_nobody_knows_what_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = add(deployment(tmp_path), tmp_path, "db", "postgres:16", etc__passwd="x")
    evidence = collected(engine, monkeypatch)
    assert list(with_status(evidence, Status.UNKNOWN)) == ["host-containers-unseen"]
    assert "meet-db-1" in with_status(evidence, Status.UNKNOWN)["host-containers-unseen"]


def test_settings_that_are_not_written_yet_are_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = deployment(tmp_path)
    (tmp_path / "jicofo/run/jicofo/config/jicofo.conf").unlink()
    evidence = collected(engine, monkeypatch)
    assert [d.state for d in evidence.of("jicofo.config")] == [State.FAILED]
    assert statuses(evidence)["jicofo-jibri-brewery"] is Status.UNKNOWN


def test_what_docker_does_not_show_is_not_taken_for_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``docker cp`` shows no tmpfs, and an old file at the old place is not what is in force."""
    engine = deployment(tmp_path)
    item = engine.items[3]
    item["HostConfig"]["Tmpfs"] = {"/run": "size=16M"}
    put(tmp_path / "jvb", {"/config/jvb.conf": "videobridge { }\n"})
    evidence = collected(engine, monkeypatch)
    (document,) = evidence.of("videobridge.config")[:1]
    assert (document.path, document.state) == ("jvb:/run/jvb/config/jvb.conf", State.FAILED)
    assert "run as root" in document.reason
    found = statuses(evidence)
    assert found["videobridge-stun"] is Status.UNKNOWN
    assert found["prosody-federation"] is found["web-transcription"] is Status.PASS


@pytest.mark.parametrize("engine", ENGINES)
def test_one_container_has_plain_paths(tmp_path: Path, engine: str) -> None:
    both = deployment(tmp_path, engine)
    evidence = ContainerTarget(both, "meet-jicofo-1").collect()
    assert evidence.target == f"{engine}:meet-jicofo-1"
    assert [d.path for d in evidence.of("jicofo.config") if d.state is State.PRESENT] == [
        "/run/jicofo/config/jicofo.conf"
    ]
    found = statuses(evidence)
    assert found["jicofo-jibri-brewery"] is Status.PASS
    said = with_status(evidence, Status.PASS)["host-containers-unseen"]
    assert said == "the files of the container meet-jicofo-1 were read"
    assert found["prosody-federation"] is Status.NOT_APPLICABLE


def test_secrets_stay_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "JVB_AUTH_PASSWORD": CANARY,
        "JWT_APP_SECRET": CANARY,
        "ETHERPAD_URL_BASE": f"https://u:{CANARY}@pad.example.org",
    }
    engine = deployment(tmp_path, more={"prosody": variables})
    with (tmp_path / "prosody/run/prosody/config/prosody.cfg.lua").open("a") as file:
        file.write(f'external_service_secret = "{CANARY}"\n')
    evidence = collected(engine, monkeypatch)
    assert all(CANARY.encode() not in d.content for d in evidence.documents)
    (compose,) = evidence.of("docker.compose")
    shown = json.loads(compose.text)["services"]["prosody"]["environment"]
    assert shown["JVB_AUTH_PASSWORD"].startswith("REDACTED_")
    assert shown["ENABLE_AUTH"] == "1"


def test_links_out_of_a_container_lead_back_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = deployment(tmp_path)
    secret = tmp_path / "outside.conf"
    secret.write_text("jicofo { } # the host's\n")
    conf = tmp_path / "jicofo/run/jicofo/config/jicofo.conf"
    conf.unlink()
    conf.symlink_to(f"../../../../..{secret}")
    evidence = collected(engine, monkeypatch)
    assert all(b"the host's" not in d.content for d in evidence.documents)
    conf.unlink()
    conf.symlink_to("/srv/real.conf")
    put(tmp_path / "jicofo", {"/srv/real.conf": "jicofo { trusted = 1 }\n"})
    evidence = collected(engine, monkeypatch)
    (document,) = evidence.of("jicofo.config")[:1]
    assert (document.state, document.target) == (State.PRESENT, "/srv/real.conf")


@pytest.mark.parametrize(
    ("key", "junk"),
    [("Config", {"Env": 3}), ("Mounts", 5), ("HostConfig", {"CapAdd": 7}), ("Config", 7)],
)
def test_words_of_a_hostile_engine_make_no_traceback(
    tmp_path: Path, key: str, junk: object
) -> None:
    engine = deployment(tmp_path)
    engine.items[0][key] = junk
    with pytest.raises(TargetError, match="not understood"):
        ContainerTarget(engine, "meet-web-1").collect()


def test_what_cannot_be_audited_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = deployment(tmp_path)
    engine.items[0]["State"] = {"Status": "exited"}
    with pytest.raises(TargetError, match=r"does not run \(exited\)"):
        ContainerTarget(engine, "meet-web-1").collect()
    monkeypatch.setattr(containers, "NAMES", ("docker",))
    monkeypatch.setattr(containers, "Engine", lambda _name: engine)
    with pytest.raises(TargetError, match="no container of a Compose project other runs here"):
        ComposeTarget("other").collect()


def test_a_project_of_two_engines_is_no_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = {name: deployment(tmp_path / name, name) for name in ENGINES}
    monkeypatch.setattr(containers, "Engine", both.__getitem__)
    with pytest.raises(TargetError, match="both docker and podman"):
        ComposeTarget("meet").collect()


def test_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("podman:meet-web-1", "docker:0123456789ab", "compose:meet", "podman://x"):
        assert parse_target(text).name == text.replace("//", "")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(TargetError, match="podman is not installed"):
        parse_target("podman:x").collect()
    with pytest.raises(TargetError, match="neither podman nor docker"):
        parse_target("compose:x").collect()
