from selfhost.controls.logging_predicates import not_written
from selfhost.controls.model import Category, Control, Example, Fix, Severity

HANDLERS = "handlers = java.util.logging.FileHandler\n"
LOGGER = "org.jitsi.jibri.api.xmpp"

CONTROL = Control(
    id="jibri-stream-key-logged",
    title="A recorder does not log stream keys",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="jibri",
    needs=("jibri.logging",),
    risk=(
        "When a stream starts, its whole address is logged at INFO: who reads the log can "
        "broadcast on the user's channel."
    ),
    upstream_default="logged",
    fix=Fix(
        by_hand="Set org.jitsi.jibri.api.xmpp.level = WARNING in "
        "/etc/jitsi/jibri/logging.properties and restart jibri."
    ),
    references=("jitsi/jibri: src/main/kotlin/org/jitsi/jibri/api/xmpp/XmppApi.kt",),
    gdpr="Art. 32",
    surfaces=("jibri-stream-key-logged",),
    check=not_written("jibri.logging", LOGGER, "INFO", "the address of a stream with its key"),
    bad=(
        Example({"jibri.logging": HANDLERS + "org.jitsi.level = FINE\n"}, at=2),
        Example({"jibri.logging": HANDLERS}, note="INFO is the default"),
        Example({"jibri.logging": ".level = INFO\n"}, at=1, note="to the console by default"),
    ),
    good=(
        Example({"jibri.logging": HANDLERS + f"{LOGGER}.level = WARNING\n"}),
        Example({"jibri.logging": HANDLERS + "org.jitsi.level = SEVERE\n.level = ALL\n"}),
        Example({}, absent=("jibri.logging",), note="not installed"),
        Example(
            {
                "jibri.logging": (
                    "handlers = java.util.logging.FileHandler\n"
                    "org.jitsi.jibri.api.xmpp.level = WARNING\n"
                    "# handlers = java.util.logging.FileHandler\n"
                    "# org.jitsi.level = FINE\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"jibri.logging": HANDLERS + ".level = ${LEVEL}\n"}),),
)
