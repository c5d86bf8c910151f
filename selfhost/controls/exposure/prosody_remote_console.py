from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.prosody_predicates import no_module

CONTROL = Control(
    id="prosody-remote-console",
    title="No administration console answers on a port",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="prosody",
    needs=("prosody.config",),
    risk=(
        "An administrator of the chat server can read every room; the "
        "telnet console listens on port 5582."
    ),
    upstream_default="absent",
    fix=Fix(
        by_hand=(
            "Remove admin_telnet, admin_web and admin_adhoc from "
            "modules_enabled and restart prosody. admin_shell uses a local "
            "socket and may stay."
        )
    ),
    references=("prosody: plugins/mod_admin_socket.lua",),
    surfaces=("prosody-admin-access",),
    check=no_module(
        "admin_telnet",
        "admin_web",
        "admin_adhoc",
        "admin_rest",
        "http_admin_api",
        why="the server can be administered over the network",
    ),
    bad=(
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "admin_telnet" }\nVirtualHost "meet.example.org"\n'
                )
            },
            at=1,
        ),
    ),
    good=(
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "admin_shell" }\nVirtualHost "meet.example.org"\n'
                )
            }
        ),
        Example(
            {
                "prosody.config": (
                    'modules_enabled = { "admin_adhoc" }\n'
                    'modules_disabled = { "admin_adhoc" }\n'
                    'VirtualHost "meet.example.org"\n'
                )
            },
            note="disabled again",
        ),
        Example({}, absent=("prosody.config",), note="not installed"),
    ),
    unclear=(
        Example({"prosody.config": 'VirtualHost "meet.example.org\n'}, note="does not parse"),
    ),
)
