"""The files of the role tls, in each of its modes."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.roles.render import example, render_defaults
from tests.roles.rendered import rendered

INSTALL = "usr/local/sbin/selfhost-certificate"
HOOK = "etc/letsencrypt/renewal-hooks/deploy/selfhost"
UNIT = "etc/systemd/system/certbot.service.d/selfhost.conf"
ANSWER = "etc/nginx/conf.d/selfhost-acme.conf"
ACME: dict[str, Any] = {"tls_mode": "acme", "tls_acme_agree_terms": True}


def test_without_acme_nothing_renews(tmp_path: Path) -> None:
    dest = rendered(tmp_path)
    assert (dest / INSTALL).stat().st_mode & 0o777 == 0o755
    for path in (HOOK, UNIT, ANSWER, "etc/letsencrypt/selfhost-ca.pem"):
        assert not (dest / path).exists(), path


def test_with_acme_certbot_s_timer_does_the_rest(tmp_path: Path) -> None:
    dest = rendered(tmp_path, **ACME)
    assert (dest / HOOK).stat().st_mode & 0o777 == 0o755
    assert "ExecStartPost=/usr/local/sbin/selfhost-certificate" in (dest / UNIT).read_text()
    assert "REQUESTS_CA_BUNDLE" not in (dest / UNIT).read_text()
    assert not (dest / ANSWER).exists()


def test_a_private_ca_is_trusted_by_certbot_alone(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("PEM\n")
    dest = rendered(tmp_path / "server", **ACME, tls_acme_ca=str(ca))
    assert "REQUESTS_CA_BUNDLE=/etc/letsencrypt/selfhost-ca.pem" in (dest / UNIT).read_text()
    assert (dest / "etc/letsencrypt/selfhost-ca.pem").read_text().strip() == "PEM"
    assert not (dest / "usr/local/share/ca-certificates").exists()


def test_the_turn_server_s_name_has_an_answer_to_the_challenge(tmp_path: Path) -> None:
    dest = rendered(tmp_path, **ACME, turn_domain="turn.example.org")
    answer = (dest / ANSWER).read_text()
    assert "server_name turn.example.org;" in answer
    assert "root /usr/share/jitsi-meet;" in answer
    script = (dest / INSTALL).read_text()
    assert "for name in meet.example.org turn.example.org; do" in script


def test_a_turn_server_on_its_own_host_has_its_own_certificate(tmp_path: Path) -> None:
    web: dict[str, tuple[list[str], dict[str, str]]] = {
        "meet": (["jitsi_signalling", "jitsi_web", "jitsi_videobridge"], {})
    }
    settings = {**example(), **ACME, "turn_domain": "turn.example.org"}
    dest = tmp_path / "acme"
    render_defaults(dest, settings, web, ["jitsi_turn"], "turn")
    script = (dest / INSTALL).read_text()
    assert "target=/etc/jitsi/meet/turn.example.org\n" in script
    assert "for name in turn.example.org; do" in script
    assert not (dest / ANSWER).exists()
    rules = (dest / "etc/nftables.d/selfhost.nft").read_text()
    assert 'tcp dport { 80 } accept comment "ACME challenge"' in rules
    own = tmp_path / "own"
    render_defaults(own, settings | {"tls_mode": "own"}, web, ["jitsi_turn"], "turn")
    assert "{ 80 }" not in (own / "etc/nftables.d/selfhost.nft").read_text()


@pytest.mark.parametrize("path", [INSTALL, HOOK])
def test_the_programs_are_sound_shell(tmp_path: Path, path: str) -> None:
    dest = rendered(tmp_path, **ACME)
    subprocess.run(["sh", "-n", str(dest / path)], check=True)


def test_the_hook_is_for_one_certificate_of_certbot_s_only(tmp_path: Path) -> None:
    hook = str(rendered(tmp_path, **ACME) / HOOK)
    other = {"RENEWED_LINEAGE": "/etc/letsencrypt/live/other", "PATH": "/nowhere"}
    assert subprocess.run(["/bin/sh", hook], env=other, check=False).returncode == 0
    own = other | {"RENEWED_LINEAGE": "/etc/letsencrypt/live/selfhost"}
    assert subprocess.run(["/bin/sh", hook], env=own, check=False).returncode != 0
