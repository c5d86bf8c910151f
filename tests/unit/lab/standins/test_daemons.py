"""The daemons' parts on their own: what they parse, trust, answer and refuse."""

import base64
import hashlib
import hmac
import ipaddress
import ssl
import struct
from pathlib import Path

import pytest

from selfhost.lab.standins.daemons.addresses import is_public, own_address
from selfhost.lab.standins.daemons.arguments import parse_arguments
from selfhost.lab.standins.daemons.bridge import accounts
from selfhost.lab.standins.daemons.bridge_health import judge
from selfhost.lab.standins.daemons.focus import Focus
from selfhost.lab.standins.daemons.journal import third_party_call
from selfhost.lab.standins.daemons.scram import Scram, ScramError
from selfhost.lab.standins.daemons.settings import Settings, load_properties
from selfhost.lab.standins.daemons.stun import request, respond
from selfhost.lab.standins.daemons.truststore import read_jks, trust

SHARD = {
    "HOSTNAME": "localhost",
    "DOMAIN": "auth.meet.example",
    "USERNAME": "jvb",
    "PASSWORD": "secret",
    "MUC_JIDS": "JvbBrewery@internal.auth.meet.example",
    "MUC_NICKNAME": "one",
}


def test_arguments() -> None:
    found = parse_arguments(
        ["-Xmx1024m", "-XX:+UseG1GC", "-Dconfig.file=/a", "-Dconfig.file=/b.conf",
         "-Djicofo.rest.port=1", "-Djava.x=y", "-cp", "/a.jar", "org.jitsi.Main"]
    )  # fmt: skip
    assert found.heap == "1024m"
    assert found.config == Path("/b.conf")
    assert found.overrides == {"jicofo.rest.port": "1"}


def test_no_configuration_file_ends_the_program() -> None:
    with pytest.raises(SystemExit, match=r"config\.file"):
        _ = parse_arguments([]).config


def test_settings() -> None:
    tree = {"a": {"on": "yes", "off": False, "n": "7", "list": [1], "wait": "2 seconds"}}
    settings = Settings(tree, {"a.n": "8"})
    assert settings.flag("a.on", False) is True
    assert settings.flag("a.off", True) is False
    assert settings.flag("a.missing", True) is True
    assert settings.number("a.n", 1) == 8
    assert settings.items("a.list") == [1]
    assert settings.seconds("a.wait", 9) == 2
    assert settings.seconds("a.missing", 9) == 9
    with pytest.raises(SystemExit, match=r"a\.on: expected a number"):
        settings.number("a.on", 1)


@pytest.mark.parametrize(("text", "value"), [("1 minute", 60), ("1500", 1.5), ("200ms", 0.2)])
def test_durations(text: str, value: float) -> None:
    assert Settings({"a": text}).seconds("a", 0) == pytest.approx(value)


def test_properties(tmp_path: Path) -> None:
    file = tmp_path / "sip-communicator.properties"
    file.write_text("# no\na.b=c=d\n e : f\na.b = last\nempty=\n")
    assert load_properties(file) == {"a.b": "last", "e": "f", "empty": ""}
    assert load_properties(tmp_path / "missing") == {}


def test_accounts_pass_over_incomplete_entries() -> None:
    def found(**changes: object) -> int:
        entry = {**SHARD, **changes}
        tree = {"videobridge": {"apis": {"xmpp-client": {"configs": {"shard": entry}}}}}
        return len(accounts(Settings(tree), {}))

    assert found() == 1
    assert found(PASSWORD="") == 0
    assert found(PORT="none") == 0


def test_account_keys_are_case_insensitive_and_rooms_lower_case() -> None:
    entry = {key.lower(): value for key, value in SHARD.items()}
    tree = {"videobridge": {"apis": {"xmpp-client": {"configs": {"shard": entry}}}}}
    (account,) = accounts(Settings(tree), {})
    assert account.login.port == 5222
    assert account.rooms == ("jvbbrewery@internal.auth.meet.example",)
    assert account.verify


def test_legacy_account_replaces_the_file() -> None:
    tree = {"videobridge": {"apis": {"xmpp-client": {"configs": {"shard": SHARD}}}}}
    legacy = {f"org.jitsi.videobridge.xmpp.user.old.{key}": value for key, value in SHARD.items()}
    legacy["org.jitsi.videobridge.xmpp.user.old.DISABLE_CERTIFICATE_VERIFICATION"] = "true"
    (account,) = accounts(Settings(tree), legacy)
    assert (account.name, account.verify) == ("old", False)


def test_scram_with_the_example_of_rfc_5802() -> None:
    scram = Scram("user", "pencil", nonce="fyko+d2lbbFgONRv9qkxdawL")
    assert scram.first == "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"
    assert scram.final(
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
    ) == ("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=")
    scram.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")
    with pytest.raises(ScramError):
        scram.verify("v=" + base64.b64encode(bytes(20)).decode())


def test_scram_refuses_a_foreign_nonce() -> None:
    with pytest.raises(ScramError):
        Scram("user", "pencil", nonce="mine").final("r=theirs,s=QSXCR+Q6sek8bf92,i=4096")


@pytest.mark.parametrize("source", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
def test_stun_answers_with_the_hidden_address(source: str) -> None:
    transaction = bytes(range(12))
    answer = respond(request(transaction), (source, 40000))
    assert answer is not None
    kind, length, cookie = struct.unpack_from(">HHI", answer)
    assert (kind, length, cookie) == (0x0101, len(answer) - 20, 0x2112A442)
    assert answer[8:20] == transaction
    port = struct.unpack_from(">H", answer, 26)[0] ^ 0x2112
    mask = struct.pack(">I", 0x2112A442) + transaction
    address = ipaddress.ip_address(bytes(a ^ b for a, b in zip(answer[28:], mask, strict=False)))
    assert (port, address) == (40000, ipaddress.ip_address(source.removeprefix("::ffff:")))


@pytest.mark.parametrize("packet", [b"", bytes(20), b"\x80" * 200, request(bytes(12))[:-1]])
def test_stun_ignores_everything_else(packet: bytes) -> None:
    assert respond(packet, ("192.0.2.1", 1)) is None


def jks(*certificates: bytes, kind: int = 2) -> bytes:
    entries = b"".join(
        struct.pack(">IH", kind, 5) + b"alias" + struct.pack(">QH", 0, 5) + b"X.509"
        + struct.pack(">I", len(der)) + der
        for der in certificates
    )  # fmt: skip
    return struct.pack(">III", 0xFEEDFEED, 2, len(certificates)) + entries + bytes(20)


def test_java_store() -> None:
    assert read_jks(jks(b"one", b"three")) == [b"one", b"three"]
    for broken in (b"", b"PK\3\4" * 9, jks(b"one")[:-25], jks(b"one", kind=1)):
        with pytest.raises(ValueError, match=r"."):
            read_jks(broken)


def test_trust_falls_back_and_can_be_switched_off(tmp_path: Path) -> None:
    context, origin = trust(java=tmp_path / "none", pem=tmp_path / "none")
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert origin.startswith("0 trusted")
    assert trust(verify=False)[0].verify_mode == ssl.CERT_NONE


def test_addresses(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost # own\n10.0.0.2 turn.example Other\n")
    assert own_address("turn.example", hosts) == "10.0.0.2"
    assert own_address("other", hosts) == "10.0.0.2"
    assert own_address("10.1.2.3", hosts) == "10.1.2.3"
    assert own_address("8.8.8.8", hosts) is None
    assert own_address("169.254.169.254", hosts) is None
    assert own_address("stun.example.org", hosts) is None
    for public in ("8.8.8.8", "203.0.113.9", "2001:db8::1"):
        assert is_public(ipaddress.ip_address(public))
    for private in ("10.0.0.1", "127.0.0.1", "169.254.1.1", "fe80::1", "::1"):
        assert not is_public(ipaddress.ip_address(private))


def test_health_needs_an_address_only_when_told_so() -> None:
    relaxed = Settings({"videobridge": {"health": {"require-valid-address": False}}})
    assert not judge(relaxed, []).problem
    assert not judge(Settings({}), ["203.0.113.9"]).problem


def test_calls_are_written_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = tmp_path / "calls.log"
    third_party_call("would query one", record)
    third_party_call("would query two", record)
    assert [line.split(" ", 1)[1] for line in record.read_text().splitlines()] == [
        "would query one",
        "would query two",
    ]
    third_party_call("would query", tmp_path / "no" / "folder")
    assert "cannot write" in capsys.readouterr().out


def focus(**authentication: object) -> Focus:
    tree = {
        "jicofo": {
            "xmpp": {"client": {"xmpp-domain": "meet.example", "domain": "auth.meet.example"}},
            "authentication": authentication,
        }
    }
    found = Focus(Settings(tree), "1", connected=True)
    found.bridges["one"] = {"healthy": "true"}
    return found


def test_conference_request() -> None:
    found = focus()
    assert found.request_conference("A@conference.meet.example")[1]["ready"] is True
    assert found.request_conference("a@conference.other.example")[1]["ready"] is False
    assert found.request_conference("a")[0] == 400
    found.bridges["one"] = {"healthy": "false"}
    assert found.request_conference("a@conference.meet.example")[1]["ready"] is False
    found.bridges.clear()
    assert found.request_conference("a@conference.meet.example")[1]["ready"] is False


def test_conference_request_with_a_secure_domain() -> None:
    found = focus(enabled=True, type="XMPP", **{"login-url": "meet.example"})
    room = "a@conference.meet.example"
    assert found.request_conference(room)[0] == 403
    assert found.request_conference(room, "x@guest.meet.example/y")[0] == 403
    assert found.request_conference(room, "x@meet.example/y")[1]["ready"] is True
    found.rooms[room] = {"x"}
    assert found.request_conference(room, "x@guest.meet.example/y")[1]["ready"] is True


def test_scram_proof_matches_what_a_server_stores() -> None:
    salt, rounds = b"salt-of-the-server", 10000
    scram = Scram("jvb", "secret", nonce="n")
    challenge = f"r=nserver,s={base64.b64encode(salt).decode()},i={rounds}"
    proof = base64.b64decode(scram.final(challenge).rsplit("p=", 1)[1])
    key = hmac.new(
        hashlib.pbkdf2_hmac("sha1", b"secret", salt, rounds), b"Client Key", "sha1"
    ).digest()
    stored = hashlib.sha1(key).digest()  # noqa: S324
    message = f"n=jvb,r=n,{challenge},c=biws,r=nserver".encode()
    signature = hmac.new(stored, message, "sha1").digest()
    assert bytes(a ^ b for a, b in zip(proof, signature, strict=True)) == key
