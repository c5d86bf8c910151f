"""Jibri's settings, as Jibri would use them."""

import json

import pytest

from selfhost.effective.config import Config
from selfhost.effective.seen import NotInstalled, Unseen
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State
from selfhost.readers.tree import Unknown

FOLDER = "/etc/jitsi/jibri"
FILES = {"jibri.conf": "jibri.config", "xmpp.conf": "jibri.config"}
FILES |= {"custom-jibri.conf": "jibri.config", "config.json": "jibri.legacy"}
DIRECTORY = "jibri.recording.recordings-directory"


def server(
    files: dict[str, str], processes: list[list[str]] | None = None, folder: str = FOLDER
) -> Server:
    documents = [
        Document(FILES[name.rpartition("/")[2]], f"{folder}/{name}", State.PRESENT, text.encode())
        for name, text in files.items()
    ]
    if not any(d.source == "jibri.config" for d in documents):
        documents.append(Document("jibri.config", f"{folder}/jibri.conf", State.ABSENT))
    if processes is not None:
        lines = "".join(
            json.dumps({"pid": pid, "arguments": arguments}) + "\n"
            for pid, arguments in enumerate(processes, 1)
        )
        documents.append(
            Document("host.processes", "probe:processes", State.PRESENT, lines.encode())
        )
    return Server(Evidence("x", "", tuple(documents), frozenset(d.source for d in documents)))


def only(found: tuple[Config, ...]) -> Config:
    assert len(found) == 1
    return found[0]


def value(config: Config, path: str) -> object:
    node = config.get(path)
    return None if node is None else node.plain()


def test_the_old_file_wins_over_arguments_and_those_over_the_new_file() -> None:
    files = {
        "jibri.conf": f'{DIRECTORY} = "/new"\njibri.recording.finalize-script = "/new.sh"\n'
        "jibri.stats.enable-stats-d = false\n",
        "config.json": '{\n // a comment\n "recording_directory": "/old" }',
    }
    arguments = ["java", f"-D{DIRECTORY}=/argument", "-Djibri.recording.finalize-script=/a.sh"]
    config = only(server(files, [[*arguments, "-jar", "/opt/jitsi/jibri/jibri.jar"]]).jibri)
    assert value(config, DIRECTORY) == "/old"
    assert value(config, "jibri.recording.finalize-script") == "/a.sh"
    assert value(config, "jibri.stats.enable-stats-d") is False
    node = config.get(DIRECTORY)
    assert node is not None
    assert (node.origin.path, node.origin.line) == (f"{FOLDER}/config.json", 3)
    assert [place.path for place in node.overrides] == [f"{FOLDER}/jibri.conf", "/proc/1/cmdline"]


def test_the_old_file_s_environments_get_the_new_names() -> None:
    text = """{ "recording_directory": null, "xmpp_environments": [ {
      "usage_timeout": 0, "control_muc": { "room_name": "Brewery" } } ] }"""
    config = only(server({"config.json": text}).jibri)
    environment = "jibri.api.xmpp.environments.0"
    assert value(config, f"{environment}.usage-timeout") == 0
    assert value(config, f"{environment}.control-muc.room-name") == "Brewery"
    assert value(config, f"{environment}.trust-all-xmpp-certs") is True
    assert config.get(DIRECTORY) is None


def test_what_docker_includes_is_followed() -> None:
    files = {
        "jibri.conf": f'{DIRECTORY} = "/first"\ninclude "xmpp.conf"\n'
        'include "/run/jibri/config/custom-jibri.conf"\n',
        "xmpp.conf": 'jibri.api.xmpp.environments = [ { name = "a" } ]\n',
        "custom-jibri.conf": f'{DIRECTORY} = "/last"\n',
    }
    config = only(server(files).jibri)
    assert value(config, DIRECTORY) == "/last"
    assert value(config, "jibri.api.xmpp.environments") == [{"name": "a"}]


def test_an_include_that_was_not_collected_hides_what_it_may_set() -> None:
    config = only(
        server({"jibri.conf": f'{DIRECTORY} = "/a"\ninclude "custom-jibri.conf"\n'}).jibri
    )
    assert isinstance(value(config, DIRECTORY), Unknown)


def test_a_part_alone_tells_only_what_it_says() -> None:
    config = only(server({"custom-jibri.conf": "jibri.stats.enable-stats-d = false\n"}).jibri)
    assert value(config, "jibri.stats.enable-stats-d") is False
    assert isinstance(value(config, DIRECTORY), Unknown)
    assert isinstance(value(config, "jibri.stats.host"), Unknown)


def test_each_folder_is_one_recorder() -> None:
    files = {"a/jibri.conf": f"{DIRECTORY} = /a\n", "b/jibri.conf": f"{DIRECTORY} = /b\n"}
    assert [value(config, DIRECTORY) for config in server(files).jibri] == ["/a", "/b"]


def test_a_recorder_that_reads_another_file_is_not_judged_by_this_one() -> None:
    arguments = ["java", "-Dconfig.file=/srv/jibri.conf", "-jar", "jibri.jar"]
    with pytest.raises(Unseen, match=r"/srv/jibri\.conf"):
        _ = server({"jibri.conf": "jibri {}\n"}, [arguments]).jibri


@pytest.mark.parametrize("name", ["config.url", "config.resource"])
def test_a_recorder_that_reads_no_file_is_not_judged_by_one(name: str) -> None:
    process = ["java", f"-D{name}=https://conf.example.com/jibri.conf", "-jar", "/opt/jibri.jar"]
    with pytest.raises(Unseen):
        _ = server({"jibri.conf": f"{DIRECTORY} = /a\n"}, [process]).jibri


def forced(told: str, variables: dict[str, str | None] | None) -> Server:
    file = Document("jibri.config", f"{FOLDER}/jibri.conf", State.PRESENT, b"jibri {}\n")
    arguments = ["java", f"-Dconfig.override_with_env_vars={told}", "-jar", "/opt/jibri.jar"]
    line = json.dumps({"pid": 1, "arguments": arguments, "environment": variables}) + "\n"
    running = Document("host.processes", "probe:processes", State.PRESENT, line.encode())
    scope = frozenset({"jibri.config", "host.processes"})
    return Server(Evidence("x", "", (file, running), scope))


def test_variables_win_where_the_recorder_was_told_so() -> None:
    name = "CONFIG_FORCE_jibri_recording_recordings__directory"
    config = only(forced("true", {name: "/mnt/cloud", "OTHER": "x"}).jibri)
    assert value(config, DIRECTORY) == "/mnt/cloud"
    node = config.get(DIRECTORY)
    assert node is not None
    assert str(node.origin) == "/proc/1/environ"
    assert isinstance(value(only(forced("true", {name: None}).jibri), DIRECTORY), Unknown)
    assert value(only(forced("false", {name: "/mnt/cloud"}).jibri), DIRECTORY) is None


def test_variables_that_may_not_be_read_leave_it_open() -> None:
    with pytest.raises(Unseen):
        _ = forced("true", None).jibri


def test_no_recorder() -> None:
    with pytest.raises(NotInstalled):
        _ = server({}).jibri


def test_a_broken_old_file_is_not_skipped() -> None:
    config = only(server({"jibri.conf": "jibri {}\n", "config.json": '{ "a": '}).jibri)
    assert config.unreadable is not None
