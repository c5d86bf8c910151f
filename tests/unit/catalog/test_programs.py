"""Programs are recognised by the names that real deployments use, and by no others."""

import pytest

from selfhost.catalog.programs import program_of_image, programs


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("ghcr.io/jitsi/skynet:latest", "Skynet"),
        ("jitsi/jibri:stable-9584", "Jibri"),
        ("${JITSI_IMAGE_REPO:-ghcr.io/jitsi}/jibri:stable", "Jibri"),
        ("jibri", "Jibri"),
        ("alphacep/kaldi-en", "Vosk"),
        ("ghcr.io/jitsi/web:stable", None),
        ("postgres:16", None),
    ],
)
def test_image(image: str, name: str | None) -> None:
    found = program_of_image(image, "recorder", "transcriber", "ai")
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("node /srv/opus-transcriber-proxy/dist/server.js", "opus-transcriber-proxy"),
        ("/usr/bin/python3 /opt/faster_whisper/server.py", "Whisper"),
        ("/usr/bin/caddy run --config /etc/caddy/caddyfile", "a second web server"),
        ("java -jar /usr/share/jicofo/jicofo.jar", None),
        ("vim /etc/caddy/caddyfile", None),
    ],
)
def test_process(line: str, name: str | None) -> None:
    found = next((p for p in programs() if any(r.search(line) for r in p.processes)), None)
    assert (found.name if found else None) == name


def test_entries_are_sound() -> None:
    names = [program.name for program in programs()]
    assert len(names) == len(set(names))
    for program in programs():
        assert all(image == image.lower() for image in program.images)
        assert program.packages or program.processes or program.units
