"""What the focus and the bridge use, of HOCON, -D arguments and old properties."""

import json

import pytest

from selfhost.effective.seen import NotInstalled, Unseen
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State
from selfhost.readers.tree import Unknown

JVB = "/etc/jitsi/videobridge/jvb.conf"
OLD = "/etc/jitsi/videobridge/sip-communicator.properties"
HOME = (
    "-Dnet.java.sip.communicator.SC_HOME_DIR_LOCATION=/etc/jitsi"
    " -Dnet.java.sip.communicator.SC_HOME_DIR_NAME=videobridge"
)
STUN = "ice4j.harvest.mapping.stun.addresses"


def bridge(
    config: str | None = None,
    legacy: str = "",
    environment: str = "",
    command: str | None = None,
    *,
    more: dict[str, str] | None = None,
    whole: bool = False,
) -> Server:
    """A bridge from its files and the command line that it runs with."""
    documents = [
        Document("videobridge.config", path, State.PRESENT, text.encode())
        for path, text in ({JVB: config} if config is not None else {}).items()
    ]
    documents += [
        Document("videobridge.config", path, State.PRESENT, text.encode())
        for path, text in (more or {}).items()
    ]
    if config is None:
        documents.append(Document("videobridge.config", JVB, State.ABSENT))
    state = State.PRESENT if legacy else State.ABSENT
    documents.append(Document("videobridge.legacy", OLD, state, legacy.encode()))
    if environment or whole:
        place = "/etc/jitsi/videobridge/config"
        documents.append(
            Document("videobridge.environment", place, State.PRESENT, environment.encode())
        )
    if command is not None:
        process = {"pid": 7, "command": "java", "arguments": command.split()}
        text = json.dumps(process) + "\n"
        documents.append(Document("host.processes", "probe", State.PRESENT, text.encode()))
    scope = None if whole else frozenset(document.source for document in documents)
    return Server(Evidence("t", "2026-01-01T00:00:00Z", tuple(documents), scope))


def value(server: Server, key: str) -> object:
    node = server.videobridge.get(key)
    return None if node is None else node.plain()


def java(arguments: str) -> str:
    return f"java -Xmx1g {arguments} -cp x org.jitsi.videobridge.MainKt"


def test_an_old_key_beats_the_file_and_says_so() -> None:
    server = bridge(
        f"{STUN} = []\n",
        "org.ice4j.ice.harvest.STUN_MAPPING_HARVESTER_ADDRESSES=a:443, b:443\n",
    )
    node = server.videobridge.get(STUN)
    assert node is not None
    assert node.plain() == ["a:443", "b:443"]
    assert (node.origin.path, node.origin.line) == (OLD, 1)
    assert [place.path for place in node.overrides] == [JVB]


def test_the_last_duplicate_of_an_old_key_wins() -> None:
    server = bridge("", "org.jitsi.videobridge.REGION=us\n" + "org.jitsi.videobridge.REGION = eu\n")
    assert value(server, "videobridge.relay.region") == "eu"


VIDEOBRIDGE = "org.jitsi.videobridge."


@pytest.mark.parametrize(
    ("line", "key", "expected"),
    [
        (VIDEOBRIDGE + "ENABLE_REST_SHUTDOWN=TRUE", "videobridge.rest.shutdown.enabled", True),
        (VIDEOBRIDGE + "ENABLE_REST_COLIBRI=true", "videobridge.apis.rest.enabled", None),
        (VIDEOBRIDGE + "ENABLE_REST_COLIBRI=no", "videobridge.apis.rest.enabled", False),
        (
            "org.ice4j.ice.harvest.DISABLE_AWS_HARVESTER=true",
            "ice4j.harvest.mapping.aws.enabled",
            False,
        ),
        (
            VIDEOBRIDGE + "rest.private.jetty.host=192.0.2.1",
            "videobridge.http-servers.private.host",
            "192.0.2.1",
        ),
        (VIDEOBRIDGE + "SINGLE_PORT_HARVESTER_PORT=x", "videobridge.ice.udp.port", None),
        (VIDEOBRIDGE + "REGION=", "videobridge.relay.region", None),
    ],
)
def test_how_old_values_are_read(line: str, key: str, expected: object) -> None:
    assert value(bridge("videobridge {}\n", line + "\n"), key) == expected


def test_old_xmpp_users_replace_those_of_the_file() -> None:
    server = bridge(
        "videobridge.apis.xmpp-client.configs { new { HOSTNAME = a } }\n",
        "org.jitsi.videobridge.xmpp.user.shard.HOSTNAME=b\n",
    )
    assert value(server, "videobridge.apis.xmpp-client.configs") == {"shard": {"HOSTNAME": "b"}}


def test_old_keys_alone_are_settings_too() -> None:
    server = bridge(None, "org.jitsi.videobridge.REGION=eu\n")
    assert value(server, "videobridge.relay.region") == "eu"


def test_with_neither_file_it_is_not_installed() -> None:
    with pytest.raises(NotInstalled):
        _ = bridge(None).videobridge


def test_the_file_wins_over_an_argument_which_fills_what_is_open() -> None:
    arguments = f"{HOME} -Djmt.debug.pcap.enabled=true -Djmt.debug.pcap.directory=/x"
    server = bridge("jmt.debug.pcap.enabled = false\n", command=java(arguments))
    assert value(server, "jmt.debug.pcap.enabled") is False
    assert value(server, "jmt.debug.pcap.directory") == "/x"


def test_the_last_argument_of_a_name_wins() -> None:
    server = bridge("", command=java("-Da.b=1 -Da.b=2"))
    assert value(server, "a.b") == "2"


def test_without_a_process_the_starting_file_tells_the_arguments() -> None:
    server = bridge("", environment='JAVA_SYS_PROPS="-Djmt.debug.pcap.enabled=true"\n')
    assert value(server, "jmt.debug.pcap.enabled") == "true"


def test_a_starting_file_that_is_code_hides_arguments() -> None:
    server = bridge("", environment='JAVA_SYS_PROPS="$MORE -Da.b=1"\n')
    node = server.videobridge.get("jmt.debug.pcap.enabled")
    assert node is not None
    assert isinstance(node.value, Unknown)


def test_old_keys_as_arguments() -> None:
    server = bridge(f"{STUN} = []\n", command=java(
        "-Dorg.ice4j.ice.harvest.STUN_MAPPING_HARVESTER_ADDRESSES=a:1"
        " -Dorg.jitsi.videobridge.REGION=eu"
    ))  # fmt: skip
    assert value(server, STUN) == ["a:1"]
    assert value(server, "videobridge.relay.region") == "eu"


def test_properties_beat_arguments_but_not_for_ice4j() -> None:
    legacy = "org.jitsi.videobridge.REGION=file\norg.ice4j.ipv6.DISABLED=false\n"
    server = bridge("", legacy, command=java(
        f"{HOME} -Dorg.jitsi.videobridge.REGION=argument -Dorg.ice4j.ipv6.DISABLED=true"
    ))  # fmt: skip
    assert value(server, "videobridge.relay.region") == "file"
    assert value(server, "ice4j.harvest.use-ipv6") is False


def test_properties_are_not_read_without_their_folder() -> None:
    server = bridge("", "org.jitsi.videobridge.REGION=eu\n", command=java(f"-Dconfig.file={JVB}"))
    assert value(server, "videobridge.relay.region") is None


def test_properties_elsewhere_were_not_seen() -> None:
    server = bridge("", "a=1\n", command=java(HOME.replace("/etc/jitsi", "/opt")))
    with pytest.raises(Unseen, match="/opt/videobridge/sip-communicator"):
        _ = server.videobridge


def test_another_file_was_not_seen() -> None:
    with pytest.raises(Unseen, match=r"/tmp/x\.conf"):
        _ = bridge("", command=java("-Dconfig.file=/tmp/x.conf")).videobridge


@pytest.mark.parametrize("name", ["config.url", "config.resource"])
def test_what_is_no_file_was_not_seen(name: str) -> None:
    with pytest.raises(Unseen, match="instead of a file"):
        _ = bridge("", command=java(f"-D{name}=https://conf.example.com/x")).videobridge


def test_an_included_file_beside_the_main_one() -> None:
    more = {"/etc/jitsi/videobridge/custom-jvb.conf": "jmt.debug.pcap.enabled = true\n"}
    server = bridge('include "custom-jvb.conf"\n', more=more)
    assert value(server, "jmt.debug.pcap.enabled") is True
    assert value(bridge('include "custom-jvb"\n', more=more), "jmt.debug.pcap.enabled") is True


def test_a_missing_include_is_nothing_only_where_the_folder_was_collected() -> None:
    text = 'include "custom-jvb.conf"\n'
    assert value(bridge(text, whole=True, command=""), "jmt.debug.pcap.enabled") is None
    assert isinstance(value(bridge(text), "jmt.debug.pcap.enabled"), Unknown)


def test_includes_in_a_circle_end() -> None:
    more = {"/etc/jitsi/videobridge/a.conf": 'include "a.conf"\nx.y = 1\n'}
    root = bridge('include "a.conf"\n', more=more).videobridge.get("x.y")
    assert root is not None


def test_what_is_set_before_an_include_that_was_not_seen() -> None:
    """It may be changed there, so it is unknown; what it would be otherwise can be asked for."""
    server = bridge('videobridge.rest.shutdown.enabled = true\ninclude "c.conf"\n')
    node = server.videobridge.get("videobridge.rest.shutdown.enabled")
    assert node is not None
    assert isinstance(node.value, Unknown)
    assert server.supposing is not None
    supposed = server.supposing.videobridge.get("videobridge.rest.shutdown.enabled")
    assert supposed is not None
    assert supposed.value is True
