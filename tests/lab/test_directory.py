"""People of a directory (LDAP) open rooms: a real slapd, by real logins through the web server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from selfhost import lab
from tests.lab.access import People, ready, refusal, settings
from tests.lab.conftest import Site

pytestmark = pytest.mark.nightly

SLAPD = Path(__file__).with_name("slapd.sh")
READER = 'a reader"s \\ password'
CAROL = "carols password"


def on(site: Site, script: str) -> str:
    """What a script says that is run as root on the server; it must succeed."""
    done = lab.run(site.server.name, ["bash", "-ec", script], timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


@pytest.fixture(scope="module")
def directory(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shared site with a directory of its own."""
    secrets = site.inventory / "group_vars" / "all" / "secrets.yml"
    before = secrets.read_text(encoding="utf-8")
    try:
        authority = tmp_path_factory.mktemp("ldap") / "ca.pem"
        on(site, SLAPD.read_text(encoding="utf-8"))
        authority.write_text(on(site, "cat /etc/ldap/tls/ca.pem"), encoding="utf-8")
        added = yaml.safe_dump({"prosody_ldap_bind_password": READER})
        secrets.write_text(f"{before}\n{added}", encoding="utf-8")
        with settings(
            site,
            site_authentication="ldap",
            prosody_ldap_url="ldaps://ldap.example.test",
            prosody_ldap_base="ou=people,dc=example,dc=test",
            prosody_ldap_bind_dn="cn=reader,dc=example,dc=test",
            prosody_ldap_ca=str(authority),
        ):
            yield site
    finally:
        secrets.write_text(before, encoding="utf-8")


def test_people_of_the_directory_open_rooms(directory: Site) -> None:
    with People(directory) as people:
        for user, password in (
            ("carol", "wrong password"),
            ("carol", ""),
            ("nobody", CAROL),
            ("*", CAROL),
            ("carol)(uid=*", CAROL),
        ):
            assert refusal(lambda u=user, p=password: people.member(u, p)), user  # type: ignore[misc]
        guest = people.guest()
        assert refusal(lambda: guest.open("talk")) == "not-authorized"
        carol = people.member("carol", CAROL)
        assert carol.open("talk")
        carol.enter("talk")
        assert guest.open("talk")
        guest.enter("talk")


def test_the_password_of_the_reader_is_nowhere_else(directory: Site) -> None:
    readable = "runuser -u nobody -- grep -rlsF 'a reader' /etc /var/log /run || true"
    assert on(directory, readable) == ""
    assert "a reader" not in on(directory, "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ")
    for log in (directory.inventory / "runs").rglob("*"):
        assert not log.is_file() or b"a reader" not in log.read_bytes(), log


def test_a_directory_that_is_away_lets_nobody_in_and_keeps_nobody_waiting(directory: Site) -> None:
    with People(directory) as people:
        inside = people.member("carol", CAROL)
        try:
            on(directory, "systemctl stop slapd")
            assert refusal(lambda: people.member("carol", CAROL))
            assert people.guest().jid
            assert inside.open("talk")  # who is in stays in
            on(directory, "systemctl start slapd")
            assert people.member("carol", CAROL).jid
            on(directory, "kill -STOP $(pidof slapd)")
            assert refusal(lambda: people.member("carol", CAROL))  # in bounded time
            assert people.guest().jid
        finally:
            on(directory, "kill -CONT $(pidof slapd) || true; systemctl start slapd")
        assert people.member("carol", CAROL).jid


def test_a_directory_with_another_certificate_is_not_asked(directory: Site) -> None:
    try:
        on(
            directory,
            "cd /etc/ldap/tls; cp server.pem kept.pem; openssl x509 -req -in server.csr -days 30 "
            "-signkey server.key -extfile extensions -out server.pem; systemctl restart slapd",
        )
        with People(directory) as people:
            assert refusal(lambda: people.member("carol", CAROL))
    finally:
        on(directory, "cd /etc/ldap/tls; mv kept.pem server.pem; systemctl restart slapd")


def test_who_is_removed_from_the_directory_is_let_in_no_more(directory: Site) -> None:
    on(
        directory,
        "ldapdelete -x -H ldapi:/// -D cn=admin,dc=example,dc=test -w directory-admin "
        "uid=carol,ou=people,dc=example,dc=test",
    )
    ready(directory)
    with People(directory) as people:
        assert refusal(lambda: people.member("carol", CAROL)) == "not-authorized"
