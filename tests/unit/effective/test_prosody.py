"""Which modules a host of Prosody ends up with."""

from selfhost.effective.prosody import loaded
from selfhost.readers.prosody import read_prosody
from selfhost.readers.tree import Source

MAIN = "/etc/prosody/prosody.cfg.lua"


def names(text: str, host: str = "meet.example.org") -> frozenset[str]:
    config = read_prosody({MAIN: Source(MAIN, text)}, MAIN)
    section = config.section(host)
    assert section is not None
    return loaded(config, section).names()


def test_modules_pull_in_others_and_these_pull_in_more() -> None:
    text = 'VirtualHost "meet.example.org"\n    modules_enabled = { "admin_telnet" }\n'
    assert {"admin_telnet", "admin_shell", "admin_socket"} <= names(text)


def test_a_disabled_module_comes_back_when_another_asks_for_it() -> None:
    text = (
        'modules_enabled = { "register" }\nmodules_disabled = { "register_ibr" }\n'
        'VirtualHost "meet.example.org"\n'
    )
    assert "register_ibr" in names(text)


def test_the_origin_is_that_of_the_module_that_asked() -> None:
    text = 'VirtualHost "meet.example.org"\n    modules_enabled = { "register" }\n'
    config = read_prosody({MAIN: Source(MAIN, text)}, MAIN)
    use = next(u for u in loaded(config, config.sections[1]) if u.name == "register_limits")
    assert (use.because, use.origin.line) == ("dependency", 2)


def test_components_inherit_little() -> None:
    text = (
        'modules_enabled = { "pep"; "smacks" }\n'
        'Component "rooms.example.org" "muc"\n    modules_enabled = { "muc_hide_all" }\n'
    )
    found = names(text, "rooms.example.org")
    assert "pep" not in found
    assert {"muc", "muc_unique", "muc_hide_all", "smacks", "s2s"} <= found
