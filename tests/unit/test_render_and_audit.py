"""What the roles write by default is audited without a server: nothing found, nothing unknown."""

from pathlib import Path

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls.model import Status
from selfhost.controls.registry import controls
from selfhost.evidence.model import Evidence
from selfhost.reports.dataflow.derive import flows
from selfhost.reports.dataflow.model import Flows, State
from selfhost.targets.parse import parse_target
from tests.roles.render import render_defaults
from tests.unit.reports.samples import of

SITE = {
    "site_domain": "meet.example.org",
    "site_public_address": "203.0.113.10",
    "site_jvb_password": "a" * 32,
    "site_focus_password": "b" * 32,
    "site_turn_secret": "c" * 32,
    "prosody_jwt_secret": "d" * 32,
}
#: What a folder of settings does not tell: what else runs on the machine.
NOT_OF_FILES = {"control-ports", "machine-services", "log-shipping", "uploads", "kept-media"}
#: A private default changed to its opposite, the control that must object, and what the picture of
#: where data goes shows as open: the flow, and the host outside.
RELAXATIONS = [
    ("web_local_recording", True, "web-local-recording", "local-recording", ""),
    ("web_gravatar", True, "web-gravatar", "browser-services", "www.gravatar.com"),
    ("web_transcription", True, "web-transcription", "browser-ai", ""),
    (
        "web_stun_servers",
        ["stun.l.google.com:19302"],
        "web-stun",
        "browser-addresses",
        "stun.l.google.com",
    ),
    ("web_access_log", True, "nginx-access-log", "kept-visits", ""),
    (
        "jicofo_transcription_url_template",
        "wss://asr.example.com",
        "jicofo-transcription-url",
        "transcription",
        "asr.example.com",
    ),
    (
        "jicofo_translation_url_template",
        "wss://tts.example.com",
        "jicofo-translation-url",
        "transcription",
        "tts.example.com",
    ),
    (
        "jicofo_jibri_brewery",
        "JibriBrewery@internal.auth.x",
        "jicofo-jibri-brewery",
        "recording",
        "",
    ),
    (
        "videobridge_stun_addresses",
        ["stun.l.google.com:19302"],
        "videobridge-stun",
        "bridge-addresses",
        "stun.l.google.com",
    ),
    ("prosody_s2s", True, "prosody-federation", "federation", ""),
    ("site_authentication", "none", "prosody-open-rooms", "open-rooms", ""),
]


def collected(folder: Path, **more: object) -> Evidence:
    render_defaults(folder, {**SITE, **more})
    return parse_target(str(folder)).collect()


def statuses(evidence: Evidence, status: Status) -> dict[str, str]:
    results = evaluate(evidence, controls()).results
    return {r.control: r.message for r in results if r.status is status}


def picture(evidence: Evidence) -> Flows:
    return flows(of(evaluate(evidence, controls())))


def test_the_defaults_have_no_finding_and_nothing_unknown(tmp_path: Path) -> None:
    evidence = collected(tmp_path)
    assert statuses(evidence, Status.FAIL) == {}
    assert statuses(evidence, Status.UNKNOWN) == {}
    assert len(statuses(evidence, Status.PASS)) > 80
    states = {edge.flow: edge.state for edge in picture(evidence).edges}
    assert {flow for flow, state in states.items() if state is State.UNKNOWN} == NOT_OF_FILES
    assert set(states.values()) == {State.UNKNOWN, State.KEPT, State.CLOSED}


@pytest.mark.parametrize(
    "access",
    [
        {"site_guests": False, "site_lobby": "none"},
        {"site_authentication": "jwt", "site_guests": False},
        {"site_authentication": "jwt", "site_lobby": "host"},
        {"site_authentication": "ldap", "prosody_ldap_url": "ldaps://ldap.example.org"},
    ],
    ids=["no guests", "tokens", "tokens and guests", "directory"],
)
def test_every_way_to_let_people_in_is_private(tmp_path: Path, access: dict[str, object]) -> None:
    evidence = collected(tmp_path, **access)
    assert statuses(evidence, Status.FAIL) == {}
    assert statuses(evidence, Status.UNKNOWN) == {}
    assert "prosody-open-rooms" in statuses(evidence, Status.PASS)


def test_guests_without_a_lobby_to_wait_in_would_be_found(tmp_path: Path) -> None:
    """What the rules of the settings refuse, the audit would see."""
    evidence = collected(tmp_path, site_authentication="jwt", site_lobby="none")
    assert "prosody-open-rooms" in statuses(evidence, Status.FAIL)


@pytest.mark.parametrize(("variable", "value", "control", "flow", "host"), RELAXATIONS)
def test_every_relaxation_is_reported_and_drawn(
    tmp_path: Path, variable: str, value: object, control: str, flow: str, host: str
) -> None:
    evidence = collected(tmp_path, **{variable: value})
    assert control in statuses(evidence, Status.FAIL)
    found = picture(evidence)
    (edge,) = [one for one in found.main if one.flow == flow]
    assert edge.state is State.OPEN
    assert control in edge.controls
    assert "".join(found.node(one.sink).name for one in found.hosts(edge)) == host


def test_turn_on_443_beside_the_web_server_is_no_finding(tmp_path: Path) -> None:
    shared = {"turn_tls_on_443": True, "turn_domain": "turn.example.org"}
    evidence = collected(tmp_path, **shared)
    assert statuses(evidence, Status.FAIL) == {}
    assert statuses(evidence, Status.UNKNOWN) == {}
