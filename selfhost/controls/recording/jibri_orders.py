from selfhost.controls.model import Category, Cited, Control, Example, Fix, Severity, Verdict, fail
from selfhost.controls.recorder_predicates import each_environment, field
from selfhost.effective.server import Server
from selfhost.readers.tree import Node


def judge(_server: Server, key: str, node: Node) -> Verdict:
    names = [
        str(found.plain())
        for path in (("control-muc", "room-name"), ("control-muc", "domain"))
        if (found := field(node, *path)) is not None and isinstance(found.value, str)
    ]
    where = "@".join(names) or "an XMPP server"
    return fail(f"a recorder takes orders from {where}", Cited.node(key, node))


CONTROL = Control(
    id="jibri-orders",
    title="No recorder waits for orders from an XMPP server",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="jibri",
    needs=("jibri.config",),
    risk=(
        "Each entry names an XMPP server whose focus may send the recorder into a room, be it "
        "this deployment's or another one's."
    ),
    upstream_default="no entry; without one the recorder can only be started over HTTP",
    fix=Fix(
        by_hand="Remove the entries of jibri.api.xmpp.environments (xmpp_environments in the old "
        "config.json) and restart jibri, or purge the package."
    ),
    references=("jitsi/jibri: src/main/resources/reference.conf",),
    gdpr="Art. 5(1)(b), 6",
    surfaces=("jibri-xmpp-environments",),
    check=each_environment(judge, "the recorder serves no XMPP server"),
    bad=(
        Example(
            {
                "jibri.config": """jibri {
  api.xmpp.environments = [
    {
      name = "prod"
      xmpp-server-hosts = ["meet.example.org"]
      control-muc { domain = "internal.auth.meet.example.org", room-name = "JibriBrewery" }
    }
  ]
}
"""
            },
            at=3,
        ),
        Example(
            {
                "jibri.config": "jibri { }\n",
                "jibri.legacy": '{\n "xmpp_environments": [\n  { "name": "old" } ] }\n',
            },
            at=3,
            note="the old file still wins",
        ),
    ),
    good=(
        Example({"jibri.config": "jibri { api { xmpp { environments = [] } } }\n"}),
        Example(
            {"jibri.config": "jibri { }\n", "jibri.legacy": '{ "xmpp_environments": [] }\n'},
            note="an empty list in the old file counts as absent",
        ),
        Example(
            {"jibri.config": '// jibri.api.xmpp.environments = [ { name = "x" } ]\njibri {}\n'},
            note="a comment",
        ),
        Example({}, absent=("jibri.config",), note="not installed"),
    ),
    unclear=(
        Example({"jibri.config": 'jibri { }\ninclude "xmpp.conf"\n'}, note="not collected"),
        Example({"jibri.config": "jibri.api.xmpp.environments = ${ENVIRONMENTS}\n"}),
    ),
)
