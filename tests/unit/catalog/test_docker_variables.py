"""Upstream's variables are known, made-up ones are not, misspelt switches are recognised."""

import pytest

from selfhost.catalog.docker_variables import docker_variables


@pytest.mark.parametrize(
    "name",
    [
        "PUBLIC_URL",
        "JIBRI_RECORDER_PASSWORD",
        "ENABLE_RECORDING",
        "JIGASI_TRANSCRIBER_WHISPER_URL",
        "JITSI_IMAGE_VERSION",
        "JAAS_APP_ID",
        "CALLSTATS_ID",
        "GC_PRIVATE_KEY",
        "ENABLE_AUDIO_TRANSLATION",
    ],
)
def test_upstream_variables_are_known(name: str) -> None:
    assert docker_variables().knows(name)


@pytest.mark.parametrize(
    "name", ["LLM_ENDPOINT", "MEETING_SUMMARY_URL", "ENABLE_COPILOT", "FOO_API_KEY"]
)
def test_others_are_not_and_look_relevant(name: str) -> None:
    assert not docker_variables().knows(name)
    assert docker_variables().looks_relevant(name)


@pytest.mark.parametrize(
    "name", ["POSTGRES_PASSWORD", "MAINTAINER", "CHAIN_ID", "TZ", "DB_URL", "CF_API_TOKEN"]
)
def test_what_other_containers_need_is_of_no_concern(name: str) -> None:
    assert not docker_variables().looks_relevant(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DISABLE_LOCAL_RECORDINGS", "DISABLE_LOCAL_RECORDING"),
        ("ENABLE_TRANSCRIPTION", "ENABLE_TRANSCRIPTIONS"),
        ("ENABLE_RECORDING", ""),
        ("ENABLE_COPILOT", ""),
        ("MY_ENABLE_RECORDING", ""),
    ],
)
def test_misspelt_switches(name: str, meant: str) -> None:
    assert docker_variables().meant(name) == meant


def test_every_inert_variable_is_one_of_upstream() -> None:
    assert [n for n in docker_variables().inert if not docker_variables().knows(n)] == []
