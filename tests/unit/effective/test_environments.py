"""Programs that are told by variables: which of the places where one is set counts."""

import json

import pytest

from selfhost.effective.seen import NotInstalled, Unseen
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State
from selfhost.readers.tree import Unknown

SOURCE = "skynet.environment"


def server(
    files: dict[str, str],
    processes: list[dict[str, object]] | None = None,
    containers: list[dict[str, object]] | None = None,
) -> Server:
    documents = [Document(SOURCE, path, State.PRESENT, t.encode()) for path, t in files.items()]
    documents = documents or [Document(SOURCE, "/etc/skynet/.env", State.ABSENT)]
    for source, items in (("host.processes", processes), ("host.containers", containers)):
        if items is not None:
            content = "".join(json.dumps(item) + "\n" for item in items).encode()
            documents.append(Document(source, f"probe:{source}", State.PRESENT, content))
    return Server(Evidence("x", "", tuple(documents), frozenset(d.source for d in documents)))


def process(environment: dict[str, str | None] | None, **more: object) -> dict[str, object]:
    arguments = ["python", "-m", "skynet.main"]
    return {"pid": 4, "arguments": arguments, "environment": environment, **more}


def test_what_the_process_was_given_wins_over_the_file() -> None:
    asked = server(
        {"/opt/skynet/.env": "LOG_LEVEL=DEBUG\nENABLED_MODULES=assistant\n"},
        [process({"LOG_LEVEL": "WARNING", "REDIS_PWD": None})],
    )
    (config,) = asked.variables("skynet")
    level, modules = config.get(("LOG_LEVEL",)), config.get(("ENABLED_MODULES",))
    password = config.get(("REDIS_PWD",))
    assert level is not None
    assert level.value == "WARNING"
    assert [place.path for place in level.overrides] == ["/opt/skynet/.env"]
    assert modules is not None
    assert modules.value == "assistant"
    assert password is not None
    assert isinstance(password.value, Unknown)


def test_a_container_is_asked_for_its_own() -> None:
    container: dict[str, object] = {
        "engine": "docker", "name": "sky", "image": "jitsi/skynet:latest", "state": "running",
        "environment": {"LOG_LEVEL": "INFO"},
    }  # fmt: skip
    stopped = {**container, "name": "old", "state": "exited"}
    inside = process({"LOG_LEVEL": "DEBUG"}, container="0123")
    (config,) = server({}, [inside], [container, stopped]).variables("skynet")
    node = config.get(("LOG_LEVEL",))
    assert node is not None
    assert node.value == "INFO"


def test_each_file_is_judged_where_nothing_runs() -> None:
    files = {"/etc/skynet/a.env": "LOG_LEVEL=INFO\n", "/etc/skynet/b.env": "LOG_LEVEL=DEBUG\n"}
    found = server(files, []).variables("skynet")
    assert [config.place.path for config in found] == list(files)


def test_variables_that_may_not_be_read_are_not_guessed() -> None:
    with pytest.raises(Unseen, match="may not be read"):
        server({}, [process(None)]).variables("skynet")


def test_nothing_there() -> None:
    with pytest.raises(NotInstalled):
        server({}, []).variables("skynet")


def test_variables_of_a_worker() -> None:
    text = '{\n  // at Cloudflare\n  "name": "x",\n  "vars": { "DEBUG": "true" },\n}\n'
    document = Document("opus.environment", "/w/wrangler.jsonc", State.PRESENT, text.encode())
    asked = Server(Evidence("x", "", (document,), frozenset(["opus.environment"])))
    (config,) = asked.variables("opus")
    node = config.get(("DEBUG",))
    assert node is not None
    assert (node.value, node.origin.line) == ("true", 4)
