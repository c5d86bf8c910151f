"""Authentication x guests x lobby, as far as Prosody and the focus decide it: the other cells.

tests/lab/test_access.py has accounts with guests and tokens with guests, test_directory.py the
directory. What a moderator's lobby does once it is on is in Jitsi's own module, and not shown here.
"""

from pathlib import Path

import pytest

from tests.lab import tokens
from tests.lab.access import People, refusal, settings
from tests.lab.conftest import Site, provisioned
from tests.lab.test_access import PASSWORD, accounts, secret, users

pytestmark = pytest.mark.nightly

#: What Prosody's BOSH answers for a host that it does not serve (mod_bosh).
NO_SUCH_HOST = "improper-addressing"


def test_accounts_without_guests_or_lobby(site: Site) -> None:
    with settings(site, site_guests=False, site_lobby="none"), People(site) as people:
        assert users(site, "add", "dora", "--password-stdin", text=PASSWORD).returncode == 0
        assert refusal(people.guest) == NO_SUCH_HOST
        assert refusal(people.stranger) == "ANONYMOUS is not offered"
        dora = people.member("dora", PASSWORD)
        assert dora.open("talk")
        dora.enter("talk")


def test_tokens_without_guests(site: Site) -> None:
    with settings(site, site_authentication="jwt", site_guests=False), People(site) as people:
        assert refusal(people.guest) == NO_SUCH_HOST
        assert refusal(people.stranger) == "not-allowed"
        good = tokens.claims(site.server.hostname)
        bearer = people.bearer(tokens.hashed(good, secret(site)))
        assert bearer.open("talk")
        bearer.enter("talk")
        asked = users(site, "list")
        assert (asked.returncode, "site_authentication: jwt" in asked.stderr) == (2, True)


def test_open_to_all_is_what_it_says_and_is_reported(site: Site) -> None:
    with settings(site, site_authentication="none"), People(site) as people:
        assert refusal(people.guest) == NO_SUCH_HOST
        stranger = people.stranger()
        assert stranger.open("talk")
        stranger.enter("talk")
        audit = site.selfhost("audit", "--select", "prosody-open-rooms")
        assert audit.returncode == 1, audit.stdout


def test_the_choice_survives_the_packages_own_configuration(site: Site) -> None:
    """Upgrades run the same scripts."""
    from selfhost import lab

    script = (
        "DEBIAN_FRONTEND=noninteractive dpkg-reconfigure jitsi-meet-prosody >/dev/null 2>&1; "
        f"sed -n '/^VirtualHost \"{site.server.hostname}\"/,/authentication =/p' "
        f"/etc/prosody/conf.avail/{site.server.hostname}.cfg.lua"
    )
    try:
        done = lab.run(site.server.name, ["sh", "-c", script], timeout=300)
        assert b'authentication = "internal_hashed"' in done.stdout
        again = site.selfhost("apply", "--check")
        assert "0 would change" in again.stderr, again.stdout
    finally:
        site.reset()


def test_accounts_on_debian_13(tmp_path: Path) -> None:
    """Another Prosody (13): it stores, changes and removes accounts by its own shell."""
    from selfhost import lab

    try:
        site = provisioned("test-trixie-access", "trixie", tmp_path)
        with People(site) as people:
            assert users(site, "add", "bob", "--password-stdin", text=PASSWORD).returncode == 0
            assert refusal(lambda: people.member("bob", "wrong password")) == "not-authorized"
            session = people.member("bob", PASSWORD)
            assert session.open("talk")
            session.enter("talk")
            guest = people.guest()
            guest.enter("talk")
            assert refusal(lambda: guest.open("another")) == "not-authorized"
            assert users(site, "reset", "bob", "--generate").returncode == 0
            assert session.put_out()
            assert refusal(lambda: people.member("bob", PASSWORD)) == "not-authorized"
            assert users(site, "remove", "bob", "--yes").returncode == 0
            assert accounts(site) == []
        with settings(site, site_authentication="jwt", site_lobby="host"), People(site) as people:
            good = tokens.claims(site.server.hostname)
            assert refusal(lambda: people.bearer(tokens.unsigned(good)))
            assert people.bearer(tokens.hashed(good, secret(site))).open("talk")
    finally:
        lab.down("test-trixie-access")
