"""nginx, also against crossplane."""

import tempfile
from pathlib import Path
from typing import Any

import crossplane
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfhost.readers.nginx import Directive, NginxConfig, read_nginx_dump, read_nginx_files
from selfhost.readers.tree import Source

MAIN = "/etc/nginx/nginx.conf"


def dump(files: dict[str, str]) -> NginxConfig:
    text = "".join(
        f"# configuration file /etc/nginx/{name}:\n{content}\n" for name, content in files.items()
    )
    return read_nginx_dump(Source("nginx -T", text))


def one(text: str) -> NginxConfig:
    return read_nginx_files({MAIN: Source(MAIN, text)}, MAIN)


def plain(level: tuple[Directive, ...]) -> list[Any]:
    return [
        [d.name, list(d.arguments), d.origin.line, None if d.block is None else plain(d.block)]
        for d in level
    ]


def oracle(text: str) -> list[Any] | None:
    def convert(block: list[dict[str, Any]]) -> list[Any]:
        return [
            [d["directive"], d["args"], d["line"], convert(d["block"]) if "block" in d else None]
            for d in block
            if d["directive"] != "#"  # a comment inside a directive
        ]

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "nginx.conf"
        file.write_text(text, encoding="utf-8")
        payload = crossplane.parse(
            str(file), single=True, strict=False, check_ctx=False, check_args=False
        )
    if payload["status"] != "ok":
        return None
    return convert(payload["config"][0]["parsed"])


SAMES = [
    "",
    "user www-data;\nworker_processes auto;",
    "http {\n server {\n listen 443 ssl; # c\n }\n}\n",
    "http { log_format x '$remote_addr \"$request\" {}'; }",
    'http { map $arg_vnode $node { default prosody; "~^(?<n>v[0-9]{1,2})$" $n; } }',
    "http { server { location ~ ^/([^/?&:'\"]+)$ { try_files $uri @root; } } }",
    'http { server { add_header "X-A" "a;b{c}" always; } }',
    "http { server { set $x ${y}z; return 301 https://$host$request_uri; } }",
    "http { server { location / { ssi on; sub_filter '<!--# x -->' \"\"; } } }",
    "events {}\n\n\nhttp\n{\n}\n",
]


@pytest.mark.parametrize("text", SAMES)
def test_same_as_crossplane(text: str) -> None:
    expected = oracle(text)
    assert expected is not None
    found = one(text)
    assert found.problems == ()
    assert plain(found.directives) == expected


WORDS = st.sampled_from(["a", "b", "c", '"q q"', "'s;{'", "$v", "${v}b", "# c\n", "\n", "/x"])


@settings(max_examples=150, deadline=2000)
@given(st.lists(st.tuples(st.lists(WORDS, max_size=3), st.sampled_from([";", "{", "}", "; "]))))
def test_what_we_accept_crossplane_reads_the_same(parts: list[tuple[list[str], str]]) -> None:
    text = " ".join(" ".join(words) + " " + mark for words, mark in parts)
    found = one(text)
    if not found.problems:
        assert plain(found.directives) == oracle(text)


def test_escapes() -> None:
    (directive,) = one(r"""a "x\"y" 'it\'s' \n\d a\;b "\\";""").directives
    assert directive.arguments == ('x"y', "it's", "\n\\d", "a\\;b", "\\")


def test_lua_blocks() -> None:
    text = (
        "http { server { location / {\n"
        'access_by_lua_block {\n local a = "}" -- }\n local b = [[ } ]] if x then y = {1} end\n}\n'
        "return 200;\n} } }"
    )
    found = one(text)
    assert found.problems == ()
    location = found.servers()[0].block[0]  # type: ignore[index]
    assert location.block is not None
    assert [(d.name, d.origin.line) for d in location.block] == [
        ("access_by_lua_block", 2),
        ("return", 6),
    ]


def test_dump_follows_includes_in_order_with_own_lines() -> None:
    found = dump(
        {
            "nginx.conf": "http {\n  include conf.d/*.conf;\n  include mime.types;\n}\n",
            "conf.d/a.conf": "server { listen 1; }\n",
            "conf.d/b.conf": "\nserver { listen 2; }\n",
            "mime.types": "types { text/html html; }\n",
        }
    )
    assert found.problems == ()
    http = found.directives[0]
    assert [d.name for d in http.block or ()] == ["server", "server", "types"]
    places = [str(server.origin) for server in found.servers()]
    assert places == ["/etc/nginx/conf.d/a.conf:1", "/etc/nginx/conf.d/b.conf:2"]


def test_dump_without_an_included_file_is_a_problem() -> None:
    found = dump({"nginx.conf": "http { include gone.conf; include none/*.conf; }"})
    assert [problem.fatal for problem in found.problems] == [True]


def test_dump_with_a_comment_that_looks_like_a_header_is_a_problem() -> None:
    text = "a;\n# configuration file /etc/nginx/x.conf:\nb;\n"
    found = dump({"nginx.conf": text})
    assert found.problems
    assert dump({"nginx.conf": "a;\n# configuration file /etc/nginx/nginx.conf:\nb;\n"}).problems


def test_not_a_dump() -> None:
    assert read_nginx_dump(Source("nginx -T", "http {}")).problems[0].fatal


def files(main: str, *complete: str, **others: str) -> NginxConfig:
    sources = {MAIN: Source(MAIN, main)}
    for name, text in others.items():
        path = f"/etc/nginx/sites-enabled/{name}"
        sources[path] = Source(path, text)
    return read_nginx_files(sources, MAIN, complete)


def test_files_of_a_complete_folder() -> None:
    folder = "/etc/nginx/sites-enabled"
    found = files("http { include sites-enabled/*; }", folder, b="y;", a="x;")
    assert found.problems == ()
    assert [d.name for d in found.directives[0].block or ()] == ["x", "y"]
    assert files("http { include sites-enabled/*; }", folder).problems == ()


def test_files_of_a_folder_that_may_hold_more() -> None:
    found = files("http { include sites-enabled/*; }", a="x;")
    assert [d.name for d in found.directives[0].block or ()] == ["x"]
    assert [problem.fatal for problem in found.problems] == [False]


@pytest.mark.parametrize(("complete", "fatal"), [((), False), (("/etc/nginx",), True)])
def test_a_missing_file(complete: tuple[str, ...], fatal: bool) -> None:
    found = files("include site.conf;", *complete)
    assert [problem.fatal for problem in found.problems] == [fatal]


def test_inheritance() -> None:
    found = one(
        "http { access_log off; add_header A 1; server { add_header B 2; add_header C 3;"
        " location / { return 200; } location /x { add_header D 4; } } }"
    )
    at = {}
    for ancestors, directive in found.walk():
        if directive.name in ("return", "add_header"):
            headers = found.effective(ancestors, "add_header")
            at[directive.name, directive.arguments[0]] = [d.arguments[0] for d in headers]
            logs = found.effective(ancestors, "access_log")
            assert [d.arguments for d in logs] == [("off",)]
    assert at["return", "200"] == ["B", "C"]
    assert at["add_header", "D"] == ["D"]
    assert at["add_header", "A"] == ["A"]
    assert found.effective((), "add_header") == ()


@pytest.mark.parametrize(
    "text",
    [
        *["http {", "}", "a", "a }", "{}", ";", 'a "b', 'a "b"c;', "a {" * 5000],
        "access_by_lua_block {",
        *["include nginx.conf;", "include *.conf;", "include nginx.conf; include nginx.conf;"],
    ],
)
def test_what_nginx_refuses(text: str) -> None:
    assert any(problem.fatal for problem in one(text).problems)


def test_laughs() -> None:
    sources = {MAIN: Source(MAIN, "include a0;")}
    for i in range(15):
        path = f"/etc/nginx/a{i}"
        sources[path] = Source(path, f"include a{i + 1};" * 10)
    sources["/etc/nginx/a15"] = Source("/etc/nginx/a15", "x;")
    assert any(problem.fatal for problem in read_nginx_files(sources, MAIN).problems)


@settings(deadline=2000)
@given(st.text(alphabet="ab{};\"'\\$# \n\r\x0b*[", max_size=50))
def test_never_raises(text: str) -> None:
    for config in (one(text), read_nginx_dump(Source("d", f"# configuration file /a:\n{text}"))):
        list(config.walk())
