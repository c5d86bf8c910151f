"""The page for participants on a real server: published, read, verified, expired, failed."""

import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from selfhost.attest import chain, keys, source
from selfhost.audit.evaluate import evaluate
from selfhost.cli.root import run
from selfhost.controls.registry import controls
from selfhost.history import store
from selfhost.page import facts, publication, upload
from selfhost.page.texts import languages
from selfhost.policy.in_force import InForce
from selfhost.reports import read_back
from selfhost.settings.site import load_site
from selfhost.targets.outside import OutsideTarget
from tests.lab.conftest import Site
from tests.lab.faults import on
from tests.lab.participant import RELOADED, get, notice

ENGLISH, GERMAN = languages()
PASSPHRASE = "of the key, long enough"


@dataclass
class Admin:
    """The admin's key, and the site."""

    site: Site
    key: Path

    def attest(self) -> None:
        done = self.site.selfhost(
            "attest", "--key", str(self.key), "--passphrase-file", str(self.key) + ".pass"
        )
        assert done.returncode == 0, done.stderr

    def publish(self) -> tuple[int, str]:
        done = self.site.selfhost("publish", "--key", f"{self.key}.pub")
        assert "Traceback" not in done.stderr
        time.sleep(RELOADED)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def admin(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Admin]:
    key = tmp_path_factory.mktemp("key") / "attest-key"
    secret = Path(f"{key}.pass")
    secret.write_text(PASSPHRASE)
    secret.chmod(0o600)
    keys.create(key, PASSPHRASE)
    kept = [site.inventory / name for name in (source.NAME, store.NAME)]
    for path in kept:
        path.unlink(missing_ok=True)
    yield Admin(site, key)
    for path in kept:
        path.unlink(missing_ok=True)
    site.reset()


def test_before_anything_is_published_nothing_is_claimed(admin: Admin) -> None:
    status, _, body = get(admin.site, "/privacy")
    assert status == 200
    assert ENGLISH.say("valid") not in body
    assert notice(admin.site) == ""
    assert get(admin.site, source.WELL_KNOWN)[0] == 404
    code, said = admin.publish()
    assert code == 2
    assert "selfhost attest" in said


def test_a_participant_reads_it_and_verifies(
    admin: Admin, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site = admin.site
    assert site.selfhost("audit").returncode == 0
    admin.attest()
    code, said = admin.publish()
    assert code == 0, said
    for path, asked, texts in (
        ("/privacy", "en-GB,en;q=0.8", ENGLISH),
        ("/privacy", "de", GERMAN),
        ("/privacy", "pl", ENGLISH),
        ("/privacy/de", "en", GERMAN),
        ("/privacy/en", "de", ENGLISH),
        ("/privacy/pl", "de", ENGLISH),
    ):
        status, headers, body = get(site, path, asked)
        assert status == 200
        assert headers["content-type"] == "text/html"
        assert headers["content-security-policy"].startswith("default-src 'self'; ")
        assert headers["cache-control"] == "no-store"
        assert f'<html lang="{texts.language}">' in body
        assert texts.say("valid") in body
        assert texts.say("days", days=3) in body
        assert "<script" not in body
    today = ENGLISH.day(datetime.now(UTC))
    assert today in notice(site)
    assert "https://meet.example.test/privacy" in notice(site, "de")
    assert notice(site, "de").startswith("Geprüft")
    served = on(site, f"curl -sk -H 'Host: {site.server.hostname}' https://127.0.0.1/config.js")
    assert today in served

    certificate = tmp_path / "server.pem"
    certificate.write_text(ssl.get_server_certificate((site.server.address, 443)))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert run(["verify", url, "--key", f"{admin.key}.pub", "--no-memory"]) == 0


def test_the_audits_still_find_nothing_and_apply_has_nothing_to_do(admin: Admin, url: str) -> None:
    assert admin.publish()[1].count("as it was") == 1
    done = admin.site.selfhost("apply")
    assert done.returncode == 0
    assert "nothing had to change" in done.stderr
    document = json.loads(admin.site.selfhost("audit", "--format", "json").stdout)
    assert document["verdict"] == {"policy": "pass", "evidence": "complete"}
    pages = [d["path"] for d in document["targets"][0]["documents"] if d["source"] == "web.page"]
    assert f"/etc/jitsi/meet/{admin.site.server.hostname}-privacy/valid.en.html" in pages
    report = evaluate(OutsideTarget(url).collect(), controls())
    failed = {result.control for result in report.results if str(result.status) == "fail"}
    assert failed <= {"outside-certificate"}  # the lab's is self-signed


def test_it_expires_by_itself(admin: Admin) -> None:
    """What was published nine days ago, and nobody came back to."""
    site = load_site(admin.site.inventory, need_secrets=False)
    chained = source.content(admin.site.inventory / source.NAME)
    now = datetime.now(UTC)
    key = keys.public(f"{admin.key}.pub")
    checked = chain.check(source.envelopes(chained, "chain"), key, now)
    assert checked.newest is not None
    entry = store.entries(admin.site.inventory)[-1]
    report = read_back.report(store.report(admin.site.inventory, entry), "it")
    then = now - timedelta(days=9)
    page = facts.page(report, site.domain, InForce(), then, now - timedelta(days=1))
    (host,) = upload.web_hosts(site)
    assert upload.upload(site, host, publication.files(page, chained, then), then).changed
    time.sleep(RELOADED)
    _, _, body = get(admin.site, "/privacy")
    assert ENGLISH.say("expired") in body
    assert ENGLISH.say("valid") not in body
    assert GERMAN.say("expired") in get(admin.site, "/privacy/de")[2]
    assert "EXPIRED" in notice(admin.site)
    assert admin.publish()[0] == 0
    assert ENGLISH.say("valid") in get(admin.site, "/privacy")[2]


def test_a_failed_audit_is_told_before_it_is_signed(admin: Admin) -> None:
    config = f"/etc/jitsi/meet/{admin.site.server.hostname}-config.js"
    on(admin.site, f"echo 'config.transcription.enabled = true;' >> {config}")
    time.sleep(1)  # an audit is the later one if its second is
    assert admin.site.selfhost("audit").returncode == 1
    code, said = admin.publish()
    assert code == 1
    assert ENGLISH.say("failed") in said
    _, _, body = get(admin.site, "/privacy")
    assert ENGLISH.say("failed") in body
    assert ENGLISH.say("valid") not in body
    assert "FAILED" in notice(admin.site)
    left = on(admin.site, "ls /etc/jitsi/meet/*-privacy")
    assert "valid" not in left
