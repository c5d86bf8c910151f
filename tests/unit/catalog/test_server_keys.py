"""Known keys of the focus and the bridge, old keys, and known modules of Prosody."""

import pytest

from selfhost.catalog.legacy_keys import legacy_keys
from selfhost.catalog.prosody_modules import prosody_modules
from selfhost.catalog.server_keys import server_keys


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("jicofo.transcription.url-template", True),
        ("jicofo.transcription.llm-url", False),
        ("jicofo.transcription.http-headers.Authorization", True),
        ("videobridge.http-servers.public.key-store-password", True),
        ("videobridge.http-servers.public.key", False),
        ("jicofo.jibri", False),
        ("jicofo.jibri.brewery-jid", True),
    ],
)
def test_which_keys_upstream_knows(path: str, known: bool) -> None:
    assert server_keys().knows(tuple(path.split("."))) is known


@pytest.mark.parametrize("name", ["url-template", "transcriberHost", "app_token", "statsd"])
def test_names_that_matter(name: str) -> None:
    assert server_keys().looks_relevant(name)


@pytest.mark.parametrize("name", ["tokenizer", "monkey", "trackless", "mailbox", "curl"])
def test_words_inside_words_do_not_matter(name: str) -> None:
    assert not server_keys().looks_relevant(name)


@pytest.mark.parametrize("component", ["jicofo", "videobridge"])
def test_old_keys_are_the_programs_own(component: str) -> None:
    for key in legacy_keys(component):
        assert key.old.startswith(("org.jitsi.", "org.ice4j.")), key
        assert all(path.startswith((component, "ice4j.")) for path in key.new), key


def test_a_prefix_matches_what_follows_it() -> None:
    users = next(key for key in legacy_keys("videobridge") if key.prefix)
    assert users.rest("org.jitsi.videobridge.xmpp.user.shard.HOSTNAME") == "shard.HOSTNAME"
    assert users.rest("org.jitsi.videobridge.xmpp.userX") is None


def test_modules_load_known_ones_only_and_never_themselves() -> None:
    modules = prosody_modules()
    for name, loaded in modules.depends.items():
        assert modules.knows(name)
        assert name not in loaded
        assert all(modules.knows(other) for other in loaded), name


def test_options_of_somebodys_own() -> None:
    assert prosody_modules().unclassified("summary_webhook_url")
    assert not prosody_modules().unclassified("asap_key_server")
    assert not prosody_modules().unclassified("muc_room_cache_size")
    assert prosody_modules().of_the_vendor("muc_permissions_vpaas")
