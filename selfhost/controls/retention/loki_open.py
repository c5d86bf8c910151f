from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import loopback, setting

CONTROL = Control(
    id="loki-open",
    title="Nobody else can search the logs in Loki",
    category=Category.RETENTION,
    severity=Severity.CRITICAL,
    component="loki",
    needs=("loki.config",),
    risk=(
        "The logs of all programs, with rooms, names and addresses, are searchable by "
        "whoever reaches port 3100. Loki has no login; auth_enabled only asks for the "
        "name of a tenant."
    ),
    upstream_default="listens on every address",
    fix=Fix(
        by_hand=(
            "Set server.http_listen_address: 127.0.0.1, do not publish port 3100 from the "
            "container, or do without Loki."
        )
    ),
    references=(
        "jitsi/docker-jitsi-meet: log-analyser.yml",
        "jitsi/docker-jitsi-meet: log-analyser/loki/conf/loki-config.yaml",
    ),
    gdpr="Art. 5(1)(e), 32",
    surfaces=("log-analyser-loki",),
    check=setting(
        lambda server: server.documents_of("loki"),
        "server.http_listen_address",
        judge=loopback("logs are open on"),
        absent="logs are open on every address",
    ),
    bad=(
        Example(
            {"loki.config": "auth_enabled: false\nserver:\n  http_listen_port: 3100\n"},
            note="as docker-jitsi-meet has it",
        ),
        Example({"loki.config": "server:\n  http_listen_address: 0.0.0.0\n"}, at=2),
    ),
    good=(
        Example(
            {"loki.config": "auth_enabled: false\nserver:\n  http_listen_address: 127.0.0.1\n"}
        ),
        Example({}, absent=("loki.config",), note="not installed"),
        Example(
            {
                "loki.config": (
                    "auth_enabled: false\n"
                    "server:\n"
                    "  http_listen_address: 127.0.0.1\n"
                    "# auth_enabled: false\n"
                    "# server:\n"
                    "#   http_listen_port: 3100\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"loki.config": "server: {\n"}),),
)
