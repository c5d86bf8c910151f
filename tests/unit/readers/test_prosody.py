"""Prosody: sections, inheritance, includes, modules."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfhost.readers.prosody import ProsodyConfig, read_prosody
from selfhost.readers.tree import Origin, Source, Unknown

MAIN = "/etc/prosody/prosody.cfg.lua"


def read(text: str, others: dict[str, str] | None = None, **options: Any) -> ProsodyConfig:
    texts = {MAIN: text, **(others or {})}
    sources = {path: Source(path, body) for path, body in texts.items()}
    return read_prosody(sources, MAIN, **options)


def plain(config: ProsodyConfig, host: str, option: str) -> object:
    node = config.get(host, option)
    return node.plain() if node is not None else "absent"


JITSI = """
plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }
modules_enabled = { "tls"; "saslauth"; "disco" }
modules_disabled = { "s2s" }
c2s_require_encryption = false; cross_domain_bosh = false
VirtualHost "Meet.example"
    authentication = "jitsi-anonymous" -- "internal"
    modules_enabled = { "bosh"; "ping"; }
    ssl = { key = [[/etc/k.key]]; certificate = "/etc/c" .. ".crt" }
Component "conference.meet.example" "muc"
    storage = "memory"
    modules_enabled = {
        "muc_meeting_id";
        --"polls";
    }
    modules_disabled = { "tls" }
Component "focus.meet.example" "client_proxy"
    target_address = "focus@auth.meet.example"
Component "x.meet.example" "muc" { storage = "none" }
after = 1
"""


def test_sections_and_inheritance() -> None:
    config = read(JITSI)
    assert [(s.name, s.kind, s.module) for s in config.sections] == [
        ("*", "global", None),
        ("meet.example", "VirtualHost", None),
        ("conference.meet.example", "Component", "muc"),
        ("focus.meet.example", "Component", "client_proxy"),
        ("x.meet.example", "Component", "muc"),
    ]
    assert plain(config, "meet.example", "authentication") == "jitsi-anonymous"
    assert plain(config, "meet.example", "c2s_require_encryption") is False
    assert plain(config, "meet.example", "ssl") == {
        "key": "/etc/k.key",
        "certificate": "/etc/c.crt",
    }
    assert plain(config, "*", "after") == 1
    assert plain(config, "x.meet.example", "storage") == "none"
    assert plain(config, "meet.example", "storage") == "absent"
    node = config.get("conference.meet.example", "storage")
    assert node is not None
    assert node.origin == Origin(MAIN, 11)


def test_modules_of_hosts_and_components() -> None:
    config = read(JITSI)
    host = config.effective_modules("meet.example")
    assert host.names() == {
        *("presence", "message", "iq", "offline", "c2s", "s2s_auth_certs"),
        *("tls", "saslauth", "disco", "bosh", "ping"),
    }
    component = config.effective_modules("conference.meet.example")
    assert component.names() == {"muc", "iq", "saslauth", "muc_meeting_id"}
    where = {use.name: (use.because, use.origin.line) for use in component}
    assert where["muc"] == ("component", 10)
    assert where["muc_meeting_id"] == ("host", 13)
    assert where["saslauth"] == ("global", 3)
    assert host.rest is None


def test_unknown_module_lists_say_so() -> None:
    config = read('modules_enabled = { "a", ENV_MORE }\nVirtualHost "h"\nmodules_disabled = ENV_X')
    modules = config.effective_modules("h")
    assert modules.rest is not None
    assert not any(use.certain for use in modules)


def test_options_are_appended_to() -> None:
    config = read('m = { "a" }\nm { "b" }\nm:append { "c" }')
    assert plain(config, "*", "m") == ["a", "b", "c"]


def test_the_environment() -> None:
    text = 'a = os.getenv("A") or "none"\nb = ENV_A\nif Lua.os.getenv("A") == "1" then c = 1 else c = 2 end'  # noqa: E501
    config = read(text, environment={"A": "1"})
    assert [plain(config, "*", key) for key in "abc"] == ["1", "1", 1]
    config = read(text, environment={})
    assert [plain(config, "*", key) for key in "abc"] == ["none", "absent", 2]
    config = read(text)
    assert all(isinstance(plain(config, "*", key), Unknown) for key in "abc")


def test_includes_start_in_the_global_section_and_come_back() -> None:
    config = read(
        'VirtualHost "h"\nInclude "conf.d/*.cfg.lua"\nx = 1',
        {
            "/etc/prosody/conf.d/a.cfg.lua": 'y = 2\nVirtualHost "i"\nz = 3',
            "/etc/prosody/conf.d/.hidden.cfg.lua": "y = 9",
            "/etc/prosody/conf.d/a.cfg.lua.bak": "y = 9",
        },
    )
    assert plain(config, "*", "y") == 2
    assert plain(config, "i", "z") == 3
    assert plain(config, "i", "x") == "absent"
    assert plain(config, "h", "x") == 1


def test_what_was_not_collected_may_set_anything() -> None:
    for text in ('a = 1\nInclude "conf.d/*.cfg.lua"\nb = 2', 'a = 1\nInclude "/x"\nb = 2'):
        config = read(text)
        assert isinstance(plain(config, "*", "a"), Unknown)
        assert isinstance(plain(config, "*", "nothing"), Unknown)
        assert plain(config, "*", "b") == 2
        assert config.problems[0].origin == Origin(MAIN, 2)
    config = read('a = 1\nInclude "conf.d/*.cfg.lua"', complete=["/etc/prosody/conf.d"])
    assert plain(config, "*", "a") == 1
    assert plain(config, "*", "nothing") == "absent"
    assert not config.problems


def test_files_of_one_pattern_that_disagree() -> None:
    config = read(
        'Include "conf.d/*.lua"',
        {"/etc/prosody/conf.d/a.lua": "x = 1 y = 1", "/etc/prosody/conf.d/b.lua": "x = 2 y = 1"},
    )
    assert isinstance(plain(config, "*", "x"), Unknown)
    assert plain(config, "*", "y") == 1


@pytest.mark.parametrize(
    "text",
    [
        "a = {",
        'a = "x\ny"',
        'virtualhost "h"',
        'error("no")',
        "a = nil .. 'x'",
        'VirtualHost "h"\nComponent "h" "muc"',
        'VirtualHost "h" "muc"',
        "a = b.c",
    ],
)
def test_what_prosody_refuses(text: str) -> None:
    config = read("x = 1\n" + text)
    assert config.problems[-1].fatal
    assert isinstance(plain(config, "*", "x"), Unknown)


@pytest.mark.parametrize(
    "text",
    [
        'if ENV_A then VirtualHost "h" end',
        'RunScript "x.lua"',
        "local function f() return 1 end a = f()",
        "for i = 1, 3 do x = i end",
        'for _, h in ipairs({"a"}) do VirtualHost(h) end',
        'x = FileContents "secret"',
        "while ENV_A do x = 2 end",
        "goto done ::done::",
    ],
)
def test_what_cannot_be_followed_is_unknown(text: str) -> None:
    assert isinstance(
        plain(read("x = 1\n" + text), "*", "x" if "f()" not in text else "a"), Unknown
    )


def test_a_misspelled_value_is_a_problem() -> None:
    config = read("authentication = internal_plain")
    assert config.get("*", "authentication") is None
    assert "internal_plain" in config.problems[0].message


HOSTILE = {
    "tables": "x = " + "{" * 100_000,
    "closed tables": "x = " + "{" * 5_000 + "}" * 5_000,
    "concatenation": "x = " + "..".join(["'a'"] * 5_000),
    "doubling": "local s = 'x' " + "s = s .. s " * 100 + "x = s",
    "sharing": "local t = {} " + "t = {t, t} " * 60 + "x = t",
    "itself": "local t = {} t.t = t x = t",
    "include": f'Include "{MAIN}"',
    "NUL": "x = '\0'",
    "one line": "x = {" + "'a'," * 15_000 + "}",
    "large": "-- " + "x" * 3_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_ends_soon(text: str) -> None:
    start = time.monotonic()
    config = read(text)
    list(config.sections[0].options.walk())
    assert time.monotonic() - start < 10


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            [
                "VirtualHost",
                "Component",
                "Include",
                '"h"',
                "{",
                "}",
                "(",
                ")",
                "[",
                "]",
                "=",
                ",",
                ";",
                ".",
                ":",
                "x",
                "y",
                "1",
                "nil",
                "if",
                "then",
                "else",
                "end",
                "for",
                "do",
                "local",
                "function",
                "return",
                "..",
                "and",
                "not",
                "--",
                "[[",
                "]]",
                "\n",
                "os.getenv",
                "modules_enabled",
            ]
        ),
        max_size=20,
    ).map(" ".join)
    | st.text(max_size=40)
)
def test_never_raises(text: str) -> None:
    config = read(text)
    assert config.sections[0].kind == "global"
    config.effective_modules("h")


def test_a_host_that_is_switched_off_is_not_started() -> None:
    text = (
        'VirtualHost "a.example.org"\n    enabled = false\n'
        'VirtualHost "b.example.org"\n    enabled = "false"\n'
        'Component "c.example.org" "muc"\n'
    )
    config = read_prosody({MAIN: Source(MAIN, text)}, MAIN)
    assert [section.name for section in config.active] == ["b.example.org", "c.example.org"]
