import re
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.transcriber_predicates import PREFIX, java_true, per_gateway
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

SIP = "net.java.sip.communicator.impl.protocol.sip."
ACCOUNT = re.compile(re.escape(SIP) + r"([\w-]+)\.(?:ACCOUNT_UID|USER_ID)")
ENABLED = PREFIX + "ENABLE_SIP"


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    enabled = config.get((ENABLED,))
    unclear = enabled is not None and isinstance(enabled.value, Unknown)
    if enabled is not None and not unclear and not java_true(enabled.value):
        yield passed("calls are switched off", Cited.node(ENABLED, enabled))
        return
    accounts: dict[str, Node] = {}
    for path, node in config.walk():
        match = ACCOUNT.fullmatch(path[0])
        if match and str(node.plain()).strip():
            accounts.setdefault(match[1], node)
    for name, node in accounts.items():
        cited = Cited.node(SIP + name, node)
        if isinstance(node.value, Unknown):
            yield unknown(f"an account for calls is prepared: {node.value.reason}", cited)
        else:
            yield fail("callers by telephone hear and speak in rooms", cited)
            yield from _in_the_clear(config, name)
    yield passed("there is no account for calls", Cited(config.place, SIP))


def _in_the_clear(config: Config, account: str) -> Iterator[Verdict]:
    """Encrypted only if both ends must (SAVP_OPTION 1), and the keys travel inside TLS."""

    def value(name: str) -> Node | None:
        return config.get((f"{SIP}{account}.{name}",))

    encryption, mandatory = value("DEFAULT_ENCRYPTION"), value("SAVP_OPTION")
    transport = value("PREFERRED_TRANSPORT")
    for node in (encryption, mandatory, transport):
        if node is not None and isinstance(node.value, Unknown):
            yield unknown("whether calls are encrypted cannot be told", Cited.node(account, node))
            return
    place = Cited(config.place, f"{SIP}{account}.DEFAULT_ENCRYPTION")
    if encryption is None or not java_true(encryption.value):
        cited = place if encryption is None else Cited.node(place.key, encryption)
        yield fail("voices travel to the telephone provider unencrypted", cited)
    elif mandatory is None or str(mandatory.value).strip() != "1":
        yield fail("encryption of calls is only offered, not required", place)
    elif transport is None or str(transport.value).strip().upper() != "TLS":
        yield fail("the keys of encrypted calls travel in the clear: no TLS", place)


CONTROL = Control(
    id="jigasi-telephone",
    title="No telephone line leads into rooms",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "Callers come in over the operator's telephone provider, which hears the room, and as "
        "packaged everything travels to it unencrypted."
    ),
    upstream_default="on as soon as an account is set; unencrypted",
    fix=Fix(
        by_hand="Set org.jitsi.jigasi.ENABLE_SIP=false. Where calls are wanted: DEFAULT_ENCRYPTION="
        "true, SAVP_OPTION=1 and PREFERRED_TRANSPORT=TLS for the account, which remains a finding "
        "to be waived with its reason."
    ),
    references=(
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/JigasiBundleActivator.java",
        "jitsi/jigasi: jigasi-home/sip-communicator.properties",
    ),
    gdpr="Art. 28, 32",
    surfaces=("jigasi-sip-gateway", "jigasi-sip-media-plain"),
    check=per_gateway(judge),
    bad=(
        Example({"jigasi.config": f"{SIP}acc1.ACCOUNT_UID=SIP\\:100@sip.example.com\n"}, at=1),
        Example(
            {
                "jigasi.config": f"{PREFIX}ENABLE_SIP=true\n{SIP}acc1.USER_ID=100@sip.example.com\n"
                f"{SIP}acc1.DEFAULT_ENCRYPTION=false\n"
            },
            at=3,
        ),
    ),
    good=(
        Example(
            {
                "jigasi.config": f"{PREFIX}ENABLE_SIP=false\n"
                f"{SIP}acc1.ACCOUNT_UID=SIP\\:100@sip.example.com\n"
            },
            note="switched off",
        ),
        Example({"jigasi.config": f"{PREFIX}ENABLE_SIP=true\n"}, note="no account"),
        Example({"jigasi.config": f"{SIP}acc1.USER_ID=\n"}, note="an empty account"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{SIP}acc1.ACCOUNT_UID=SIP\\:<<JIGASI_SIPUSER>>\n"}),),
)
