"""What is there and still says nothing: questions to it have no answer."""

from dataclasses import replace

import pytest

from selfhost.audit.evaluate import evaluate, judge
from selfhost.controls.examples import place as place_of
from selfhost.controls.model import Status
from selfhost.controls.registry import controls
from selfhost.effective.seen import Unseen
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State
from selfhost.evidence.plan import server_plan

WHEN = "2026-01-01T00:00:00Z"


def test_a_file_with_null_bytes_is_no_text_file() -> None:
    text = b'-- start\nmodules_disabled = { "s2s" }\n\0'
    document = Document("prosody.config", "/etc/prosody/prosody.cfg.lua", State.PRESENT, text)
    with pytest.raises(Unseen, match=r"prosody\.cfg\.lua is not a text file"):
        Server(Evidence("h", WHEN, (document,))).documents("prosody.config")


@pytest.mark.parametrize("state", [State.PRESENT, State.ABSENT])
def test_a_server_without_any_process_was_not_looked_at(state: State) -> None:
    documents = (Document("host.processes", "probe:processes", state),)
    with pytest.raises(Unseen, match="no process was seen"):
        _ = Server(Evidence("h", WHEN, documents)).processes
    files = Evidence("h", WHEN, documents, frozenset({"host.processes"}))
    assert Server(files).processes == ()


# -- an answer that no running server gives ---------------------------------------------------

PROCESS = b'{"pid": 1, "command": "systemd", "arguments": ["/sbin/init"]}\n'
SOCKET = b'{"protocol": "tcp", "local_address": "0.0.0.0", "local_port": 22, "state": "LISTEN"}\n'
ALIVE = {
    "host.accounts": b"root:x:0:0:root:/root:/bin/bash\n",
    "host.processes": PROCESS,
    "host.mounts": b"/dev/vda1 / ext4 rw 0 0\n",
    "host.sockets": SOCKET,
    "host.packages": b"ii \tnginx\t1.22\tamd64\n",
    "host.units": b"ssh.service loaded active running OpenSSH\n",
    "host.unit_files": b"ssh.service enabled enabled\n",
}
#: A control that is content with nothing at all.
CONTENT = "host-stray-recordings"


def answer(**changes: State | bytes) -> Evidence:
    """Nothing anywhere, but for what every server has; with changes of that, ``_`` for ``.``."""
    documents = []
    for one in server_plan():
        place = place_of(one.name)
        given = changes.get(one.name.replace(".", "_"), ALIVE.get(one.name, State.ABSENT))
        if one.name == "host.accounts":
            place = "/etc/passwd"
        if one.kind == "probe" and one.name not in ALIVE:
            given = b""
        content = given if isinstance(given, bytes) else b""
        state = given if isinstance(given, State) else State.PRESENT
        documents.append(Document(one.name, place, state, content))
    return Evidence("h", WHEN, tuple(documents))


def statuses(evidence: Evidence) -> dict[str, str]:
    return {r.control: str(r.status) for r in evaluate(evidence, controls()).results}


def test_a_server_without_jitsi_is_judged() -> None:
    found = statuses(answer())
    assert found[CONTENT] == "pass"
    assert found["jicofo-visitors"] == "not-applicable"
    assert sum(status == "pass" for status in found.values()) > 20


def test_nothing_passes_where_all_is_absent() -> None:
    found = evaluate(answer(**{n.replace(".", "_"): State.ABSENT for n in ALIVE}), controls())
    assert {str(r.status) for r in found.results} <= {"unknown", "fail"}


@pytest.mark.parametrize(
    ("source", "given", "said"),
    [
        ("host.accounts", State.ABSENT, "/etc/passwd has no root"),
        ("host.accounts", b"", "/etc/passwd has no root"),
        ("host.accounts", b"no accounts here\nx:0\n", "/etc/passwd has no root"),
        ("host.processes", b"", "not one process runs"),
        ("host.mounts", State.ABSENT, "nothing is mounted at /"),
        ("host.mounts", b"proc /proc proc rw 0 0\n", "nothing is mounted at /"),
        ("host.sockets", b"\n", "not one socket is open"),
        ("host.packages", b"", "dpkg-query knows no package"),
        ("host.units", b"", "systemctl knows no unit"),
        ("host.unit_files", b"", "systemctl knows no unit file"),
    ],
)
def test_what_every_server_has_must_be_there(source: str, given: State | bytes, said: str) -> None:
    evidence = answer(**{source.replace(".", "_"): given})
    (control,) = [each for each in controls() if each.id == CONTENT]
    (verdict,) = judge(control, Server(evidence)) or ()
    assert verdict.status is Status.UNKNOWN
    assert said in verdict.message
    assert [place.origin.path for place in verdict.cited] == [evidence.of(source)[0].path]
    assert not {"pass", "not-applicable"} & set(statuses(evidence).values())


@pytest.mark.parametrize("source", ["host.packages", "host.units", "host.unit_files"])
def test_a_command_that_is_not_installed_has_nothing_to_tell(source: str) -> None:
    """Other distributions have neither dpkg nor, some, systemd."""
    assert statuses(answer(**{source.replace(".", "_"): State.ABSENT}))[CONTENT] == "pass"


@pytest.mark.parametrize("state", [State.DENIED, State.FAILED, State.TOO_LARGE])
def test_what_could_not_be_read_is_no_proof_of_either(state: State) -> None:
    """As with ``hidepid`` and a user who is not root: what needs it is unknown, all else judged."""
    assert statuses(answer(host_processes=state))[CONTENT] == "pass"
    nothing = answer(**{name.replace(".", "_"): state for name in ALIVE})
    assert not {"pass", "not-applicable"} & set(statuses(nothing).values())


def test_files_that_were_given_need_not_live() -> None:
    evidence = answer(host_accounts=State.ABSENT)
    given = replace(evidence, scope=frozenset({"host.stray_media", "host.accounts"}))
    assert statuses(given)[CONTENT] == "pass"


# -- files that are there, and are none of their program's ------------------------------------


def judged(source: str, path: str, text: str, control: str) -> str:
    document = Document(source, path, State.PRESENT, text.encode())
    evidence = answer()
    others = tuple(each for each in evidence.documents if each.source != source)
    return statuses(replace(evidence, documents=(*others, document)))[control]


PROSODY = ("prosody.config", "/etc/prosody/prosody.cfg.lua")
COTURN = ("coturn.config", "/etc/turnserver.conf")
NGINX = ("nginx.effective", "$ nginx -T")
DUMP = "# configuration file /etc/nginx/nginx.conf:\n"


@pytest.mark.parametrize(
    ("place", "text", "control", "expected"),
    [
        (PROSODY, "", "prosody-federation", "unknown"),
        (PROSODY, "-- nothing\n", "prosody-federation", "unknown"),
        (PROSODY, "x = 1\n", "prosody-federation", "unknown"),
        (PROSODY, "<html><body>Not Found</body></html>\n", "prosody-federation", "unknown"),
        (PROSODY, "qwe rty uio\n" * 50, "prosody-federation", "unknown"),
        (
            PROSODY,
            'VirtualHost "x"\nmodules_disabled = { "s2s" }\n',
            "prosody-federation",
            "pass",
        ),
        (COTURN, "<html><body>Not Found</body></html>\n", "coturn-verbose-log", "unknown"),
        (COTURN, "qwe rty\nuio = p\n", "coturn-verbose-log", "unknown"),
        (COTURN, "realm=meet.example.org\nqwe rty\n", "coturn-verbose-log", "pass"),
        (COTURN, "# all its defaults\n", "coturn-verbose-log", "pass"),
        (NGINX, "", "nginx-foreign-proxy", "unknown"),
        (NGINX, DUMP, "nginx-foreign-proxy", "unknown"),
        (NGINX, DUMP + "a b;\nc { d e; }\n", "nginx-foreign-proxy", "unknown"),
        (NGINX, DUMP + "events {}\nhttp {}\n", "nginx-foreign-proxy", "pass"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_of_its_program_does_not_pass(
    place: tuple[str, str], text: str, control: str, expected: str
) -> None:
    assert judged(*place, text, control) == expected


def test_a_prosody_file_that_could_not_be_read_to_its_end_does_not_pass() -> None:
    """Lua would take it; we give up, and what was not read may hold anything."""
    text = 'VirtualHost "x"\nmodules_disabled = { "s2s" }\nlocal t = require "y"\nt.x = 1\n'
    assert judged(*PROSODY, text, "prosody-federation") == "unknown"


@pytest.mark.parametrize(
    ("place", "text", "control"),
    [
        (PROSODY, "", "prosody-federation"),
        (PROSODY, "-- nothing\n", "prosody-federation"),
        (NGINX, DUMP, "nginx-foreign-proxy"),
        (NGINX, DUMP + "# nothing\n", "nginx-foreign-proxy"),
    ],
)
def test_a_given_file_that_says_nothing_does_not_pass(
    place: tuple[str, str], text: str, control: str
) -> None:
    source, path = place
    document = Document(source, path, State.PRESENT, text.encode())
    found = statuses(Evidence("given", WHEN, (document,), frozenset({source})))
    assert found[control] == "unknown"


def test_fault_is_found_with_a_system_whose_hosts_were_not_given() -> None:
    text = 'allow_registration = true\nInclude "/opt/hosts.lua"\n'
    documents = (
        Document(*PROSODY, State.PRESENT, text.encode()),
        Document("jicofo.config", "/etc/jitsi/jicofo/jicofo.conf", State.ABSENT),
    )
    scope = frozenset({"prosody.config", "jicofo.config"})
    assert statuses(Evidence("root", WHEN, documents, scope))["prosody-open-registration"] == "fail"
