"""What links try, against what upstream takes from links and what the surfaces name."""

import re

from selfhost.catalog.client_keys import client_keys
from selfhost.catalog.hostile_links import overrides

INTERFACE = "interfaceConfig."


def test_each_override_acts_as_upstream_lets_it() -> None:
    for override in overrides():
        assert override.acts in ("network", "server", "browser", "refused"), override
        if override.key.startswith(INTERFACE):
            continue
        path = tuple(override.key.removeprefix("config.").split("."))
        settable = client_keys().settable_by_link(path)
        assert settable is (override.acts != "refused"), override.key


def test_what_a_link_sets_besides_is_settable() -> None:
    for override in overrides():
        for key, _ in override.besides:
            path = tuple(key.removeprefix("config.").split("."))
            assert client_keys().settable_by_link(path), key


#: Keys whose names sound as if they mattered, and that only change what is shown.
SHOWN = {
    *("avgRtpStatsN", "pcStatsInterval", "hideParticipantsStats", "disableShowMoreStats"),
    *("speakerStats", "speakerStatsOrder", "disableSpeakerStatsSearch"),
    *("watchRTCConfigParams.allowBrowserLogCollection", "watchRTCConfigParams.logGetStats"),
    "watchRTCConfigParams.rtcToken",  # the three: with the vendor's key, which is tried
}


def test_every_key_that_sounds_as_if_it_mattered_is_tried() -> None:
    keys = client_keys()
    feared = {
        ".".join(path) for path in keys.link if any(keys.looks_relevant(name) for name in path)
    }
    tried = {override.key.removeprefix("config.") for override in overrides()}
    assert feared - tried == SHOWN


def test_no_override_is_tried_twice() -> None:
    keys = [override.key for override in overrides()]
    assert len(keys) == len(set(keys))


def test_the_fragment_is_one_that_a_browser_keeps() -> None:
    for override in overrides():
        assert re.fullmatch(r"[\w.=&%/,:~-]+", override.fragment), override.fragment
