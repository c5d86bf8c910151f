"""The recorder: idle and healthy over HTTP, and nothing else."""

import asyncio
import sys

from . import httpd
from .arguments import Arguments, parse_arguments
from .journal import log
from .process import FatalError, run
from .settings import Settings, load

_HEALTH = {"status": {"busyStatus": "IDLE", "health": {"healthStatus": "HEALTHY", "details": {}}}}


async def main(arguments: Arguments, settings: Settings) -> None:
    """The outside and the inside interface, until the process is told to end."""
    log("INFO", f"recorder, settings {arguments.config}")
    http = "jibri.api.http"
    inside: dict[str, httpd.Handler] = {
        f"/jibri/api/internal/v1.0/{name}": lambda _: httpd.Answer(200)
        for name in ("gracefulShutdown", "notifyConfigChanged", "shutdown")
    }
    outside: dict[str, httpd.Handler] = {"/jibri/api/v1.0/health": lambda _: httpd.as_json(_HEALTH)}
    host = settings.text(f"{http}.external-api-host", "127.0.0.1")
    try:
        servers = [
            await httpd.serve(host, settings.number(f"{http}.external-api-port", 2222), outside),
            await httpd.serve(
                "127.0.0.1", settings.number(f"{http}.internal-api-port", 3333), inside
            ),
        ]
    except OSError as problem:
        raise FatalError(f"cannot listen: {problem}") from problem
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    _arguments = parse_arguments(sys.argv[1:])
    _settings = load(_arguments.config, _arguments.overrides)
    run(lambda: main(_arguments, _settings))
