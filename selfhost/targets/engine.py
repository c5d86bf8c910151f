"""Docker's and podman's own command line: asked without a shell, in bounded time and size."""

import json
import os
import re
import selectors
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from selfhost.errors import TargetError

NAMES = ("podman", "docker")
MAX_ANSWER = 32 * 1024 * 1024
MAX_CONTAINERS = 200
TIMEOUT = 60.0  # seconds
#: Labels by which docker compose and podman-compose mark the containers of a project.
PROJECT_LABELS = ("com.docker.compose.project", "io.podman.compose.project")
SERVICE_LABELS = ("com.docker.compose.service", "io.podman.compose.service")
_ID = re.compile(r"[0-9a-f]{12,64}", re.ASCII)
_ABSENT = re.compile(r"no such (?:object|container)|no container with name or id", re.I)
_DENIED = re.compile(r"permission denied", re.I)
_NO_FILE = re.compile(r"could not find the file|no such file or directory|not found in", re.I)
_DOWN = re.compile(r"cannot connect to the docker daemon|is the docker daemon running", re.I)

Inspected = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said; ``cut`` when it said more than the limit."""

    output: bytes
    errors: str
    code: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Engine:
    """``docker`` or ``podman`` as the user's environment points them at an engine."""

    name: str

    @property
    def installed(self) -> bool:
        """Whether its command is there."""
        return shutil.which(self.name) is not None

    def inspect(self, container: str) -> Inspected:
        """What is known of a container. Raises TargetError."""
        answer = self._ask("container", "inspect", "--", container)
        if _ABSENT.search(answer.errors):
            raise TargetError(
                f"{self.name} has no container called {container}",
                hint=f"`{self.name} ps` lists those that run",
            )
        items = self._json(answer)
        if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
            raise self._not_understood()
        return cast("Inspected", items[0])

    def of_project(self, project: str) -> list[str]:
        """Ids of the running containers of a Compose project. Raises TargetError."""
        found: dict[str, None] = {}
        for label in PROJECT_LABELS:
            answer = self._ask(
                "ps", "--no-trunc", "--format", "{{.ID}}", "--filter", f"label={label}={project}"
            )
            self._check(answer)
            for word in answer.output.decode("ascii", "replace").split():
                if not _ID.fullmatch(word):
                    raise self._not_understood()
                found[word] = None
        if len(found) > MAX_CONTAINERS:
            raise TargetError(f"{project} has more than {MAX_CONTAINERS} containers")
        return list(found)

    def copy(self, container: str, path: str, limit: int, timeout: float) -> Answer | None:
        """A tar of a path in a container, ``None`` where there is none. Raises OSError.

        Nothing of the container is run for it.
        """
        answer = self._run(("cp", f"{container}:{path}", "-"), limit, timeout)
        if answer.code and not answer.cut:
            if _NO_FILE.search(answer.errors) and "/proc/" not in answer.errors:
                return None
            raise OSError(5, self._reason(answer))
        return answer

    # -- asking ---------------------------------------------------------------------------------

    def _ask(self, *arguments: str) -> Answer:
        try:
            return self._run(arguments, MAX_ANSWER, TIMEOUT)
        except FileNotFoundError:
            raise TargetError(
                f"{self.name} is not installed on this machine",
                hint="run selfhost where the containers run, or audit that machine: ssh://user@host",
            ) from None
        except OSError as error:
            raise TargetError(f"{self.name}: {error.strerror}") from None

    def _check(self, answer: Answer) -> None:
        if answer.cut:
            raise TargetError(f"{self.name} says more than {MAX_ANSWER // (1024 * 1024)} MiB")
        if not answer.code:
            return
        if _DOWN.search(answer.errors):
            hint = "start it, or set DOCKER_HOST to where it runs"
            raise TargetError(f"the engine of {self.name} does not answer", hint=hint)
        if _DENIED.search(answer.errors):
            hint = "run as root, or as a user who may command it"
            raise TargetError(f"{self.name} may not be asked by your user", hint=hint)
        raise TargetError(f"{self.name}: {self._reason(answer)}")

    def _json(self, answer: Answer) -> object:
        self._check(answer)
        try:
            return cast("object", json.loads(answer.output))
        except (ValueError, RecursionError):
            raise self._not_understood() from None

    def _not_understood(self) -> TargetError:
        return TargetError(f"what {self.name} says of its containers was not understood")

    def _reason(self, answer: Answer) -> str:
        lines = answer.errors.strip().splitlines()
        return lines[-1][:300] if lines else f"it ended with code {answer.code}"

    def _run(self, arguments: Sequence[str], limit: int, timeout: float) -> Answer:
        """Raises OSError; ``TimeoutError`` where there is no answer in time."""
        program = shutil.which(self.name)
        if program is None:
            raise FileNotFoundError(2, "not installed")
        process = subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
            start_new_session=True,
        )
        try:
            output, errors, cut = _drain(process, time.monotonic() + timeout, limit)
            if not cut:
                process.wait(5)
        except subprocess.TimeoutExpired:
            raise TimeoutError(110, f"no answer within {timeout:g} seconds") from None
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        return Answer(output, errors.decode("utf-8", "replace"), process.returncode, cut)


def _drain(
    process: "subprocess.Popen[bytes]", deadline: float, limit: int
) -> tuple[bytes, bytes, bool]:
    """Standard output up to ``limit``, standard error up to 64 KiB, whether output was cut."""
    kept: dict[int, bytearray] = {}
    with selectors.DefaultSelector() as waiting:
        for stream in (process.stdout, process.stderr):
            assert stream is not None  # noqa: S101 - both are pipes
            waiting.register(stream, selectors.EVENT_READ)
            kept[stream.fileno()] = bytearray()
        output, errors = kept.values()
        while waiting.get_map():
            left = deadline - time.monotonic()
            ready = waiting.select(left) if left > 0 else []
            if not ready:
                raise TimeoutError(110, "no answer in time")
            for entry, _ in ready:
                chunk = os.read(entry.fd, 65536)
                if not chunk:
                    waiting.unregister(entry.fileobj)
                elif entry.fd == process.stdout.fileno() or len(errors) < 65536:  # type: ignore[union-attr]
                    kept[entry.fd] += chunk
                if len(output) > limit:
                    return bytes(output[:limit]), bytes(errors), True
    return bytes(output), bytes(errors), False
