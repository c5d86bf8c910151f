"""How the audit's cost grows: with the size of each kind of file, and with the number of controls.

A factor of 10 for ten times as much is linear. Processor time, the least of some runs.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType

from selfhost.audit.evaluate import evaluate
from selfhost.controls.model import Control
from selfhost.evidence.model import Evidence
from tests.fuzz.targets import TARGETS

TIMES = 10
SETTINGS = 100  # of the smaller file
_RUNS = 3

_CHAIN = {"family": "inet", "table": "t", "chain": "c"}
_EXPR = [
    {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": 6}},
    {"accept": None},
]
#: For each reader: a file of about this many settings. Every name occurs once, as in real files.
FILES = MappingProxyType[str, tuple[str, Callable[[int], str], str]](
    {
        "javascript": (
            "var config = { hosts: {} };\n",
            lambda i: f"config.key{i} = {{ a: [{i}, 'b'], url: 'https://' + 'h{i}' }};\n",
            "",
        ),
        "html": (
            "<html><body>",
            lambda i: f'<a href="https://host{i}/x">{i}</a><script src="a{i}.js"></script>\n',
            "</body></html>",
        ),
        "prosody": (
            'VirtualHost "meet"\n',
            lambda i: f'option_{i} = {{ "value"; key = {i} }} -- a note\n',
            "",
        ),
        "hocon": ("", lambda i: f'a.b{i} {{ key = "value {i}", list = [1, 2] }}\n', ""),
        "properties": ("", lambda i: f"org.jitsi.key{i}.name = value \\\n  and more\n", ""),
        "environment": ("", lambda i: f'export KEY_{i}="value {i}"\n', ""),
        "nginx": (
            "# configuration file /etc/nginx/nginx.conf:\nhttp {\n",
            lambda i: f"server {{ server_name h{i}; location /{i} {{ proxy_pass http://b; }} }}\n",
            "}\n",
        ),
        "turnserver": ("", lambda i: f"allowed-peer-ip=10.0.{i // 250 % 250}.{i % 250}\n", ""),
        "dotenv": ("", lambda i: f"KEY_{i}=value {i} # a note\n", ""),
        "compose": (
            "services:\n",
            lambda i: f"  s{i}:\n    image: i{i}\n    environment:\n      KEY_{i}: ${{V:-x}}\n",
            "",
        ),
        "nftables": (
            '{"nftables": [' + json.dumps({"chain": {**_CHAIN, "name": "c", "handle": 1}}),
            lambda number: "," + json.dumps({"rule": {**_CHAIN, "handle": number, "expr": _EXPR}}),
            "]}",
        ),
        "facts": (
            "",
            lambda i: json.dumps({"path": f"/f{i}", "size": i, "type": "file"}) + "\n",
            "",
        ),
    }
)


def text(kind: str, settings: int) -> str:
    """A file of that many settings."""
    head, line, tail = FILES[kind]
    return head + "".join(map(line, range(settings))) + tail


def factor(kind: str, settings: int) -> tuple[float, float]:
    """Seconds for the smaller file, and how many times that for the one ten times as long."""
    small, large = text(kind, settings), text(kind, TIMES * settings)
    read = TARGETS[kind]
    read(small)
    seconds = least(lambda: read(small))
    return seconds, least(lambda: read(large)) / seconds


def controls_factor(evidence: Evidence, controls: Sequence[Control]) -> tuple[float, float]:
    """The same for judging by the controls, and by ten times as many of other names."""
    many = [
        replace(control, id=f"{control.id}-{copy}") for copy in range(TIMES) for control in controls
    ]
    seconds = least(lambda: evaluate(evidence, controls))
    return seconds, least(lambda: evaluate(evidence, many)) / seconds


def least(work: Callable[[], object]) -> float:
    """The least processor seconds of some runs."""
    taken = []
    for _ in range(_RUNS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)
