"""The telephony gateway: healthy over HTTP, connected to nobody."""

import sys

from . import httpd
from .arguments import Arguments, parse_arguments
from .journal import log
from .process import FatalError, run

_PORT = 8788


async def main(arguments: Arguments) -> None:
    """The HTTP interface, until the process is told to end."""
    log("INFO", f"gateway, heap {arguments.heap}")
    routes: dict[str, httpd.Handler] = {"/about/health": lambda _: httpd.Answer(200)}
    try:
        server = await httpd.serve("127.0.0.1", _PORT, routes)
    except OSError as problem:
        raise FatalError(f"cannot listen: {problem}") from problem
    await server.serve_forever()


if __name__ == "__main__":
    _arguments = parse_arguments(sys.argv[1:])
    run(lambda: main(_arguments))
