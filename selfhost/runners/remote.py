"""Evidence over somebody else's connection: the collector as a command that they run.

Ansible and testinfra reach hosts in ways that selfhost does not know. Each is given a command,
and its output is read and bounded exactly as that of our own SSH connection.
"""

import base64
import zlib

from selfhost.errors import TargetError
from selfhost.evidence.model import Evidence
from selfhost.targets.order import Order
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


def with_stdin(order: Order) -> tuple[list[str], str]:
    """The command, and what it reads on standard input."""
    program = collector_program().decode("ascii")
    command = ["python3", "-I", "-c", PYTHON_LOADER, str(len(program))]
    return command, program + order.to_bytes().decode("ascii")


def without_stdin(order: Order) -> list[str]:
    """The command alone."""
    packed = [_packed(collector_program()), _packed(order.without_key())]
    return ["python3", "-I", "-c", _UNPACKER, *packed]


def evidence(name: str, moment: str, done: Completed, order: Order) -> Evidence:
    """What the command gave. Raises TargetError when that is not the answer to the order."""
    if len(done.stdout) > MAX_OUTPUT:
        raise TargetError(f"{name} sent more evidence than there can be")
    return Evidence(name, moment, read_answer(done, order, name))


def _packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")
