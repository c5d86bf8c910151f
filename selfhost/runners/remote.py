"""Evidence over somebody else's connection: the collector as a command that they run.

Ansible and testinfra reach hosts in ways that selfhost does not know. Each is given a command,
and its output is read and bounded exactly as that of our own SSH connection.
"""

import base64
import json
import os
import zlib

from selfhost.errors import TargetError
from selfhost.evidence.model import Evidence
from selfhost.evidence.plan import server_plan
from selfhost.targets.program import collector_program
from selfhost.targets.ssh import MAX_OUTPUT, read_answer
from selfhost.targets.ssh_connection import PYTHON_LOADER, Completed

# For connections without standard input. Packed, the program and its order fit into one argument;
# the key of the redaction is made on the host, so that it is on no command line.
_UNPACKER = (
    "import base64,io,json,os,sys,zlib;"
    "p,o=(zlib.decompress(base64.b64decode(x)) for x in sys.argv[1:3]);"
    "o=json.loads(o);o['key']=os.urandom(32).hex();"
    "sys.stdin=io.TextIOWrapper(io.BytesIO(json.dumps(o).encode()));"
    "exec(compile(p,'<selfhost>','exec'),{'__name__':'__main__'})"
)


def with_stdin() -> tuple[list[str], str]:
    """The command, and what it reads on standard input."""
    program = collector_program().decode("ascii")
    order = {**_order(), "key": os.urandom(32).hex()}
    command = ["python3", "-I", "-c", PYTHON_LOADER, str(len(program))]
    return command, program + json.dumps(order)


def without_stdin() -> list[str]:
    """The command alone."""
    return ["python3", "-I", "-c", _UNPACKER, _packed(collector_program()), _packed(_order_bytes())]


def evidence(name: str, moment: str, done: Completed) -> Evidence:
    """What the command gave. Raises TargetError when that is not the collector's answer."""
    if len(done.stdout) > MAX_OUTPUT:
        raise TargetError(f"{name} sent more evidence than there can be")
    return Evidence(name, moment, read_answer(done, server_plan(), name))


def _order() -> dict[str, object]:
    return {"plan": [step.as_json() for step in server_plan()]}


def _order_bytes() -> bytes:
    return json.dumps(_order()).encode("ascii")


def _packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")
