"""The parts of the sources that other programs read byte for byte."""

import json
import re
from pathlib import Path

import pytest

from selfhost.lab.standins.package import expand
from selfhost.lab.standins.releases import RELEASES
from selfhost.lab.standins.repository import SOURCES, link_keys

TEMPLATE = (
    SOURCES / "jitsi-meet-prosody/root/usr/share/jitsi-meet-prosody/prosody.cfg.lua-jvb.example"
)
CONFIG_JS = SOURCES / "jitsi-meet-web-config/root/usr/share/jitsi-meet-web-config/config.js"
DOMAIN = "jitmeet.example.com"

TYPES = {
    "jitsi-meet-web-config": {
        "jitsi-meet/cert-choice": "select",
        "jitsi-meet/cert-path-key": "string",
        "jitsi-meet/cert-path-crt": "string",
        "jitsi-meet/jvb-hostname": "string",
        "jitsi-videobridge/jvb-hostname": "string",
        "jitsi-meet/jaas-choice": "boolean",
        "jitsi-meet/email": "string",
    },
    "jitsi-meet-prosody": {
        "jitsi-meet-prosody/jvb-hostname": "string",
        "jitsi-videobridge/jvb-hostname": "string",
        "jitsi-videobridge/jvbsecret": "password",
        "jicofo/jicofo-authpassword": "password",
        "jitsi-meet-prosody/turn-secret": "string",
    },
    "jitsi-meet-turnserver": {
        "jitsi-meet-turnserver/jvb-hostname": "string",
        "jitsi-videobridge/jvb-hostname": "string",
    },
    "jitsi-meet-tokens": {
        "jitsi-meet-tokens/appid": "string",
        "jitsi-meet-tokens/appsecret": "password",
        "jitsi-meet-prosody/prosody_config": "string",
    },
    "jicofo": {
        "jitsi-videobridge/jvb-hostname": "string",
        "jicofo/jicofo-authpassword": "password",
    },
    "jitsi-videobridge2": {
        "jitsi-videobridge/jvb-hostname": "string",
        "jitsi-videobridge/jvbsecret": "password",
    },
    "jigasi": {
        "jigasi/sip-account": "string",
        "jigasi/sip-password": "password",
        "jitsi-videobridge/jvb-hostname": "string",
    },
}


def questions(package: str) -> dict[str, dict[str, str]]:
    text = (SOURCES / package / "templates").read_text()
    found = {}
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != " ")
        found[fields["Template"]] = fields
    return found


@pytest.mark.parametrize("package", TYPES)
def test_question_types(package: str) -> None:
    found = {name: fields["Type"] for name, fields in questions(package).items()}
    assert found == TYPES[package]


def test_no_other_package_asks() -> None:
    assert {file.parent.name for file in SOURCES.glob("*/templates")} == set(TYPES)


def test_config_scripts_only_where_upstream_has_them() -> None:
    assert {file.parent.name for file in SOURCES.glob("*/config")} == {
        "jitsi-videobridge2",
        "jitsi-meet-tokens",
        "jigasi",
    }


def test_only_one_default() -> None:
    defaults = [
        (package, name, fields["Default"])
        for package in TYPES
        for name, fields in questions(package).items()
        if "Default" in fields
    ]
    assert defaults == [("jitsi-videobridge2", "jitsi-videobridge/jvb-hostname", "localhost")]


def test_certificate_choices_in_order() -> None:
    assert questions("jitsi-meet-web-config")["jitsi-meet/cert-choice"]["Choices"] == (
        "Let's Encrypt certificates, I want to use my own certificate,"
        " Generate a new self-signed certificate"
    )


def test_lines_that_other_scripts_look_for() -> None:
    lines = TEMPLATE.read_text().splitlines()
    for line in (
        f'VirtualHost "{DOMAIN}"',
        f'VirtualHost "auth.{DOMAIN}"',
        f'Component "internal.auth.{DOMAIN}" "muc"',
        f'Component "focus.{DOMAIN}" "client_proxy"',
        f'Component "polls.{DOMAIN}" "polls_component"',
        'plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }',
        "component_admins_as_room_owners = true",
        '    authentication = "jitsi-anonymous" -- do not delete me',
        '    --app_id="example_app_id"',
        '    --app_secret="example_app_secret"',
        '        --"token_verification";',
        '        "polls";',
    ):
        assert line in lines
    conference = lines.index(f'Component "conference.{DOMAIN}" "muc"')
    assert lines[conference + 1].strip() == "restrict_room_creation = true"
    assert re.search(r'^external_service_secret = "\w+"', TEMPLATE.read_text(), re.MULTILINE)
    assert "unlimited_jids" in TEMPLATE.read_text()


def test_web_settings_carry_the_third_party_default() -> None:
    text = CONFIG_JS.read_text()
    live = "\n".join(line for line in text.splitlines() if not line.strip().startswith("//"))
    assert re.search(
        r"stunServers: \[\s*\{ urls: 'stun:meet-jit-si-turnrelay.jitsi.net:443' \}", live
    )
    assert re.search(r"^var enableJaaS = false;$", live, re.MULTILINE)
    for key in (
        "hosts", "domain", "muc", "bosh", "websocket", "bridgeChannel", "testing",
        "enableNoAudioDetection", "enableNoisyMicDetection", "channelLastN", "p2p",
        "analytics", "mouseMoveCallbackInterval",
    ):  # fmt: skip
        assert re.search(rf"^\s*{key}: ", live, re.MULTILINE), key


def test_maintainer_scripts_stop_at_errors() -> None:
    scripts = [
        file
        for file in SOURCES.glob("*/*")
        if file.name in {"preinst", "postinst", "prerm", "postrm", "config"}
    ]
    assert len(scripts) > 10
    for script in scripts:
        text = script.read_text()
        assert text.startswith("#!/bin/bash\n"), script
        assert "\nset -e\n" in text, script


def test_every_package_of_a_release_has_sources() -> None:
    for release in RELEASES:
        for name in release.versions:
            assert (SOURCES / name / "control").is_file()


def conditions() -> set[str]:
    found = set()
    for file in SOURCES.rglob("*"):
        if file.is_file():
            found |= set(re.findall(r"^\s*#@if (\S+)$", file.read_text(), re.MULTILINE))
    return found


def test_every_condition_belongs_to_a_release() -> None:
    known = {era for release in RELEASES for era in release.eras}
    assert conditions() == known


@pytest.mark.parametrize("file", sorted(Path(SOURCES).rglob("*.sh")), ids=lambda file: file.name)
def test_scripts_are_marked_executable_by_their_first_line(file: Path) -> None:
    assert file.read_text().startswith("#!/bin/bash\n")


def test_the_page_takes_from_links_what_upstream_takes() -> None:
    bundle = SOURCES / "jitsi-meet-web/root/usr/share/jitsi-meet/libs/app.bundle.min.js"
    text = expand(bundle.read_text("utf-8"), {"LINK_KEYS": link_keys()}, frozenset())
    taken = re.search(r"const LINK_KEYS = (\[.*\]);", text)
    assert taken is not None
    keys = json.loads(taken[1])
    assert "gravatar.disabled" in keys
    assert "p2p.stunServers" not in keys
