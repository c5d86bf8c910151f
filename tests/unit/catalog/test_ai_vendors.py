"""Vendors are recognised by the names that real deployments use, and by no others."""

import pytest

from selfhost.catalog.ai_vendors import (
    vendor_of_host,
    vendor_of_variable,
    vendors,
)


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("OPENAI_API_KEY", "OpenAI"),
        ("DEEPGRAM_API_KEY", "Deepgram"),
        ("GEMINI_API_KEY", "Google Gemini"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "Google Cloud Speech and Translate"),
        ("XAI_API_KEY", "xAI"),
        ("AZURE_OPENAI_API_VERSION", "Azure OpenAI"),
        ("AZURE_SPEECH_KEY", "Azure Speech and Translator"),
        ("ANTHROPIC_API_KEY", "Anthropic"),
        ("AWS_TRANSCRIBE_REGION", "Amazon Transcribe, Translate, Polly and Bedrock"),
        ("openai_api_key", "OpenAI"),
    ],
)
def test_variable(variable: str, name: str) -> None:
    vendor = vendor_of_variable(variable)
    assert vendor is not None
    assert vendor.name == name


@pytest.mark.parametrize(
    "variable",
    ["JICOFO_AUTH_PASSWORD", "PUBLIC_URL", "AZURE_LOCATION", "AWS_REGION", "MY_OPENAI", "TZ"],
)
def test_other_variables(variable: str) -> None:
    assert vendor_of_variable(variable) is None


def test_hosts() -> None:
    openai = vendor_of_host("API.OpenAI.com.")
    assert openai is not None
    assert openai.name == "OpenAI"
    assert vendor_of_host("openai.com.example.org") is None


def test_entries_are_sound() -> None:
    names = [vendor.name for vendor in vendors()]
    assert len(names) == len(set(names))
    for vendor in vendors():
        assert vendor.kind in {"speech", "language", "translation", "several", "own"}
        assert all(pattern == pattern.upper() for pattern in vendor.variables), vendor.name
        assert all(pattern == pattern.lower() for pattern in vendor.hosts), vendor.name
        assert vendor.source
        assert vendor.read
