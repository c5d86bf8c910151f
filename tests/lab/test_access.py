"""Who may open rooms, by real logins through the web server: accounts and tokens.

Prosody is the real one; of Jitsi's own modules and of the focus these are doubles that refuse what
the real ones refuse, so what is shown here is that the roles wire them up as upstream says.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from selfhost import lab
from tests.lab import tokens
from tests.lab.access import People, ready, refusal, settings
from tests.lab.conftest import Site

PASSWORD = "correct horse battery"


@pytest.fixture
def people(site: Site) -> Iterator[People]:
    """Participants of the shared site."""
    ready(site)
    with People(site) as found:
        yield found


def users(site: Site, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """``selfhost users``, as a script would run it."""
    command = [sys.executable, "-m", "selfhost", "users", *words, "-i", str(site.inventory)]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=180)


def accounts(site: Site) -> list[str]:
    done = users(site, "list", "--format", "json")
    assert done.returncode == 0, done.stderr
    return [user["name"] for user in json.loads(done.stdout)["users"]]


def test_guests_join_what_people_with_an_account_open(site: Site, people: People) -> None:
    done = users(site, "add", "alice", "--password-stdin", text=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert refusal(people.stranger) == "ANONYMOUS is not offered"
    assert refusal(lambda: people.member("alice", "wrong password")) == "not-authorized"
    assert refusal(lambda: people.member("nobody", PASSWORD)) == "not-authorized"
    assert refusal(lambda: people.member("alice", "")) != ""
    guest = people.guest()
    assert refusal(lambda: guest.open("talk")) == "not-authorized"
    assert refusal(lambda: guest.enter("talk")) == "not-allowed"
    owner = people.member("alice", PASSWORD)
    assert refusal(lambda: owner.enter("talk")) == "not-allowed"  # only the focus makes rooms
    assert owner.open("talk")
    owner.enter("talk")
    assert guest.open("talk")
    guest.enter("talk")
    assert refusal(lambda: guest.open("another")) == "not-authorized"
    assert users(site, "remove", "alice", "--yes").returncode == 0


def test_an_account_from_its_first_day_to_its_last(site: Site, people: People) -> None:
    made = users(site, "add", "bob", "--generate")
    assert made.returncode == 0, made.stderr
    password = made.stdout.strip()
    assert len(password) == 20
    assert accounts(site) == ["bob"]
    assert users(site, "add", "bob", "--generate").returncode == 2

    first = people.member("bob", password)
    again = users(site, "reset", "bob", "--password-stdin", text=f"{PASSWORD}\n")
    assert again.returncode == 0, again.stderr
    assert first.put_out()
    assert refusal(lambda: people.member("bob", password)) == "not-authorized"

    session = people.member("bob", PASSWORD)
    assert session.open("talk")
    session.enter("talk")
    assert users(site, "remove", "bob").returncode == 2  # nobody was asked, and --yes not said
    assert users(site, "remove", "bob", "--yes").returncode == 0
    assert session.put_out()
    assert refusal(lambda: people.member("bob", PASSWORD)) == "not-authorized"
    assert accounts(site) == []
    left = "find /var/lib/prosody -name 'bob*' | grep . && exit 1 || exit 0"
    assert lab.run(site.server.name, ["sh", "-c", left]).stdout == b""
    gone = users(site, "remove", "bob", "--yes")
    assert (gone.returncode, "bob has no account" in gone.stderr) == (2, True)


@pytest.mark.parametrize("name", ["focus@auth.meet.example.test", "jvb@auth.meet.example.test"])
def test_accounts_of_the_servers_own_parts_stay(site: Site, name: str) -> None:
    for words in (["remove", name, "--yes"], ["reset", name, "--generate"]):
        done = users(site, *words)
        assert done.returncode == 2
        assert "not an account of people" in done.stderr
    assert not {"focus", "jvb"} & set(accounts(site))


def secret(site: Site) -> bytes:
    text = (site.inventory / "group_vars/all/secrets.yml").read_text(encoding="utf-8")
    return str(yaml.safe_load(text)["prosody_jwt_secret"]).encode()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """``private`` and ``public`` of the one whose tokens count, ``foreign`` of somebody else."""
    folder = tmp_path_factory.mktemp("keys")
    private, public = tokens.key_pair(folder, "signer")
    return {"private": private, "public": public, "foreign": tokens.key_pair(folder, "other")[0]}


def tokens_for(site: Site, sign: Callable[[dict[str, Any]], str]) -> dict[str, str]:
    """Tokens that must be refused whatever signs the good ones, by what is wrong with them."""
    domain = site.server.hostname
    good = tokens.claims(domain)
    return {
        "expired": sign(tokens.claims(domain, exp=good["nbf"])),
        "not yet valid": sign(tokens.claims(domain, nbf=good["exp"], exp=good["exp"] + 60)),
        "wrong issuer": sign(tokens.claims(domain, iss="somebody")),
        "no issuer": sign(tokens.claims(domain, iss=None)),
        "wrong audience": sign(tokens.claims(domain, aud="elsewhere.example.org")),
        "no audience": sign(tokens.claims(domain, aud=None)),
        "no room": sign(tokens.claims(domain, room=None)),
        "alg none": tokens.unsigned(good),
        "alg none with a signature": tokens.unsigned(good, sign(good).rpartition(".")[2]),
        "no signature": sign(good).rpartition(".")[0] + ".",
        "claims exchanged": ".".join(
            (
                sign(good).split(".")[0],
                sign(tokens.claims(domain, room="*")).split(".")[1],
                sign(good).split(".")[2],
            )
        ),
        "not a token": "abc",
        "empty": "",
    }


def check_tokens(
    site: Site, sign: Callable[[dict[str, Any]], str], foreign: dict[str, str]
) -> None:
    domain = site.server.hostname
    refused = {**tokens_for(site, sign), **foreign}
    with People(site) as people:
        for what, token in refused.items():
            assert refusal(lambda token=token: people.bearer(token)), what  # type: ignore[misc]
        assert refusal(people.stranger)
        guest = people.guest()
        guest.open("talk")
        assert refusal(lambda: guest.enter("talk")) == "registration-required"  # the lobby
        host = people.bearer(sign(tokens.claims(domain)))
        assert host.open("talk")
        host.enter("talk")
        guest.enter("talk")
        host.open("private")
        assert refusal(lambda: host.enter("private")) == "not-allowed"
        anywhere = people.bearer(sign(tokens.claims(domain, room="*")))
        anywhere.open("private")
        anywhere.enter("private")


def test_tokens_by_a_shared_secret(site: Site, keys: dict[str, Path]) -> None:
    key, good = secret(site), tokens.claims(site.server.hostname)
    with settings(site, site_authentication="jwt", site_lobby="host"):
        check_tokens(
            site,
            lambda said: tokens.hashed(said, key),
            {
                "another secret": tokens.hashed(good, b"x" * 32),
                "an RSA key": tokens.signed(good, keys["private"]),
                "the secret, called RS256": tokens.hashed(good, key, alg="RS256"),
                "the secret, called HS512": tokens.hashed(good, key, alg="HS512"),
            },
        )
        audit = site.selfhost("audit", "--format", "json")
        failed = [r for r in json.loads(audit.stdout)["results"] if r["status"] == "fail"]
        assert failed == []


def test_tokens_by_a_public_key(site: Site, keys: dict[str, Path]) -> None:
    good = tokens.claims(site.server.hostname)
    public = keys["public"].read_bytes()
    with settings(
        site,
        site_authentication="jwt",
        site_lobby="host",
        prosody_jwt_public_key=str(keys["public"]),
    ):
        check_tokens(
            site,
            lambda said: tokens.signed(said, keys["private"]),
            {
                "a foreign key": tokens.signed(good, keys["foreign"]),
                "HS256 with the public key": tokens.hashed(good, public),
                "the same without its last newline": tokens.hashed(good, public.strip()),
                "called RS256": tokens.hashed(good, public, alg="RS256"),
                "the site's own secret": tokens.hashed(good, secret(site)),
            },
        )
