"""What manifests of a cluster switch on."""

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls.registry import controls
from selfhost.evidence.model import Document, Evidence, State


def statuses(text: str) -> dict[str, str]:
    document = Document("kubernetes.manifests", "/all.yaml", State.PRESENT, text.encode())
    given = Evidence(
        "test", "2026-01-01T00:00:00Z", (document,), frozenset({"kubernetes.manifests"})
    )
    return {r.control: str(r.status) for r in evaluate(given, controls()).results}


def pod(name: str, *variables: str, image: str = "") -> str:
    env = "".join(
        f"    - name: {variable.partition('=')[0]}\n      value: '{variable.partition('=')[2]}'\n"
        for variable in variables
    )
    return (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
        f"  - name: {name}\n    image: {image or f'jitsi/{name}:stable'}\n    env:\n{env}"
    )


@pytest.mark.parametrize(
    ("text", "control", "expected"),
    [
        (pod("web", "ENABLE_RECORDING=1"), "docker-recording", "fail"),
        (pod("web", "ENABLE_RECORDING=0"), "docker-recording", "pass"),
        (pod("prosody", "ENABLE_AUTH=0"), "docker-open-rooms", "fail"),
        (pod("prosody", "XMPP_DOMAIN=x"), "docker-open-rooms", "fail"),
        (pod("prosody", "XMPP_DOMAIN=x", "ENABLE_AUTH=1"), "docker-open-rooms", "pass"),
        (pod("web", "PUBLIC_URL=https://x"), "docker-local-recording", "fail"),
        (pod("web", "PUBLIC_URL=https://x"), "docker-bridge-stun", "not-applicable"),
        (pod("jvb", "XMPP_DOMAIN=x"), "docker-bridge-stun", "fail"),
        (pod("jvb", "XMPP_DOMAIN=x"), "docker-open-rooms", "not-applicable"),
        (pod("jvb", "JVB_STUN_SERVERS=stun.l.google.com:19302"), "docker-bridge-stun", "fail"),
        (pod("rec", "TZ=UTC", image="jitsi/jibri"), "docker-recorder-services", "fail"),
        (pod("jvb", "TZ=UTC"), "docker-recorder-services", "pass"),
    ],
)
def test_what_a_container_is_given_is_judged(text: str, control: str, expected: str) -> None:
    assert statuses(text)[control] == expected


def test_a_manifest_that_is_no_yaml_passes_nothing() -> None:
    found = statuses("kind: Pod\nspec: [\n")
    assert "pass" not in found.values()


def test_a_manifest_without_containers_says_nothing() -> None:
    assert statuses("apiVersion: v1\nkind: ConfigMap\ndata:\n  x: y\n") == {}
