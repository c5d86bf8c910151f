"""No text keeps the redactor busy."""

import time
from contextlib import suppress

import pytest

from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.syntax import Overload

KEY = b"k" * 32


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "token",
            "secret=",
            'secret="',
            "secret={",
            "a:b@",
            "x://a:b@",
            "key key ",
            "password 'a",
        ),
        *("curl -b ", "mysql -u ", "curl -au", "echo '", 'echo "', "value:", "value  ", '"-u", "a'),
        *("login a password ", "prosodyctl register ", ":ommysql:", "key is a1", " a:b@tcp("),
        *(
            "map $token $a {",
            "map $token $a { x ",
            "map $token $a {\"'",
            "kind: Secret\ndata:\n  a: b\n",
        ),
        *(
            '{"kind":"Secret","data":{',
            'kind: Secret "\\"',
            "headers:\n  a: b\n",
            "x.headers]\na=b\n",
        ),
        *(
            "secrets:\n  a:\n    content: b\n",
            '"--token", "',
            "- --token\n",
            "<a x=",
            'token("',
            "-token\\\n",
        ),
    ],
)
def test_hostile_text_is_read_or_refused_in_linear_time(piece: str) -> None:
    for syntax in ("lines", "code", "hocon", "nginx"):
        started = time.process_time()
        with suppress(Overload):
            Redactor(KEY).content(piece.encode() * (12_000 // len(piece)), syntax)
        assert time.process_time() - started < 4
