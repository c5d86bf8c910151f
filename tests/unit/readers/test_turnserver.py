"""coturn's configuration."""

from hypothesis import given
from hypothesis import strategies as st

from selfhost.readers.tree import Source, Tree
from selfhost.readers.turnserver import read_turnserver


def read(text: str) -> Tree:
    return read_turnserver(Source("/etc/turnserver.conf", text))


def test_forms() -> None:
    tree = read(
        "# jitsi-meet coturn config\nuse-auth-secret\nrealm=meet.example.org\n"
        'listening-port  3478\n\ttls-listening-port = 5349\n#no-tcp\ncert="/a b.pem"\n'
        "static-auth-secret=a=b\n"
    )
    assert tree.root.plain() == {
        "use-auth-secret": True,
        "realm": "meet.example.org",
        "listening-port": "3478",
        "tls-listening-port": "5349",
        "cert": "/a b.pem",
        "static-auth-secret": ["a=b"],
    }
    assert tree.problems == ()


def test_repeated_options_add_up_and_others_do_not() -> None:
    tree = read("denied-peer-ip=10.0.0.0-10.255.255.255\nrealm=a\ndenied-peer-ip=::1\nrealm=b\n")
    second = tree.get(("denied-peer-ip", "1"))
    assert second is not None
    assert (second.value, second.origin.line) == ("::1", 3)
    realm = tree.get("realm")
    assert realm is not None
    assert (realm.value, [place.line for place in realm.overrides]) == ("b", [2])


def test_not_an_option() -> None:
    assert [problem.origin.line for problem in read("realm=x\n=y\n").problems] == [2]


@given(st.text(alphabet='ab= #"\n\t\r', max_size=40))
def test_never_raises(text: str) -> None:
    list(read(text).walk())
