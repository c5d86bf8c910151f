"""Jigasi's settings, as Jigasi would use them."""

import json

import pytest

from selfhost.effective.config import Config
from selfhost.effective.seen import NotInstalled
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State
from selfhost.readers.tree import Unknown

FOLDER = "/etc/jitsi/jigasi"
FILES = {
    "sip-communicator.properties": "jigasi.config",
    "custom-sip-communicator.properties": "jigasi.config",
    "jigasi.conf": "jigasi.hocon",
    "config": "jigasi.environment",
}
KEY = "org.jitsi.jigasi.ENABLE_TRANSCRIPTION"


def server(files: dict[str, str], arguments: list[str] | None = None) -> Server:
    documents = [
        Document(FILES[name], f"{FOLDER}/{name}", State.PRESENT, text.encode())
        for name, text in files.items()
    ]
    if not any(d.source == "jigasi.config" for d in documents):
        path = f"{FOLDER}/sip-communicator.properties"
        documents.append(Document("jigasi.config", path, State.ABSENT))
    if arguments is not None:
        line = json.dumps({"pid": 7, "arguments": ["java", *arguments, "org.jitsi.jigasi.Main"]})
        documents.append(
            Document("host.processes", "probe:processes", State.PRESENT, line.encode())
        )
    return Server(Evidence("x", "", tuple(documents), frozenset(d.source for d in documents)))


def only(found: tuple[Config, ...]) -> Config:
    assert len(found) == 1
    return found[0]


def value(config: Config, key: str) -> object:
    node = config.get((key,))
    return None if node is None else node.plain()


def test_the_file_wins_over_arguments() -> None:
    files = {"sip-communicator.properties": f"{KEY}=false\n"}
    config = only(server(files, [f"-D{KEY}=true", "-Dorg.jitsi.jigasi.ENABLE_SIP=false"]).jigasi)
    assert value(config, KEY) == "false"
    assert value(config, "org.jitsi.jigasi.ENABLE_SIP") == "false"


def test_what_docker_appends_wins() -> None:
    files = {
        "sip-communicator.properties": f"{KEY}=false\n",
        "custom-sip-communicator.properties": f"{KEY}=true\n",
    }
    node = only(server(files).jigasi).get((KEY,))
    assert node is not None
    assert node.value == "true"
    assert node.origin.path.endswith("custom-sip-communicator.properties")
    assert [place.path for place in node.overrides] == [f"{FOLDER}/sip-communicator.properties"]


def test_options_of_the_next_start_count_while_it_does_not_run() -> None:
    files = {
        "sip-communicator.properties": "a=b\n",
        "config": f'# x\nJAVA_SYS_PROPS="-Da=c -D{KEY}=true"\n',
    }
    config = only(server(files).jigasi)
    assert value(config, KEY) == "true"
    assert value(config, "a") == "b"
    assert value(only(server(files, ["-Dx=y"]).jigasi), KEY) is None


def test_hocon_has_the_same_names() -> None:
    files = {
        "sip-communicator.properties": "a=b\n",
        "jigasi.conf": 'org.jitsi.jigasi { rest { host = "0.0.0.0" } }\n',
    }
    assert value(only(server(files).jigasi), "org.jitsi.jigasi.rest.host") == "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize(
    "text",
    ["{{ .Env.T }}", "<<T>>", "${T}", "@@T@@", "{% if x %}true{% endif %}"],
)
def test_what_a_template_leaves_open_is_unknown(text: str) -> None:
    config = only(server({"sip-communicator.properties": f"{KEY}={text}\n"}).jigasi)
    assert isinstance(value(config, KEY), Unknown)


def test_lines_under_a_template_s_condition_are_unknown() -> None:
    text = f"""{{{{ $X := .Env.X | default "0" -}}}}
a=1
{{{{ if $X -}}}}
{KEY}=true
{{{{ else }}}}
b=2
{{{{ end -}}}}
c=3
"""
    config = only(server({"sip-communicator.properties": text}).jigasi)
    assert isinstance(value(config, KEY), Unknown)
    assert isinstance(value(config, "b"), Unknown)
    assert (value(config, "a"), value(config, "c")) == ("1", "3")


def test_no_gateway() -> None:
    with pytest.raises(NotInstalled):
        _ = server({}).jigasi
