"""A new server whose repository has not got the release that is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from selfhost import lab
from selfhost.provision import content
from selfhost.settings.release import FILE
from tests.lab.conftest import Site, bare_site
from tests.lab.faults import on

NAME = "test-first-release"


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Site]:
    """A server that nothing was installed on."""
    yield bare_site(NAME, tmp_path)
    lab.down(NAME)


@pytest.mark.nightly
def test_it_is_said_in_one_sentence_and_nothing_of_jitsi_is_installed(bare: Site) -> None:
    """The lab's repository has numbers of its own, so it lacks the release that ours names."""
    settings = bare.inventory / "group_vars/all/settings.yml"
    lines = settings.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("jitsi_repository_first_release:")]
    settings.write_text("\n".join([*kept, ""]), "utf-8")
    named = (content.roles() / FILE).read_text("utf-8")
    assert "jitsi-meet: 2.0.11146-1" in named

    done = bare.selfhost("apply")
    assert done.returncode == 1, done.stderr
    assert "None of Jitsi's packages was installed: jitsi-meet 2.0.11146-1 is not offered" in (
        done.stderr
    )
    assert "Set jitsi_repository_first_release: newest to take the newest" in done.stderr
    assert "Traceback" not in done.stderr
    listed = on(bare, "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' | grep installed")
    assert not [name for name in listed.splitlines() if name.startswith(("jitsi", "jicofo"))]
    assert not (bare.inventory / "group_vars/all/versions.yml").exists()

    # A recorded set that the repository has dropped is told as well.
    versions = bare.inventory / "group_vars/all/versions.yml"
    names = ("jitsi-meet", "jitsi-meet-prosody", "jitsi-meet-web", "jitsi-meet-web-config")
    rows = "".join(f'  {name}: "1.0-1-1"\n' for name in (*names, "jicofo", "jitsi-videobridge2"))
    versions.write_text(f"---\njitsi_repository_versions:\n{rows}", "utf-8")
    done = bare.selfhost("apply")
    assert done.returncode == 1, done.stderr
    assert "the repository no longer has a version that group_vars/all/versions.yml" in done.stderr
    versions.unlink()

    settings.write_text("\n".join([*kept, "jitsi_repository_first_release: newest", ""]), "utf-8")
    done = bare.selfhost("apply")
    assert done.returncode == 0, done.stderr
    assert "jitsi-meet: " in versions.read_text("utf-8")
