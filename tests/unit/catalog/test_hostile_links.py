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


def test_no_override_is_tried_twice() -> None:
    keys = [override.key for override in overrides()]
    assert len(keys) == len(set(keys))


def test_the_fragment_is_one_that_a_browser_keeps() -> None:
    for override in overrides():
        assert re.fullmatch(r"[\w.=&%/,:~-]+", override.fragment), override.fragment
