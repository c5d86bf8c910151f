"""Versions on a real server: exact and held, changed by an upgrade only, and taken back."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from selfhost import lab
from selfhost.backup.envelope import Key, unseal
from selfhost.backup.model import unpack
from tests.lab.conftest import Site

PASSPHRASE = "of the backup, long enough"
STATE = "/var/lib/selfhost/upgrade/state.json"
#: A package that brings something forbidden: apt runs this at the end of every installation.
HOOK = "/etc/apt/apt.conf.d/99-brings-something"
AI_KEY = (
    f"cat > {HOOK} <<'END'\n"
    'DPkg::Post-Invoke { "echo OPENAI_API_KEY=sk-0123456789abcdefghijklmnopqrstuvwxyz'
    ' > /etc/default/assistant"; };\nEND'
)
MASKED = (
    f"cat > {HOOK} <<'END'\n"
    'DPkg::Post-Invoke { "systemctl mask --now jitsi-videobridge2 || true"; };\nEND'
)
FILES = (
    "find /etc/jitsi /etc/prosody /etc/nginx /etc/turnserver.conf /etc/systemd/system /etc/default"
    " /etc/apt/preferences.d /etc/apt/sources.list.d -printf '%p %m %U %G %l\\n' -type f"
    " -exec sha256sum {} + | sort"
)
VERSIONS = (
    "dpkg-query -W -f '${db:Status-Want} ${db:Status-Status} ${Package} ${Version}\\n'"
    " 'jitsi-meet*' jicofo jitsi-videobridge2 | grep ' installed '"
)


def inside(site: Site, script: str) -> str:
    done = lab.run(site.server.name, ["sh", "-ec", script])
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def versions_file(site: Site) -> dict[str, str]:
    text = (site.inventory / "group_vars/all/versions.yml").read_text(encoding="utf-8")
    found: dict[str, str] = yaml.safe_load(text)["jitsi_repository_versions"]
    return found


@pytest.fixture
def copied(site: Site, tmp_path: Path) -> Site:
    """The server with a copy of its inventory that asks for the next release."""
    inventory = tmp_path / "inventory"
    shutil.copytree(site.inventory, inventory, ignore=shutil.ignore_patterns("runs"))
    settings = inventory / "group_vars/all/settings.yml"
    lines = settings.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("jitsi_repository_suite:")]
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    passphrase.chmod(0o600)
    closed = f"site_backup_passphrase_file: {passphrase}"
    text = "\n".join([*kept, "jitsi_repository_suite: testing", closed, ""])
    settings.write_text(text, encoding="utf-8")
    return Site(site.server, inventory)


def test_the_versions_are_recorded_held_and_pinned(site: Site) -> None:
    recorded = versions_file(site)
    for line in inside(site, VERSIONS).splitlines():
        want, _, name, version = line.split()
        assert (want, recorded[name]) == ("hold", version)
    assert inside(site, "ls /var/cache/selfhost/packages").count(".deb") == 7
    assert inside(site, "cat /var/lib/selfhost/release").startswith("0.")


def test_an_upgrade_that_brings_a_finding_is_taken_back_and_one_that_works_is_kept(
    copied: Site,
) -> None:
    try:
        files, versions = inside(copied, FILES), inside(copied, VERSIONS)
        recorded = versions_file(copied)
        inside(copied, AI_KEY)
        done = copied.selfhost("upgrade")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "the upgrade did not work, and the former state is back" in done.stderr
        assert "host-ai-credentials on" in done.stderr
        assert inside(copied, VERSIONS) == versions
        assert inside(copied, FILES) == files
        assert versions_file(copied) == recorded
        inside(copied, f"rm {HOOK}")

        # Another suite alone does not change versions, nor does an upgrade of the whole system.
        would = inside(copied, "apt-get -qq update && apt-get --simulate full-upgrade")
        assert "Inst j" not in would

        done = copied.selfhost("upgrade")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "jicofo: " in done.stdout
        assert versions_file(copied)["jicofo"] != recorded["jicofo"]
        for line in inside(copied, VERSIONS).splitlines():
            want, _, name, version = line.split()
            assert (want, versions_file(copied)[name]) == ("hold", version)
        again = copied.selfhost("apply")
        assert "nothing had to change" in again.stderr, again.stderr
    finally:
        copied.reset()


@pytest.mark.nightly
def test_an_upgrade_after_which_no_bridge_works_is_taken_back(copied: Site) -> None:
    try:
        versions = inside(copied, VERSIONS)
        recorded = (copied.inventory / "group_vars/all/versions.yml").read_bytes()
        inside(copied, "echo ours > /etc/jitsi/meet/imprint.html")
        files = inside(copied, FILES)
        inside(copied, MASKED)
        done = copied.selfhost("upgrade")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "the former state is back" in done.stderr
        assert inside(copied, VERSIONS) == versions
        assert inside(copied, FILES) == files
        assert copied.selfhost("audit").returncode == 0

        # What was saved before it is the site as it was, and whole.
        (saved,) = (copied.inventory / "backups").iterdir()
        assert f"backup from before: {saved}" in done.stderr
        found = unpack(unseal(saved.read_bytes(), Key(PASSPHRASE), "x"), "x")
        kept = {name: entry.content for name, entry in found.of_inventory()}
        assert kept["group_vars/all/versions.yml"] == recorded
        assert any(path == "/etc/jitsi/meet/imprint.html" for _, path, _ in found.of_servers())
    finally:
        copied.reset()


@pytest.mark.nightly
def test_a_kept_upgrade_can_be_taken_back_without_the_repository(copied: Site) -> None:
    try:
        versions = inside(copied, VERSIONS)
        assert copied.selfhost("upgrade").returncode == 0
        assert inside(copied, VERSIONS) != versions
        inside(copied, "rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/*; apt-get -qq update")
        inside(copied, "echo mine > /etc/nginx/conf.d/admins-own.conf.off")
        done = copied.selfhost("rollback")
        assert done.returncode == 0, done.stderr
        assert inside(copied, VERSIONS) == versions
        assert inside(copied, "cat /etc/nginx/conf.d/admins-own.conf.off") == "mine\n"
        again = copied.selfhost("rollback")
        assert again.returncode == 1
        assert "nothing to go back to" in again.stderr
    finally:
        copied.reset()


@pytest.mark.nightly
def test_an_interrupted_upgrade_is_refused_and_ended_by_a_rollback(copied: Site) -> None:
    try:
        files, versions = inside(copied, FILES), inside(copied, VERSIONS)
        # Where the tests run in the background, their own shell has them ignore an interrupt.
        listening = ["env", "--default-signal=INT", sys.executable, "-m", "selfhost"]
        command = [*listening, "upgrade", "-i", str(copied.inventory)]
        running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and running.poll() is None:
            if lab.run(copied.server.name, ["pgrep", "-x", "dpkg"]).returncode == 0:
                break
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=120)[1]
        assert running.returncode == 130, said
        assert "selfhost rollback brings it back" in said
        assert json.loads(inside(copied, f"cat {STATE}"))["phase"] == "pending"
        refused = copied.selfhost("upgrade")
        assert (refused.returncode, "selfhost rollback" in refused.stderr) == (2, True)
        done = copied.selfhost("rollback")
        assert done.returncode == 0, done.stderr
        assert inside(copied, VERSIONS) == versions
        assert inside(copied, FILES) == files
    finally:
        copied.reset()


@pytest.mark.nightly
def test_a_look_tells_what_an_upgrade_would_bring_and_changes_nothing(copied: Site) -> None:
    everything = (
        "find / -xdev -not -path '/proc/*' -not -path '/var/log/*' -not -path '/run/*'"
        " -not -path '*/.ansible/*' -not -path '/var/lib/prosody/*' \\( -type f -o -type l \\)"
        " -printf '%p %T@ %s\\n' | sort"
    )
    inside(copied, "rm -rf /var/lib/apt/lists/*testing*")
    copied.selfhost("upgrade", "--check")  # what a first login leaves behind is there from now on
    before, recorded = inside(copied, everything), versions_file(copied)
    done = copied.selfhost("upgrade", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"jicofo {recorded['jicofo']} -> " in done.stdout
    assert "nothing stands in the way" in done.stderr
    after = inside(copied, everything)
    assert after.splitlines() == before.splitlines()
    assert versions_file(copied) == recorded

    told = json.loads(copied.selfhost("upgrade", "--check", "--format", "json").stdout)
    assert told["verdict"] == "newer"
    assert {c["id"]: c["status"] for c in told["hosts"][0]["checks"]} == {
        "offered": "ok",
        "dependencies": "ok",
        "versions": "ok",
        "disk": "ok",
        "way back": "ok",
    }
    wrong = copied.selfhost("upgrade", "--check", "--to", "2.0.1-1")
    assert wrong.returncode == 1
    assert "2.0.1-1 is not offered; offered are: 2.0.11190" in wrong.stdout


@pytest.mark.nightly
def test_the_way_back_is_there_when_the_repository_has_dropped_the_old_versions(
    copied: Site,
) -> None:
    """The suite that the copy asks for has the new release alone, as one that was tidied up."""
    try:
        files, versions = inside(copied, FILES), inside(copied, VERSIONS)
        recorded = versions_file(copied)
        inside(copied, "rm -f /var/cache/apt/archives/*.deb /var/lib/apt/lists/*stable*")
        source = "/etc/apt/sources.list.d/selfhost-jitsi.sources"
        inside(copied, f"cp -p {source} /tmp/was; sed -i s/stable/testing/ {source}")
        inside(copied, "apt-get -qq update")
        assert recorded["jicofo"] not in inside(copied, "apt-cache madison jicofo")
        inside(copied, f"cp -p /tmp/was {source}")
        inside(copied, MASKED)
        done = copied.selfhost("upgrade")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "the former state is back" in done.stderr
        assert inside(copied, VERSIONS) == versions
        assert inside(copied, FILES) == files

        # Where the kept files have gone as well, nothing begins.
        inside(copied, f"rm {HOOK} /var/cache/selfhost/packages/jicofo_*.deb")
        told = copied.selfhost("upgrade", "--check")
        assert told.returncode == 1, told.stdout
        assert f"the files of jicofo={recorded['jicofo']}" in told.stdout
        done = copied.selfhost("upgrade")
        assert done.returncode == 1
        assert "nothing was changed: " in done.stderr
        assert "there would be no way back" in done.stderr
        assert inside(copied, VERSIONS) == versions
    finally:
        copied.reset()
